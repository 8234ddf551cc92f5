"""Dates against the patient's life, the stay, the order and the calendar; codes against the patient's sex."""

from datetime import UTC, datetime
from typing import Any

import pytest

from fhircheck.measures.tools import Tools
from tests.unit.measures.judged import counts, judged

PATIENT = {"resourceType": "Patient", "id": "1", "gender": "female", "birthDate": "1950-02-01"}
DEAD = {**PATIENT, "deceasedDateTime": "2020-03-01T10:00:00+01:00"}
SUBJECT = {"reference": "Patient/1"}
STAY = {"resourceType": "Encounter", "id": "1", "period": {"start": "2025-03-10", "end": "2025-03-14"}}
ICD = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"


def procedure(date: Any, **more: Any) -> dict[str, Any]:
    return {"resourceType": "Procedure", "subject": SUBJECT, "performedDateTime": date, **more}


@pytest.mark.parametrize(
    ("patient", "date", "expected"),
    [
        (PATIENT, "1950-02-01", (1, 1, 0)),
        (PATIENT, "1950-01-31T23:30:00Z", (1, 1, 0)),
        (PATIENT, "1950-01-30", (0, 1, 0)),
        (PATIENT, "1950", (1, 1, 0)),
        (PATIENT, "1949", (0, 1, 0)),
        (DEAD, "2020-03-31", (1, 1, 0)),
        (DEAD, "2020-04-01", (0, 1, 0)),
        (DEAD, "2020", (1, 1, 0)),
        (DEAD, "2021", (0, 1, 0)),
        (PATIENT, "2021", (1, 1, 0)),
        ({**PATIENT, "birthDate": "1950"}, "1950-01-02", (1, 1, 0)),
        ({**PATIENT, "birthDate": "soon"}, "1950-01-02", (0, 0, 1)),
        ({**PATIENT, "id": "2"}, "1950-01-02", (0, 0, 1)),
        (PATIENT, "soon", (0, 0, 0)),
        (PATIENT, None, (0, 0, 0)),
    ],
)
def test_within_lifetime(patient: dict[str, Any], date: Any, expected: tuple[int, int, int]) -> None:
    result = judged(procedure(date), patient)["within-lifetime"]
    assert counts(result) == expected
    assert (result.resources_failed, result.patients_failed) == (expected[1] - expected[0],) * 2
    assert [each.expression for each in result.examples] == ["Procedure"] * result.resources_failed


def test_a_patient_who_stands_there_twice_is_read_the_wider_way() -> None:
    other = {**PATIENT, "birthDate": "1940-01-01"}
    for people in ([PATIENT, other], [other, PATIENT]):
        assert counts(judged(*people, procedure("1945-01-01"))["within-lifetime"]) == (1, 1, 0)


def test_a_coverage_may_begin_before_birth() -> None:
    node = {"resourceType": "Coverage", "beneficiary": SUBJECT, "period": {"start": "1949-01-01"}}
    assert counts(judged(PATIENT, node)["within-lifetime"]) == (0, 0, 0)


def coded(kind: str, system: str, code: str) -> dict[str, Any]:
    return {"resourceType": kind, "subject": SUBJECT, "code": {"coding": [{"system": system, "code": code}]}}


@pytest.mark.parametrize(
    ("kind", "system", "code", "fits"),
    [
        ("Condition", ICD, "O80", "female"),
        ("Condition", ICD, "N83.2", "female"),
        ("Condition", ICD, "N40", "male"),
        ("Condition", ICD, "C61", "male"),
        ("Condition", "http://fhir.de/CodeSystem/dimdi/icd-10-gm", "C56", "female"),
        ("Condition", ICD, "C50.9", ""),
        ("Condition", ICD, "Z38.0", ""),
        ("Condition", "http://snomed.info/sct", "72892002", "female"),
        ("Condition", "http://snomed.info/sct", "728920021", ""),
        ("Condition", "urn:other", "O80", ""),
        ("Procedure", "http://fhir.de/CodeSystem/bfarm/ops", "5-683.01", "female"),
        ("Procedure", "http://fhir.de/CodeSystem/bfarm/ops", "5-601.0", "male"),
        ("Procedure", "http://fhir.de/CodeSystem/bfarm/ops", "5-646.0", ""),
        ("Observation", "http://loinc.org", "82810-3", "female"),
        ("AllergyIntolerance", ICD, "O80", ""),
    ],
)
@pytest.mark.parametrize("gender", ["female", "male"])
def test_sex_plausible(kind: str, system: str, code: str, fits: str, gender: str) -> None:
    result = judged({**PATIENT, "gender": gender}, coded(kind, system, code))["sex-plausible"]
    assert counts(result) == ((int(fits == gender), 1, 0) if fits else (0, 0, 0))
    assert [each.expression for each in result.examples] == ([] if fits in ("", gender) else [f"{kind}.code"])


@pytest.mark.parametrize("gender", ["other", "unknown", None, 5])
def test_who_is_neither_cannot_be_told(gender: Any) -> None:
    assert counts(judged({**PATIENT, "gender": gender}, coded("Condition", ICD, "O80"))["sex-plausible"]) == (0, 0, 1)
    twice = judged(PATIENT, {**PATIENT, "gender": "male"}, coded("Condition", ICD, "O80"))
    assert counts(twice["sex-plausible"]) == (0, 0, 1)


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2025-03-03", (1, 1, 0)),
        ("2025-03-02", (0, 1, 0)),
        ("2025-03-21", (1, 1, 0)),
        ("2025-03-22", (0, 1, 0)),
        ("2025-03", (1, 1, 0)),
        ("2025-04", (0, 1, 0)),
        ("soon", (0, 0, 0)),
    ],
)
def test_within_encounter(date: str, expected: tuple[int, int, int]) -> None:
    stay = {"reference": "Encounter/1"}
    nodes = [
        procedure(date, encounter=stay),
        {"resourceType": "Condition", "encounter": stay, "recordedDate": date, "onsetDateTime": "1990"},
        {"resourceType": "MedicationAdministration", "context": stay, "effectiveDateTime": date},
        {"resourceType": "DocumentReference", "context": {"encounter": [stay]}, "date": date},
    ]
    for node in nodes:
        assert counts(judged(node, STAY)["within-encounter"]) == expected


