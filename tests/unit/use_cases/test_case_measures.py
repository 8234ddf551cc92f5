"""Measures of a use case: who is there, of whom less is there, and what changed between periods."""

from collections import Counter
from datetime import date
from fractions import Fraction
from math import log
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhircheck.measures.readiness import mix_drift, subgroup_completeness
from fhircheck.model.report import Detail, MeasureResult
from fhircheck.model.use_case import UseCaseResult
from fhircheck.use_cases.characteristics import Characteristics, Patient, with_it
from tests.laws.merging import groupings, merged
from tests.unit.use_cases.test_library import LOINC, extension, need, run

Node = dict[str, Any]
FIRST, SECOND = "2025-01", "2025-02"
HB = [{"path": "code", "code": [{"system": LOINC, "code": "718-7"}]}]
SODIUM = [{"path": "code", "code": [{"system": LOINC, "code": "2951-2"}]}]


def observation(patient: str, month: str, code: str) -> Node:
    return {
        "resourceType": "Observation",
        "status": "final",
        "id": f"{patient}-{code}",
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": f"{month}-10",
    }


def patients(month: str, sex: str, number: int, sodium: int, label: str) -> list[Node]:
    """`number` patients with haemoglobin, the first `sodium` of them also with sodium."""
    nodes: list[Node] = []
    for each in range(number):
        name = f"{sex}{month}-{label}-{each}"
        code = {"coding": [{"system": "http://fhir.de/CodeSystem/bfarm/icd-10-gm", "code": label}]}
        nodes += [
            {"resourceType": "Patient", "id": name, "gender": sex, "birthDate": "1980-01-01"},
            observation(name, month, "718-7"),
            {"resourceType": "Condition", "id": f"{name}-c", "code": code, "subject": {"reference": f"Patient/{name}"}},
        ]
        nodes += [observation(name, month, "2951-2")] if each < sodium else []
    return nodes


def judged(tmp_path: Path, nodes: list[Node]) -> UseCaseResult:
    sepsis = extension("label-class", extension=[{"url": "name", "valueString": "sepsis"}, {
        "url": "valueSet", "valueCanonical": "https://fhircheck.dev/fhir/ValueSet/use-case-sepsis"}])  # fmt: skip
    rest = extension("label-class", extension=[{"url": "name", "valueString": "none"}])
    return run(
        tmp_path,
        need("Patient", "cohort"),
        need("Observation", "cohort", codeFilter=HB, id="hb"),
        need("Observation", "optional", codeFilter=SODIUM, id="sodium"),
        need("Condition", "label", extension("label-path", valueString="code"), sepsis, rest, id="diagnosis"),
        nodes=nodes,
    )


def of(case: UseCaseResult, name: str) -> MeasureResult:
    return next(each for each in case.measures if each.name == name)


def index(result: MeasureResult, of: str) -> float:
    return next(float(each.value or 0) for each in result.details
                if each.of == of and each.name == "population-stability-index")  # fmt: skip


def psi(earlier: tuple[int, ...], later: tuple[int, ...]) -> float:
    before, after = ([(each + 0.5) / (sum(part) + 0.5 * len(part)) for each in part] for part in (earlier, later))
    return sum((p - q) * log(p / q) for p, q in zip(before, after, strict=True))


@pytest.fixture(scope="module")
def drifting(tmp_path_factory: pytest.TempPathFactory) -> UseCaseResult:
    """Women become fewer, sodium is no longer sent, the label stays as it is."""
    nodes = patients(FIRST, "female", 60, 50, "A41.9") + patients(FIRST, "male", 60, 50, "I10.90")
    nodes += patients(SECOND, "female", 20, 0, "A41.9") + patients(SECOND, "female", 5, 0, "I10.90")
    nodes += patients(SECOND, "male", 40, 0, "A41.9") + patients(SECOND, "male", 55, 0, "I10.90")
    return judged(tmp_path_factory.mktemp("drift"), nodes)


def test_drift_is_told_of_each_property_of_the_patients(drifting: UseCaseResult) -> None:
    found = of(drifting, "distribution-drift")
    assert {path: passed for path, passed, _ in found.by} == {
        "patients by label": 1,
        "patients by sex": 0,
        "sodium": 0,
    }
    assert (found.status, found.numerator, found.denominator, found.cannot_tell) == ("failed", 1, 3, 0)
    assert index(found, "patients by sex") == pytest.approx(psi((60, 60), (25, 95)))
    assert index(found, "sodium") == pytest.approx(psi((100, 20), (0, 120)))
    assert found.details[0] == Detail("latest-period", 1, "months", f"from {SECOND}")


