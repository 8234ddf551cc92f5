import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import pytest

from fhircheck.measures import MEASURES
from fhircheck.model.errors import UsageError
from fhircheck.model.report import MeasureResult, Score
from fhircheck.model.use_case import FunnelStep, UseCaseResult
from fhircheck.score import Criterion, Rubric, load_rubric, score
from fhircheck.score.outside import exchange_result
from fhircheck.score.rubric import Band
from tests.unit.score.results import result


def scored(criteria: list[Criterion], *results: MeasureResult, published_only: bool = False) -> Score:
    (only,) = score(results, Rubric("mine", "Of my own.", tuple(criteria), published_only))
    return only


def criterion(name: str, weight: int = 1, **more: object) -> Criterion:
    return Criterion("one", name, Fraction(weight), "why", **more)  # type: ignore[arg-type]


def test_weights_earned_of_weights_performed() -> None:
    both = [criterion("ucum-unit", 3), criterion("date-precision", 1)]
    found = scored(both, result("ucum-unit", 1, 2), result("date-precision", 1, 0))
    assert found.value == Fraction(100 * (3 * 1 + 1 * 3), 4 * 3)
    assert [part.earned for part in found.parts] == [1, 1]
    assert found.parts[0].note == "2 of 3 fail"
    assert found.coverage == 1


def test_what_does_not_apply_leaves_both_sums() -> None:
    both = [criterion("ucum-unit", 3), criterion("date-precision", 1)]
    found = scored(both, result("ucum-unit", 0, 0), result("date-precision", 1, 1))
    assert (found.value, found.coverage) == (50, 1)
    assert (found.parts[0].counted, found.parts[0].note) == (False, "not applicable")


def test_what_cannot_be_told_lowers_coverage_only() -> None:
    both = [criterion("ucum-unit", 3), criterion("date-precision", 1)]
    found = scored(both, result("ucum-unit", 0, 0, 5), result("date-precision", 1, 1, 2))
    assert found.value == 50
    assert found.coverage == (3 * 0 + Fraction(1, 2)) / 4
    assert found.parts[0].note == "cannot tell"


def test_nothing_performed_is_no_score() -> None:
    found = scored([criterion("ucum-unit")], result("ucum-unit", 0, 0, 1))
    assert (found.value, found.coverage) == (None, 0)
    found = scored([criterion("ucum-unit")])
    assert (found.value, found.parts[0].note) == (None, "not measured")


def test_a_failed_prerequisite_earns_nothing_even_where_nothing_is_left_to_judge() -> None:
    needs = [criterion("date-precision", prerequisite="date-sequence")]
    failed, sound = result("date-sequence", 1, 9), result("date-sequence", 99, 1)
    assert scored(needs, failed, result("date-precision", 1, 0)).value == 0
    assert scored(needs, failed, result("date-precision", 0, 0)).value == 0
    assert scored(needs, failed, result("date-precision", 1, 0)).parts[0].note == "prerequisite date-sequence failed"
    assert scored(needs, sound, result("date-precision", 1, 0)).value == 100


def test_items_that_fail_a_prerequisite_of_the_same_items_count_as_failed_here() -> None:
    needs = [criterion("date-precision", 4, prerequisite="ucum-unit", same_items=True)]
    found = scored(needs, result("ucum-unit", 6, 2), result("date-precision", 5, 1))
    (part,) = found.parts
    assert (part.earned, part.booked, part.prerequisite) == (Fraction(20, 8), 1, "ucum-unit")
    assert part.note == "1 of 6 fail; 2 fail ucum-unit"
    assert scored(needs, result("ucum-unit", 0, 2), result("date-precision", 0, 0)).value == 0
    assert scored(needs, result("ucum-unit", 2, 0), result("date-precision", 0, 0)).value is None


def test_prerequisites_of_the_same_items_make_a_chain() -> None:
    chain = [
        criterion("date-precision", prerequisite="date-sequence", same_items=True),
        criterion("date-sequence", prerequisite="ucum-unit", same_items=True),
    ]
    found = scored(chain, result("ucum-unit", 0, 1), result("date-sequence", 0, 2), result("date-precision", 3, 0))
    assert found.parts[0].earned == Fraction(3, 6)
    assert found.parts[0].note == "3 fail date-sequence or ucum-unit"
    assert found.coverage == 1


def test_a_use_case_counts_its_usable_patients_unless_they_are_few() -> None:
    mine = Rubric("mine", "Of my own.", (Criterion("use-case", "patients-usable", Fraction(1), "why"),))
    step = FunnelStep("cohort", (("en", "In the cohort"),), "cohort", 60, 40, 20, 40)
    case = UseCaseResult("a", (("en", "A"),), "", "", "fhircheck", 60, 40, 20, (step,))
    assert score([], mine, [case])[0].value == 50
    for few in (5, 35, 39):
        (found,) = score([], mine, [replace(case, usable=few)])
        assert (found.value, found.coverage) == (None, 0), "a count of few patients must not show in a score"


