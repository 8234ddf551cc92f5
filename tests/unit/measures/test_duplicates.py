"""The same id, the same identifier, the same content twice."""

from typing import Any

import pytest

from tests.unit.measures.judged import counts, judged

LAB = {
    "resourceType": "Observation",
    "subject": {"reference": "Patient/1"},
    "code": {"coding": [{"system": "http://loinc.org", "code": "718-7"}]},
    "effectiveDateTime": "2025-03-01T08:00:00+01:00",
    "valueQuantity": {"value": 13.5, "unit": "g/dl", "system": "http://unitsofmeasure.org", "code": "g/dL"},
}


def patient(id_: Any, version: Any = None, *identifiers: Any) -> dict[str, Any]:
    meta = {} if version is None else {"meta": {"versionId": version}}
    return {"resourceType": "Patient", "id": id_, **meta, **({"identifier": list(identifiers)} if identifiers else {})}


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ([patient("1"), patient("2")], (2, 2, 0)),
        ([patient("1"), patient("1")], (1, 2, 0)),
        ([patient("1"), patient("1"), patient("1")], (1, 3, 0)),
        ([patient("1"), {"resourceType": "Basic", "id": "1"}], (2, 2, 0)),
        ([patient("1", "1"), patient("1", "2")], (2, 2, 0)),
        ([patient("1", "1"), patient("1", "2"), patient("1", "2")], (2, 3, 0)),
        ([patient("1", "1"), patient("1")], (1, 2, 0)),
        ([patient("1"), patient("1"), patient("1", "1")], (1, 3, 0)),
        ([patient(None), patient(5), patient("")], (0, 0, 0)),
    ],
)
def test_ids(nodes: list[dict[str, Any]], expected: tuple[int, int, int]) -> None:
    for order in (nodes, nodes[::-1]):
        result = judged(*order)["unique-identity"]
        assert counts(result) == expected
        assert result.resources_failed == expected[1] - expected[0]
        assert [each.expression for each in result.examples] == ["Patient.id"] * min(3, result.resources_failed)
        assert result.status == (
            "failed" if expected[0] < expected[1] else "passed" if expected[1] else "not-applicable"
        )


NUMBER = {"system": "urn:clinic:patients", "value": "4711"}


@pytest.mark.parametrize(
    ("one", "other", "passed"),
    [
        (NUMBER, NUMBER, 1),
        (NUMBER, {**NUMBER, "value": "4712"}, 2),
        (NUMBER, {**NUMBER, "system": "urn:clinic:others"}, 2),
        (NUMBER, {**NUMBER, "use": "old"}, 1),
        (NUMBER, {**NUMBER, "type": {"coding": [{"code": "MR"}]}}, 1),
        (NUMBER, {**NUMBER, "type": {"coding": [{"code": "VN"}]}}, 1),
        (NUMBER, {"value": "4711"}, 1),
        (NUMBER, 5, 1),
    ],
)
def test_identifiers(one: Any, other: Any, passed: int) -> None:
    result = judged(
        {"resourceType": "Patient", "identifier": [one]}, {"resourceType": "Patient", "identifier": [other]}
    )
    counted = isinstance(other, dict) and "system" in other and other.get("use") != "old" and "VN" not in str(other)
    assert counts(result["unique-identity"]) == (passed, 1 + counted, 0)


def test_one_resource_may_name_its_identifier_twice_and_types_keep_apart() -> None:
    assert counts(judged(patient("1", None, NUMBER, NUMBER))["unique-identity"]) == (3, 3, 0)
    other = {"resourceType": "Practitioner", "identifier": [NUMBER]}
    assert counts(judged({"resourceType": "Patient", "identifier": [NUMBER]}, other)["unique-identity"]) == (2, 2, 0)


def test_what_is_behind_a_double_identity() -> None:
    result = judged(patient("1", None, NUMBER), patient("2", None, NUMBER), patient("1"))["unique-identity"]
    assert result.by == (("Patient.id", 2, 3), ("Patient.identifier", 1, 2))
    assert result.reason == "2 stand twice in one source"
    assert result.patients_failed == 2


CHANGES: list[tuple[dict[str, Any], bool]] = [
    ({}, True),
    ({"id": "other"}, True),
    ({"effectiveDateTime": "2025-03-01T07:00:00Z"}, True),
    ({"valueQuantity": {**LAB["valueQuantity"], "unit": "g per dl"}}, True),
    ({"effectiveDateTime": "2025-03-01T08:00:01+01:00"}, False),
    ({"effectiveDateTime": "2025-03-01"}, False),
    ({"subject": {"reference": "Patient/2"}}, False),
    ({"code": {"coding": [{"system": "http://loinc.org", "code": "718-8"}]}}, False),
    ({"valueQuantity": {**LAB["valueQuantity"], "value": 13.6}}, False),
    ({"valueQuantity": {**LAB["valueQuantity"], "code": "g/L"}}, False),
    ({"valueQuantity": None, "valueString": "high"}, False),
    ({"bodySite": {"text": "left"}}, False),
    ({"component": [{"valueInteger": 1}]}, False),
]


@pytest.mark.parametrize(("change", "same"), CHANGES)
def test_content(change: dict[str, Any], same: bool) -> None:
    result = judged(LAB, {**LAB, **change})["unique-content"]
    assert counts(result) == (1 if same else 2, 2, 0)
    assert (result.resources_failed, result.patients_failed) == (int(same), int(same))
    assert result.status == "informational"


@pytest.mark.parametrize(
    "lacking",
    [{"subject": {}}, {"code": None}, {"effectiveDateTime": "soon"}, {"status": "entered-in-error"}],
)
def test_without_patient_code_or_date_there_is_no_item(lacking: dict[str, Any]) -> None:
    assert counts(judged(LAB, {**LAB, **lacking}, {**LAB, **lacking})["unique-content"]) == (1, 1, 0)


STAY = {
    "resourceType": "Encounter",
    "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
    "type": [{"coding": [{"system": "urn:kontaktebene", "code": "abteilungskontakt"}]}],
    "subject": {"reference": "Patient/1"},
    "period": {"start": "2025-03-01", "end": "2025-03-03"},
}
ORDER = {
    "resourceType": "MedicationRequest",
    "medicationReference": {"reference": "Medication/1"},
    "subject": {"reference": "Patient/1"},
    "authoredOn": "2025-03-01",
    "dosageInstruction": [{"text": "morning"}],
}


@pytest.mark.parametrize(
    ("node", "change", "same"),
    [
        (STAY, {}, True),
        (STAY, {"class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"}}, False),
        (STAY, {"type": [{"coding": [{"system": "urn:kontaktebene", "code": "einrichtungskontakt"}]}]}, False),
        (STAY, {"period": {"start": "2025-03-01", "end": "2025-03-04"}}, False),
        (ORDER, {}, True),
        (ORDER, {"medicationReference": {"reference": "Medication/2"}}, False),
        (ORDER, {"dosageInstruction": [{"text": "evening"}]}, False),
    ],
)
def test_content_of_other_types(node: dict[str, Any], change: dict[str, Any], same: bool) -> None:
    assert counts(judged(node, {**node, **change})["unique-content"]) == (1 if same else 2, 2, 0)


def test_a_sample_cannot_tell_what_is_single() -> None:
    results = judged(LAB, LAB, patient("1"), patient("1"), sampled=True)
    for name, count in (("unique-content", 2), ("unique-identity", 2)):
        assert (counts(results[name]), results[name].status) == ((0, 0, count), "cannot-tell")
        assert "sample" in results[name].reason
