"""Every use case has a good and a flawed sample: which steps lose patients, and which measures move."""

from datetime import UTC, datetime
from fractions import Fraction
from functools import lru_cache

import pytest

import fhircheck
from fhircheck.model.report import RunReport
from fhircheck.model.use_case import UseCaseResult
from fhircheck.use_cases.shipped import shipped_names
from tests.needs import ROOT

Lost = dict[str, dict[str, int]]
FLAWED: dict[str, tuple[tuple[int, int], Lost]] = {
    "consent-education": (
        (24, 14),
        {
            "consent": {"missing": 3},
            "validity": {"elements-missing": 3},
            "education": {"missing": 3},
            "decision": {"missing": 1},
        },
    ),
    "cooperative-care": (
        (24, 13),
        {
            "identifier": {"missing": 3},
            "summary": {"missing": 1},
            "problems": {"elements-missing": 2},
            "medication": {"missing": 2},
            "allergies": {"missing": 3},
        },
    ),
    "genomics": (
        (24, 14),
        {
            "described": {"missing": 3},
            "assembly": {"missing": 2},
            "from-specimen": {"not-linked": 2},
            "significance": {"missing": 3},
        },
    ),
    "image-analysis": (
        (24, 13),
        {
            "identified-study": {"elements-missing": 3},
            "reachable-study": {"not-linked": 3},
            "report": {"elements-missing": 3, "not-linked": 2},
        },
    ),
    "individualised-therapy": (
        (21, 13),
        {
            "disease": {"missing": 1},
            "start-given": {"missing": 2},
            "dose": {"missing": 2},
            "course": {"after-index": 3},
            "outcome": {"outside-window": 3},
        },
    ),
    "process-automation": (
        (24, 16),
        {"flow": {"elements-missing": 3}, "admission": {"elements-missing": 3}, "discharge": {"missing": 2}},
    ),
    "research-cohort": (
        (23, 13),
        {
            "person": {"elements-missing": 1},
            "pseudonym": {"missing": 2},
            "diagnosis": {"missing": 3},
            "laboratory": {"missing": 2},
            "procedure": {"elements-missing": 1},
            "medication": {"missing": 2},
        },
    ),
    "sepsis-diagnosis-support": (
        (22, 13),
        {
            "person": {"elements-missing": 1},
            "stay": {"elements-missing": 1},
            "vital-signs": {"too-sparse": 3, "after-index": 2},
            "laboratory": {"after-index": 1},
            "diagnosis": {"missing": 3},
        },
    ),
    "speech-documentation": (
        (24, 14),
        {"document": {"missing": 5}, "text": {"missing": 1}, "sections": {"missing": 4}},
    ),
    "telemedicine-vital-signs": (
        (24, 13),
        {
            "device-value": {"not-linked": 2},
            "unit": {"missing": 2},
            "stream": {"too-sparse": 3, "too-few": 2, "elements-missing": 1, "clock": 1},
        },
    ),
}
LABELLED = {
    "consent-education": (Fraction(7, 8), {"permitted": 21, "refused": 0}),
    "genomics": (Fraction(7, 8), {"pathogenic": 1, "other": 20}),
    "image-analysis": (Fraction(19, 24), {"no-finding": 18, "finding": 1}),
    "individualised-therapy": (Fraction(6, 7), {"below-7-percent": 17, "7-percent-or-more": 1}),
    "process-automation": (Fraction(11, 12), {"regular": 22, "other": 0}),
    "sepsis-diagnosis-support": (Fraction(19, 22), {"sepsis": 1, "no-sepsis": 18}),
    "speech-documentation": (Fraction(5, 6), {}),
}

UNEVEN = {
    "consent-education": (9, 12),
    "cooperative-care": (3, 6),
    "genomics": (9, 12),
    "image-analysis": (7, 12),
    "individualised-therapy": (8, 12),
    "process-automation": (9, 12),
    "research-cohort": (3, 6),
    "sepsis-diagnosis-support": (9, 12),
    "speech-documentation": (9, 12),
    "telemedicine-vital-signs": (4, 6),
}
"""Subgroups of whom as much is there as of the others, of all that could be compared."""


@lru_cache
def report(name: str, kind: str, jobs: int = 1, smallest_cell: int = 1) -> RunReport:
    folder = ROOT / "sample_bundles" / "use-cases" / name / kind
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return fhircheck.check(folder, use_cases=name, now=now, jobs=jobs, offline=True, smallest_cell=smallest_cell)


def case(name: str, kind: str) -> UseCaseResult:
    return report(name, kind).use_cases[0]


def test_every_use_case_has_samples() -> None:
    assert set(FLAWED) == set(shipped_names())


@pytest.mark.parametrize("name", FLAWED)
def test_good_data_serves_its_use_case(name: str) -> None:
    found = case(name, "good")
    assert report(name, "good").count("error") == 0
    assert (found.patients, found.eligible, found.usable) == (24, 24, 24)
    assert not [each.name for each in found.steps if each.lost]
    assert not found.undecided
    assert not found.leaks
    by_name = {each.name: each for each in found.measures}
    assert by_name["usable-patients"].share == 1
    assert by_name["label-available"].share == (1 if name in LABELLED else None)
    assert by_name["class-balance"].status in ("passed", "not-applicable")
    assert by_name["subgroup-completeness"].status == "passed"
    assert by_name["subgroup-completeness"].share == 1


@pytest.mark.parametrize("name", FLAWED)
def test_flaws_lose_patients_where_they_are(name: str) -> None:
    (eligible, usable), lost = FLAWED[name]
    found = case(name, "flawed")
    assert (found.patients, found.eligible, found.usable) == (24, eligible, usable)
    assert {each.name: dict(each.reasons) for each in found.steps if each.lost} == lost
    assert found.share == Fraction(usable, eligible)


