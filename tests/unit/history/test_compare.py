"""Two reports beside each other: what is a change, what is alarming, and what is chance."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from fhircheck.history.census_changes import common_classes
from fhircheck.history.compare import compare, named
from fhircheck.model.change import Change
from fhircheck.model.errors import UsageError
from tests.unit.history.runs import HB, ICD, LOINC, census, measure, part, run, score, share

NORMAL = [10 + 0.02 * each for each in range(400)]
CODE = "Condition.code"
OBSERVATION = "Observation.code"


def changes(before: Any, after: Any) -> list[Change]:
    return list(compare(before, after).changes)


def keys(before: Any, after: Any) -> dict[str, bool]:
    """Key of each change and whether it is alarming."""
    return {each.key: each.alarming for each in compare(before, after).changes}


def test_the_same_report_has_no_changes() -> None:
    same = run(totals={("error", "cardinality-min"): 3}, census=census({(CODE, ICD, "I10"): 50}))
    found = compare(same, same)
    assert (found.changes, found.comparable) == ((), ())
    assert found.before == named(same) == found.after


def test_verdict_and_coverage() -> None:
    bad = run(verdict={"outcome": "invalid", "exit_code": 1, "reasons": []}, coverage=share(Fraction(84, 100)))
    assert keys(run(), bad) == {"verdict verdict": True, "coverage coverage": True}
    assert keys(bad, run()) == {"verdict verdict": False, "coverage coverage": False}
    assert keys(run(), run(coverage=share(Fraction(86, 100)))) == {"coverage coverage": False}
    assert keys(run(), run(coverage=None)) == {"coverage coverage": True}


def test_a_score_tells_what_it_lost_by() -> None:
    before = score("ai-readiness", part("a", 3, Fraction(3)), part("b", 1, Fraction(1, 2)))
    after = score("ai-readiness", part("a", 3, Fraction(2)), part("b", 1, Fraction(0), booked=1, on="a"))
    (change,) = changes(run(scores=[before]), run(scores=[after]))
    assert (change.before, change.after, change.alarming) == (Fraction(175, 2), Fraction(50), True)
    assert change.because == (("a", Fraction(-50)), ("b", Fraction(25, 2)))
    (small,) = changes(
        run(scores=[score("x", part("a", 100, Fraction(99)))]), run(scores=[score("x", part("a", 100, Fraction(97)))])
    )
    assert not small.alarming


def test_scores_of_other_rubrics_are_not_compared() -> None:
    before, after = score("x", part("a", 1, Fraction(1))), score("x", part("a", 1, Fraction(0)), rubric="own")
    found = compare(run(scores=[before]), run(scores=[after]))
    assert (found.changes, found.comparable) == ((), ("rubric",))


@pytest.mark.parametrize(
    ("before", "after", "alarming"),
    [
        ((970, 1000), (880, 1000), True),
        ((880, 1000), (970, 1000), False),  # better
        ((100_000, 100_000), (99_500, 100_000), False),  # certain, and little
        ((97, 100), (94, 100), None),  # chance
        ((9, 10), (8, 10), None),
    ],
)
def test_shares_of_measures(before: tuple[int, int], after: tuple[int, int], alarming: bool | None) -> None:
    found = changes(run(measures=[measure("m", *before)]), run(measures=[measure("m", *after)]))
    assert [each.alarming for each in found] == ([] if alarming is None else [alarming])


def test_a_measure_tells_where_it_lost() -> None:
    before = measure("m", 970, 1000, "passed", by=[("A.x", 500, 500), ("A.y", 470, 500)])
    after = measure("m", 880, 1000, "failed", by=[("A.x", 420, 500), ("A.y", 460, 500)])
    (change,) = changes(run(measures=[before]), run(measures=[after]))
    assert change.because == (("A.x", Fraction(-80, 1000)), ("A.y", Fraction(-10, 1000)))
    assert sum(amount for _, amount in change.because) == change.after - change.before  # type: ignore[operator]


def test_kinds_of_findings_come_and_go() -> None:
    before = run(totals={("error", "a"): 100, ("warning", "b"): 40, ("error", "steady"): 50})
    after = run(totals={("error", "c"): 100, ("warning", "d"): 40, ("error", "steady"): 55, ("error", "rare"): 3})
    found = keys(before, after)
    assert found == {
        "issue-kind-new c": True,
        "issue-kind-new d": False,
        "issue-kind-gone a": False,
        "issue-kind-gone b": False,
        "issue-kind-new rare": False,
        "findings fingerprints": False,
    }
    (many,) = changes(run(totals={("error", "a"): 300}), run(totals={("error", "a"): 510}))
    assert (many.kind, many.alarming, many.value) == ("issue-kind-count", True, 1.7)
    (few,) = changes(run(totals={("error", "a"): 1_000}), run(totals={("error", "a"): 1_300}))
    assert (few.kind, few.alarming) == ("issue-kind-count", False)


def test_findings_of_more_resources_are_no_more_findings() -> None:
    before = run(totals={("error", "a"): 100}, resources={"Patient": 1_000})
    after = run(totals={("error", "a"): 190}, resources={"Patient": 1_900})
    assert keys(before, after) == {"volume Patient": False}


def test_a_code_system_changes() -> None:
    resources = {"Condition": 500}
    before = run(resources=resources, census=census({(CODE, ICD, "I10"): 500}))
    after = run(resources=resources, census=census({(CODE, "http://snomed.info/sct", "38341003"): 500}))
    assert keys(before, after) == {f"system-new {CODE}|http://snomed.info/sct": True, f"system-gone {CODE}|{ICD}": True}
    uncoded = run(resources=resources, census=census({("Condition.category", ICD, "x"): 500}))
    assert f"system-gone {CODE}|{ICD}" in keys(before, uncoded)


def test_a_rare_system_is_no_change() -> None:
    resources = {"Condition": 500}
    before = run(resources=resources, census=census({(CODE, ICD, "I10"): 500}))
    after = run(resources=resources, census=census({(CODE, ICD, "I10"): 500, (CODE, "http://x", "1"): 6}))
    assert keys(before, after) == {}


def test_codes_come_and_go_and_the_small_ones_are_not_known() -> None:
    resources = {"Condition": 4_000}
    usual = {(CODE, ICD, f"C{number}"): 300 for number in range(10)}
    before = run(resources=resources, census=census(usual | {(CODE, ICD, "A"): 60, (CODE, ICD, "B"): 9}))
    after = run(resources=resources, census=census(usual | {(CODE, ICD, "B"): 20, (CODE, ICD, "D"): 400}))
    found = keys(before, after)
    assert found[f"code-gone {CODE}|{ICD}|A"] is False
    assert found[f"code-new {CODE}|{ICD}|D"] is True
    assert f"code-new {CODE}|{ICD}|B" not in found  # it may have been there nine times


def test_a_unit_flips() -> None:
    resources = {"Observation": 800}
    before = run(resources=resources, census=census(values={(HB, "g/dL"): NORMAL}))
    after = run(resources=resources, census=census(values={(HB, "mmol/L"): [each * 0.62 for each in NORMAL]}))
    assert keys(before, after) == {f"unit-new {HB} mmol/L": True, f"unit-gone {HB} g/dL": True}


@pytest.mark.parametrize("factor", [18, 0.0555, 1.25])
def test_values_that_change_in_the_same_unit(factor: float) -> None:
    resources = {"Observation": 800}
    before = run(resources=resources, census=census(values={(HB, "g/dL"): NORMAL}))
    after = run(resources=resources, census=census(values={(HB, "g/dL"): [each * factor for each in NORMAL]}))
    (change,) = changes(before, after)
    assert (change.key, change.alarming, change.statistic) == (f"distribution {HB} g/dL", True, "psi")
    assert change.value is not None
    assert change.threshold is not None
    assert change.value > change.threshold >= 0.25


def test_other_classes_of_the_same_values_are_no_change() -> None:
    """The smallest cell decides where classes end; what lies where nobody knows is not made up."""
    numbers = [10 + each % 97 / 9 for each in range(900)]
    fine, coarse = (census(values={(HB, "g/dL"): numbers}, cell=cell) for cell in (1, 90))
    assert fine is not None
    assert coarse is not None
    assert len(fine["spreads"][0]["edges"]) > 2 * len(coarse["spreads"][0]["edges"])
    for one, other in ((fine, coarse), (coarse, fine)):
        first, second = common_classes(one["spreads"][0], other["spreads"][0])
        assert first == second


def test_values_that_change_a_little() -> None:
    resources = {"Observation": 800}
    before = run(resources=resources, census=census(values={(HB, "g/dL"): NORMAL}))
    after = run(resources=resources, census=census(values={(HB, "g/dL"): [each * 1.002 for each in NORMAL[::-2]]}))
    assert keys(before, after) == {}


def test_a_shift_of_codes() -> None:
    resources = {"Observation": 1_000}
    before = run(resources=resources, census=census({(OBSERVATION, LOINC, f"{n}"): 100 for n in range(10)}))
    after = run(resources=resources, census=census({(OBSERVATION, LOINC, f"{n}"): 20 + 20 * n for n in range(9)}))
    found = {each.key: each for each in changes(before, after)}
    shift = found[f"distribution {OBSERVATION}|{LOINC}"]
    assert shift.alarming
    assert dict(shift.because)["jensen-shannon"] > 0


def test_few_codes_make_no_shift() -> None:
    resources = {"Observation": 40}
    before = run(resources=resources, census=census({(OBSERVATION, LOINC, f"{n}"): 4 for n in range(10)}, cell=1))
    after = run(resources=resources, census=census({(OBSERVATION, LOINC, f"{n}"): 8 for n in range(5)}, cell=1))
    assert keys(before, after) == {}


def test_codes_too_rare_to_be_listed_make_no_shift() -> None:
    """Of 11 resources each code is hidden; of 206 it is not: the same mix nevertheless."""
    mix = (("IMP", 1), ("AMB", 1))
    before = census({("Encounter.class", "s", code): 6 * times for code, times in mix})
    after = census({("Encounter.class", "s", code): 100 * times for code, times in mix})
    found = keys(run(resources={"Encounter": 12}, census=before), run(resources={"Encounter": 200}, census=after))
    assert found == {"volume Encounter": True}


def test_profiles_come_and_go() -> None:
    def use(url: str, how: str = "meta") -> dict[str, Any]:
        return {"url": url, "how": how, "found": True, "resources": 900, "valid": 900, "decided": 1}

    before, after = run(profiles=[use("p|1"), use("b", "base")]), run(profiles=[use("p|2")])
    assert keys(before, after) == {"profile-new p|2": True, "profile-gone p|1": True}


def test_volumes() -> None:
    before = run(resources={"Patient": 100, "Observation": 5_000, "Condition": 200, "Flag": 3})
    after = run(resources={"Patient": 108, "Observation": 2_000, "Condition": 350})
    assert keys(before, after) == {"volume Observation": True, "volume Condition": False}
    assert keys(before, run(resources={"Patient": 100, "Observation": 5_000})) == {"feed-stopped Condition": True}


def test_sources_that_were_measured_apart() -> None:
    def group(name: str, passed: int, **resources: int) -> dict[str, Any]:
        types = [{"type": kind, "count": count} for kind, count in resources.items()]
        return {"name": name, "resources": types, "measures": [measure("m", passed, 1_000)], "scores": []}

    before = run(groups=[group("a", 990, Observation=500), group("b", 990, Observation=500)])
    after = run(groups=[group("a", 800, Observation=500)])
    assert keys(before, after) == {"measure m a": True, "feed-stopped Observation b": True}


def test_use_cases() -> None:
    def case(usable: int, eligible: int, least: int | None = None) -> dict[str, Any]:
        cells = {"usable": usable, "eligible": eligible}
        steps = [{"name": "glucose", "lost": {"least": eligible - usable, "most": eligible - usable}}]
        found: dict[str, Any] = {name: {"least": count, "most": count} for name, count in cells.items()}
        if least is not None:
            found["usable"] = {"least": least, "most": usable}
        return {"name": "sepsis", "steps": steps} | found

    (change,) = changes(run(use_cases=[case(900, 1_000)]), run(use_cases=[case(500, 1_000)]))
    assert (change.kind, change.alarming, change.because) == ("use-case", True, (("glucose", 400),))
    assert not changes(run(use_cases=[case(900, 1_000)]), run(use_cases=[case(885, 1_000)]))
    assert not changes(run(use_cases=[case(900, 1_000)]), run(use_cases=[case(500, 1_000, least=450)]))


UNLIKE: list[tuple[str, Callable[[], dict[str, Any]]]] = [
    ("sample", lambda: {"sources": {"names": ["data"], "sampled": 10}}),
    ("packages", lambda: {"packages": [{"name": "a", "version": "1", "sha256": "x"}]}),
    ("smallest-cell", lambda: {"census": census(cell=5)}),
    ("baseline", lambda: {"baseline": {"name": "x", "known": 1, "gone": 0}}),
    ("decisions", lambda: {"overrides": [{"what": "a", "severity": "warning"}]}),
    ("version", lambda: {"header": {"version": "9", "started": "2026-03-02T04:00:00+00:00"}}),
]


@pytest.mark.parametrize(("name", "parts"), UNLIKE, ids=[name for name, _ in UNLIKE])
def test_runs_that_cannot_be_compared_say_so(name: str, parts: Callable[[], dict[str, Any]]) -> None:
    before = run(census=census()) if name == "smallest-cell" else run()
    assert compare(before, run(**parts())).comparable == (name,)


def test_a_run_that_could_not_check_is_not_compared() -> None:
    nothing = run(resources={}, verdict={"outcome": "not-checked", "exit_code": 3, "reasons": []}, coverage=None)
    assert keys(run(), nothing) == {"verdict verdict": True}


def test_the_alarming_come_first_and_then_the_important() -> None:
    before = run(resources={"Patient": 1_000, "Observation": 1_000}, measures=[measure("m", 990, 1_000)])
    after = run(resources={"Patient": 1_400}, measures=[measure("m", 800, 1_000)], totals={("warning", "w"): 300})
    found = changes(before, after)
    assert [each.kind for each in found] == ["feed-stopped", "measure", "issue-kind-new", "volume", "findings"]
    assert [each.alarming for each in found] == [True, True, False, False, False]


@pytest.mark.parametrize("broken", [{}, {"header": 7}, run() | {"scores": 7}, run() | {"totals": [7]}])
def test_what_is_no_report_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="no whole report"):
        compare(run(), broken)


@pytest.mark.parametrize(
    ("failed", "alarming"),
    [(180, True), (60, True), (12, None)],  # each of its own patient; three each; fifteen each: a handful of patients
)
def test_what_is_of_one_patient_is_alike(failed: int, alarming: bool | None) -> None:
    patients = {"Patient": 500}
    before = run(resources=patients, measures=[measure("m", 9_990, 10_000, patients_failed=1)])
    after = run(resources=patients, measures=[measure("m", 9_820, 10_000, patients_failed=failed)])
    assert [each.alarming for each in changes(before, after)] == ([] if alarming is None else [alarming])