def test_a_server_report_counts_in_interoperability(tmp_path: Path) -> None:
    part = {"expectation": "SHALL", "lane": "declared", "met": 6, "unmet": 2, "notTested": 1, "share": "3/4"}
    parts = [part, {**part, "lane": "probed", "met": 2, "unmet": 0}, {**part, "expectation": "MAY", "unmet": 50}]
    file = tmp_path / "server.json"
    file.write_text(json.dumps({"score": {"parts": parts}}), encoding="utf-8")
    found = exchange_result(str(file))
    assert (found.numerator, found.denominator, found.cannot_tell, found.status) == (8, 10, 2, "failed")
    (only,) = score([found], Rubric("mine", "Of my own.", (criterion("exchange-served"),)))
    assert only.value == 80
    for text, told in (
        ("", "is no report"),
        ('{"score": {"parts": [{"expectation": "SHALL", "met": -1}]}}', "is no report"),
    ):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(UsageError, match=told):
            exchange_result(str(file))
    with pytest.raises(UsageError, match="no such file"):
        exchange_result(str(tmp_path / "missing"))


def test_what_a_prerequisite_cost_is_booked_to_its_category() -> None:
    needs = [criterion("date-sequence", 1, prerequisite="profile-valid"), criterion("coded-concept", 3)]
    found = scored(needs, result("profile-valid", 0, 1), result("date-sequence", 1, 1), result("coded-concept", 2, 1))
    assert found.lost == (("completeness", 25), ("conformance", 25))
    assert found.value == 50


def test_silent_measures_are_not_scored_whatever_they_counted() -> None:
    for status, note, coverage in (("not-applicable", "not applicable", 1), ("cannot-tell", "cannot tell", 0)):
        found = scored([criterion("ucum-unit")], result("ucum-unit", 1, 1, status=status))
        assert (found.value, found.parts[0].note, found.coverage) == (None, note, coverage)
    found = scored([criterion("ucum-unit")], result("ucum-unit", 0, 0, status="error"))
    assert (found.value, found.parts[0].note, found.coverage) == (None, "not measured", 0)


def test_each_use_case_has_a_score_of_its_own_measures() -> None:
    cases = [
        SimpleNamespace(name=name, measures=(result("ucum-unit", 1, failed),)) for name, failed in (("a", 0), ("b", 1))
    ]
    mine = Rubric(
        "mine", "Of my own.", (criterion("ucum-unit"), Criterion("use-case", "ucum-unit", Fraction(1), "why"))
    )
    found = score([result("ucum-unit", 0, 1)], mine, cases)
    assert [(each.name, each.value) for each in found] == [
        ("one", 0),
        ("ai-readiness: a", 100),
        ("ai-readiness: b", 50),
    ]


def test_a_band_is_named_with_its_source() -> None:
    bands = (Band("green", Fraction(90), "paper"), Band("yellow", Fraction(70), "paper"))
    for passed, name in ((9, "green"), (7, "yellow"), (6, "")):
        mine = Rubric("mine", "Of my own.", (criterion("ucum-unit"),), bands=bands)
        (found,) = score([result("ucum-unit", passed, 10 - passed)], mine)
        assert (found.band, found.band_source) == (name, "paper" if name else "")


def test_critical_failures_stand_apart() -> None:
    critical = [criterion("date-sequence", critical=True)]
    assert scored(critical, result("date-sequence", 99, 1)).critical == ()
    assert scored(critical, result("date-sequence", 98, 2)).critical == ("date-sequence",)
    strict = [criterion("date-sequence", critical=True, maximum_failing=Fraction(0))]
    assert scored(strict, result("date-sequence", 99, 1)).critical == ("date-sequence",)
    assert scored(strict, result("date-sequence", 0, 0, 1)).critical == ()


def test_published_counts_only_what_was_published_in_full() -> None:
    results = [result(name, 1, 1) for name in MEASURES.names]
    scores = score(results, load_rubric("published"))
    counted = {part.measure for each in scores for part in each.parts if part.counted}
    whole = {each.name for each in MEASURES if each.published and each.threshold and each.threshold.published}
    assert {"profile-valid", "reference-resolves", "date-sequence"} <= counted <= whole
    notes = {part.measure: part.note for each in scores for part in each.parts if not part.counted}
    assert notes["coded-concept"] == "informational: threshold by analogy"
    assert notes["ucum-unit"] == "informational: no published threshold"
    assert notes["date-precision"] == "informational: no published threshold"
    assert whole - counted <= set(load_rubric("published").left_out)


def test_an_own_threshold_is_not_a_published_one() -> None:
    own = [criterion("date-sequence", maximum_failing=Fraction(1, 100))]
    found = scored(own, result("date-sequence", 1, 0), published_only=True)
    assert (found.value, found.parts[0].note) == (None, "informational: the rubric's own threshold")


def test_scores_come_in_the_order_of_the_rubric() -> None:
    scored_ = score([], load_rubric("fhircheck"), [SimpleNamespace(name="sepsis", measures=())])
    assert [each.name for each in scored_] == ["interoperability", "ai-readiness", "ai-readiness: sepsis"]