@pytest.mark.parametrize("name", LABELLED)
def test_flaws_move_the_measures_of_labels(name: str) -> None:
    found = case(name, "flawed")
    by_name = {each.name: each for each in found.measures}
    share, classes = LABELLED[name]
    assert by_name["label-available"].share == share
    assert {each.name: each.patients for each in found.classes} == classes
    assert by_name["class-balance"].status == ("failed" if classes else "not-applicable")
    whole = {each.name: each for each in report(name, "flawed").measures}
    assert whole["label-available"].share == share, "the same over all use cases that were asked for"
    assert whole["label-available"].resources_failed == by_name["label-available"].patients_failed
    assert whole["label-available"].examples


@pytest.mark.parametrize("name", FLAWED)
def test_flaws_move_the_measure_of_subgroups(name: str) -> None:
    found = {each.name: each for each in case(name, "flawed").measures}["subgroup-completeness"]
    assert found.status == "failed"
    assert (found.numerator, found.denominator) == UNEVEN[name]
    assert any(each.name == "ratio" and (each.value or 0) < Fraction(4, 5) for each in found.details)


def test_flaws_move_the_measures_of_streams() -> None:
    good, flawed = (
        {each.name: each for each in case("telemedicine-vital-signs", kind).measures} for kind in ("good", "flawed")
    )
    names = ("sampling-complete", "clock-agrees", "unique-content", "ucum-unit", "unit-harmonised")
    assert {name: (good[name].numerator, good[name].denominator) for name in names} == dict.fromkeys(names, (384, 384))
    assert {name: (flawed[name].numerator, flawed[name].denominator) for name in names} == {
        "sampling-complete": (348, 438),
        "clock-agrees": (318, 350),
        "unique-content": (349, 350),
        "ucum-unit": (334, 366),
        "unit-harmonised": (333, 334),
    }
    details = {each.name: each.value for name in names for each in flawed[name].details}
    assert details["streams-below-share"] == 3, "those of whom the funnel says that they are too sparse"
    assert (details["samples-ahead-by-whole-hours"], details["samples-late"]) == (16, 16)
    assert details["samples-of-one-moment-with-other-values"] == 1
    assert flawed["clock-agrees"].patients_failed == 2
    assert all(flawed[name].examples for name in names)
    whole = {each.name: each for each in report("telemedicine-vital-signs", "flawed").measures}
    assert whole["clock-agrees"].share == flawed["clock-agrees"].share
    other = {each.name: each for each in case("genomics", "flawed").measures}
    assert other["sampling-complete"].status == other["clock-agrees"].status == "not-applicable"


@pytest.mark.parametrize("name", shipped_names())
def test_months_are_covered_by_requirement(name: str) -> None:
    """The measure of time over this use case's resources only; its gap is the one the funnel tells."""
    found = case(name, "good")
    months = next(each for each in found.measures if each.name == "time-coverage")
    whole = next(each for each in report(name, "good").measures if each.name == "time-coverage")
    assert {path for path, _, _ in months.by} & {each.name for each in found.steps}
    assert months.numerator == sum(passed for _, passed, _ in months.by) > 0
    gaps = [each.value for each in months.details if each.name == "longest-gap" and not each.of]
    assert gaps == [each.value for each in found.details if each.name == "longest-gap"]
    assert months.numerator != whole.numerator or months.by != whole.by


def test_small_numbers_of_patients_stand_in_no_measure() -> None:
    name = "sepsis-diagnosis-support"
    shown = report(name, "flawed", smallest_cell=10)
    whole = {each.name: each for each in shown.measures}["label-available"]
    people = ("usable-patients", "label-available")
    measures = [each for each in shown.use_cases[0].measures if each.name in people]
    assert [each.name for each in measures] == list(people)
    for each in (whole, *measures):
        assert (each.status, each.numerator, each.denominator, each.cannot_tell) == ("cannot-tell", 0, 0, 1)
        assert not each.by
        assert not each.patients_failed
        assert not each.examples


def test_groups_below_the_smallest_cell_are_not_compared() -> None:
    shown = {each.name: each for each in report("sepsis-diagnosis-support", "flawed", smallest_cell=10)
             .use_cases[0].measures}  # fmt: skip
    groups = shown["subgroup-completeness"]
    assert {path for path, _, _ in groups.by} == {"usable patients", "patients with a label"}
    assert groups.denominator == 4, "the two sexes; every age is below ten"
    assert not groups.details, "a rate over fewer than ten patients"
    rates = [each.value for each in shown["subgroup-representation"].details if each.name == "representation-rate"]
    assert set(rates) == {0, None}, "of a group that nobody is in, or not shown"


def test_what_comes_after_the_event_is_named_and_not_counted() -> None:
    leaks = {
        each.requirement: (each.resources, each.patients) for each in case("sepsis-diagnosis-support", "flawed").leaks
    }
    assert leaks == {"vital-signs": (6, 2), "laboratory": (4, 2)}


def test_density_before_the_event() -> None:
    found = {each.of: each.value for each in case("sepsis-diagnosis-support", "good").details if each.unit == "1/h"}
    assert found["vital-signs"] == pytest.approx(13 / 24, rel=0.02)
    assert found["laboratory"] == pytest.approx(2 / 24, rel=0.02)


def test_subgroups_add_up() -> None:
    found = case("sepsis-diagnosis-support", "flawed")
    for dimension in ("age", "sex"):
        groups = [each for each in found.subgroups if each.dimension == dimension]
        assert sum(each.eligible for each in groups) == found.eligible
        assert sum(each.usable for each in groups) == found.usable
        assert sum(each.labelled for each in groups) == 19
    assert {each.group for each in found.subgroups if each.dimension == "sex"} == {"female", "male"}
