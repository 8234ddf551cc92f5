from fhircheck.report.score_name import score_name
from fhircheck.report.shown import Disguise, View


def test_a_use_case_out_of_a_file_hides_with_file_names() -> None:
    hiding = View(names=Disguise(b"key of the test"))
    assert "klinik" not in score_name("ai-readiness: klinik-meier", hiding)
    assert score_name("ai-readiness: klinik-meier", hiding).startswith("ai-readiness: #")
    for name in ("ai-readiness", "ai-readiness: image-analysis"):
        assert score_name(name, hiding) == name
    assert score_name("ai-readiness: klinik-meier", View()) == "ai-readiness: klinik-meier"
