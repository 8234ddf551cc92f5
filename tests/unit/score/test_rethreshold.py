from fractions import Fraction

from fhircheck.score import Criterion, Rubric, rethresholded
from tests.unit.score.results import result


def rubric(*limits: str | None, name: str = "mine", measure: str = "ucum-unit") -> Rubric:
    criteria = (
        Criterion(f"s{index}", measure, Fraction(1), "why", maximum_failing=None if each is None else Fraction(each))
        for index, each in enumerate(limits)
    )
    return Rubric(name, "Of my own.", tuple(criteria))


def test_the_strictest_threshold_of_the_rubric_judges_anew() -> None:
    (judged,) = rethresholded([result("ucum-unit", 9, 1, status="informational")], rubric("1/2", None, "1/20"))
    assert judged.status == "failed"
    assert judged.threshold is not None
    assert (judged.threshold.maximum_failing, judged.threshold.rubric) == (Fraction(1, 20), "mine")
    assert not judged.threshold.published
    (judged,) = rethresholded([result("ucum-unit", 9, 1, status="informational")], rubric("1/10"))
    assert judged.status == "passed"


def test_an_earlier_rubric_is_taken_back() -> None:
    (first,) = rethresholded([result("ucum-unit", 9, 1, status="informational")], rubric("0"))
    (again,) = rethresholded([first], rubric(None, name="other"))
    assert (again.status, again.threshold) == ("informational", None)
    (own,) = rethresholded([result("date-sequence", 9, 1, status="failed")], rubric("1/2", measure="date-sequence"))
    assert own.status == "passed"
    (back,) = rethresholded([own], rubric(None, measure="date-sequence"))
    assert (back.status, back.threshold) == ("failed", result("date-sequence", 0, 0).threshold)


def test_what_was_not_judged_stays_so() -> None:
    for status in ("not-applicable", "cannot-tell", "error"):
        (judged,) = rethresholded([result("ucum-unit", 0, 0, status=status)], rubric("0"))  # type: ignore[arg-type]
        assert judged.status == status