def test_stays_that_are_open_or_not_there() -> None:
    late = procedure("2029-01-01", encounter={"reference": "Encounter/1"})
    open_stay = {**STAY, "period": {"start": "2025-03-10"}}
    assert counts(judged(late, open_stay)["within-encounter"]) == (1, 1, 0)
    assert counts(judged(late, STAY, open_stay)["within-encounter"]) == (1, 1, 0)
    assert counts(judged(late, {**STAY, "period": {"end": "2025"}})["within-encounter"]) == (0, 0, 1)
    assert counts(judged(late)["within-encounter"]) == (0, 0, 1)
    assert counts(judged(procedure("2029-01-01"), STAY)["within-encounter"]) == (0, 0, 0)
    only_onset = {"resourceType": "Condition", "encounter": {"reference": "Encounter/1"}, "onsetDateTime": "1990"}
    assert counts(judged(only_onset, STAY)["within-encounter"]) == (0, 0, 0)


NOW = datetime(2025, 6, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ({"resourceType": "Observation", "effectiveDateTime": "2025-06-01T12:00:00Z"}, (1, 1, 0)),
        ({"resourceType": "Observation", "effectiveDateTime": "2025-06-01T12:00:01Z"}, (0, 1, 0)),
        ({"resourceType": "Observation", "effectiveDateTime": "2025-06-02"}, (1, 1, 0)),
        ({"resourceType": "Observation", "effectiveDateTime": "2025-06-03"}, (0, 1, 0)),
        ({"resourceType": "Observation", "effectiveDateTime": "1899-12-31"}, (0, 1, 0)),
        ({"resourceType": "Observation", "effectiveDateTime": "1900-01-01"}, (1, 1, 0)),
        ({"resourceType": "Observation", "effectiveDateTime": "2030", "status": "entered-in-error"}, (0, 0, 0)),
        ({"resourceType": "Encounter", "period": {"start": "2030"}, "status": "planned"}, (0, 0, 0)),
        ({"resourceType": "Encounter", "period": {"start": "2030"}, "status": "finished"}, (0, 1, 0)),
        ({"resourceType": "Encounter", "period": {"start": "2025", "end": "2030"}}, (1, 1, 0)),
        ({"resourceType": "Condition", "recordedDate": "2030", "verificationStatus": {"coding": [5]}}, (0, 1, 0)),
        (
            {
                "resourceType": "Condition",
                "recordedDate": "2030",
                "verificationStatus": {"coding": [{"code": "entered-in-error"}]},
            },
            (0, 0, 0),
        ),
        ({"resourceType": "Observation", "effectiveDateTime": "soon"}, (0, 0, 0)),
        ({"resourceType": "Patient", "birthDate": "1800-01-01"}, (0, 0, 0)),
    ],
)
def test_date_window(node: dict[str, Any], expected: tuple[int, int, int]) -> None:
    result = judged(node, tools=Tools(NOW))["date-window"]
    assert counts(result) == expected
    if result.examples:
        assert result.examples[0].expression.startswith(f"{node['resourceType']}.")


ORDER = {"resourceType": "MedicationRequest", "id": "1", "authoredOn": "2025-03-10T10:00:00Z"}


def dose(date: Any, request: str = "MedicationRequest/1", **more: Any) -> dict[str, Any]:
    given = {"effectiveDateTime": date} if isinstance(date, str) else {"effectivePeriod": date}
    return {"resourceType": "MedicationAdministration", "request": {"reference": request}, **given, **more}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (dose("2025-03-10T10:00:00Z"), (1, 1, 0)),
        (dose("2025-03-10T10:59:59+01:00"), (0, 1, 0)),
        (dose("2025-03-10"), (1, 1, 0)),
        (dose("2025-03-08"), (0, 1, 0)),
        (dose({"start": "2025-03-11", "end": "2025-03-01"}), (1, 1, 0)),
        (dose({"start": "2025-03-01", "end": "2025-03-11"}), (0, 1, 0)),
        (dose("2025-03-08", "MedicationRequest/2"), (0, 0, 0)),
        (dose("soon"), (0, 0, 0)),
        (dose({}), (0, 0, 0)),
    ],
)
def test_given_after_it_was_ordered(given: dict[str, Any], expected: tuple[int, int, int]) -> None:
    result = judged(given, ORDER)["date-sequence"]
    assert counts(result) == expected
    assert [each.expression for each in result.examples] == ["MedicationAdministration.effective"] * (
        expected[1] - expected[0]
    )


def test_pairs_of_both_kinds_add_up() -> None:
    stay = {**STAY, "period": {"start": "2025-03-14", "end": "2025-03-10"}, "subject": SUBJECT}
    result = judged(dose("2025-03-08", subject=SUBJECT), ORDER, stay)["date-sequence"]
    assert counts(result) == (0, 2, 0)
    assert (result.resources_failed, result.patients_failed) == (2, 1)