def test_a_requirement_that_nobody_meets_any_more_is_gone(drifting: UseCaseResult) -> None:
    found = of(drifting, "mix-drift")
    assert found.by == (("requirement", 1, 2),)
    assert found.details == (Detail("gone-requirement", 100, "patients", "sodium"),)


def test_too_few_patients_tell_no_drift(tmp_path: Path) -> None:
    nodes = patients(FIRST, "female", 10, 10, "A41.9") + patients(SECOND, "male", 10, 0, "I10.90")
    case = judged(tmp_path, nodes)
    assert of(case, "distribution-drift").status == "cannot-tell"
    assert of(case, "distribution-drift").cannot_tell == 3
    assert of(judged(tmp_path, nodes[:30]), "distribution-drift").status == "not-applicable", "one period only"


def test_groups_are_compared_with_the_population(drifting: UseCaseResult) -> None:
    """All are 45. Of men of 80 and older fewer than ten would be expected among 240: that group is not judged."""
    found = of(drifting, "subgroup-representation")
    assert (found.status, found.numerator, found.denominator) == ("informational", 2, 9)
    assert {path for path, passed, _ in found.by if passed} == {"female 40-59", "male 40-59"}


def test_a_group_of_whom_less_is_there_fails() -> None:
    shares = {
        ("usable patients", "sex"): {"female": (30, 60), "male": (40, 60), "other": (0, 4)},
        ("usable patients", "age"): {"18-39": (40, 50), "40-64": (33, 40)},
    }
    found = subgroup_completeness.judge_selection(shares, 10)
    assert (found.tally.numerator, found.tally.denominator, found.tally.cannot_tell) == (3, 4, 1)
    ratios = {each.of: each.value for each in found.details if each.name == "ratio"}
    assert ratios == {"usable patients, by sex": Fraction(3, 4)}, "by age a rate is over fewer than 10 patients"
    rates = {each.of: each.value for each in found.details if each.name == "rate"}
    assert "usable patients: 40-64" not in rates
    assert rates["usable patients: female"] == Fraction(1, 2)


@pytest.mark.parametrize(
    ("counts", "patients", "expected"),
    [((50, 1), (90, 90), True), ((50, 0), (90, 90), False), ((4, 0), (90, 90), None), ((0, 0), (9, 9), "absent")],
)
def test_requirements_come_and_go(counts: tuple[int, int], patients: tuple[int, int], expected: object) -> None:
    tally = mix_drift.judge_requirements([("laboratory", (counts, patients))]).tally
    told = {(1, 1, 0): True, (0, 1, 0): False, (0, 0, 1): None, (0, 0, 0): "absent"}
    assert told[tally.numerator, tally.denominator, tally.cannot_tell] == expected


DAY = date(2025, 1, 1).toordinal()
SEEN = st.tuples(
    st.builds(Patient, st.integers(0, 4), st.sampled_from([0, DAY - 9000, DAY - 20000]), st.integers(DAY, DAY + 200)),
    st.lists(st.sampled_from([("sodium", "with"), ("patients by sex", "male")]), unique=True),
)


@given(groupings(SEEN))
def test_characteristics_merge_in_any_order(given_: tuple[list[Any], list[list[Any]]]) -> None:
    def seen(items: list[Any]) -> Characteristics:
        found = Characteristics()
        for patient, pairs in items:
            found.see(patient, pairs)
        return found

    items, parts = given_
    whole, joined = seen(items), merged([seen(part) for part in parts], Characteristics)
    assert (whole.ages, whole.months) == (joined.ages, joined.months)
    assert whole.ages.total() == len(items)


def test_days_to_come_make_no_period() -> None:
    found = Characteristics()
    for day in (DAY, DAY + 31, DAY + 900):
        found.see(Patient(1, 0, day), [("sodium", "with")])
    periods = found.periods(DAY + 60)
    assert periods is not None
    assert (periods.length, periods.of(periods.end + 20)) == (1, -1)
    assert list(with_it(found.mixes(periods))) == [("sodium", ([1, 1], [1, 1]))]
    assert found.ages == Counter({(1, -1): 3})
