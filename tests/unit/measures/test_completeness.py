"""Completeness: what profiles demand, mark and what records are there to hold; patients with records."""

from typing import Any

import pytest

from fhircheck.compile.mandatory_elements import mandatory_elements
from tests.unit.measures.judged import counts, judged
from tests.unit.measures.known import known_tools, linker

HB = {"resourceType": "Observation", "status": "final", "code": {"text": "Hb"}}
WEIGHT = "http://hl7.org/fhir/StructureDefinition/bodyweight"


def by(result: Any) -> dict[str, tuple[int, int]]:
    return {path: (passed, total) for path, passed, total in result.by}


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (HB, {"Observation.status": (1, 1), "Observation.code": (1, 1)}),
        ({"resourceType": "Observation"}, {"Observation.status": (0, 1), "Observation.code": (0, 1)}),
        (
            {**HB, "component": [{"code": {"text": "a"}}, {"valueString": "b"}]},
            {"Observation.status": (1, 1), "Observation.code": (1, 1), "Observation.component.code": (0, 1)},
        ),
        (
            {**HB, "component": [{"code": {"text": "a"}}]},
            {"Observation.status": (1, 1), "Observation.code": (1, 1), "Observation.component.code": (1, 1)},
        ),
        ({"resourceType": "Patient"}, {}),
        ({"resourceType": "Patient", "link": [{"type": "seealso"}]},
         {"Patient.link.type": (1, 1), "Patient.link.other": (0, 1)}),
        (
            {**HB, "contained": [{"resourceType": "Observation", "id": "x", "code": {"text": "y"}}],
             "hasMember": [{"reference": "#x"}]},
            {"Observation.status": (1, 1), "Observation.code": (1, 1)},
        ),
    ],
)  # fmt: skip
def test_mandatory_elements_of_the_type(node: dict[str, Any], expected: dict[str, tuple[int, int]]) -> None:
    result = judged(node, tools=known_tools())["mandatory-elements"]
    assert by(result) == expected
    assert result.resources_failed == any(passed < total for passed, total in expected.values())


def test_each_profile_demands_for_itself() -> None:
    node = {**HB, "meta": {"profile": [WEIGHT]}}
    result = judged(node, tools=known_tools())["mandatory-elements"]
    found = by(result)
    assert found["Observation.status"] == (2, 2)
    assert found["Observation.subject"] == (0, 1)
    assert found["Observation.category"] == (0, 1)
    assert "Observation.category:VSCat" not in found
    assert "Observation.category:VSCat.coding" not in found
    assert found["Observation.code.coding:BodyWeightCode"] == (0, 1)
    assert result.status == "failed"
    assert "Observation.subject" in {each.expression for each in result.examples} or len(result.examples) == 3


def test_a_missing_slice_takes_what_is_below_it_with_it() -> None:
    node = {**HB, "meta": {"profile": [WEIGHT]}, "category": [{"text": "other"}]}
    found = by(judged(node, tools=known_tools())["mandatory-elements"])
    assert found["Observation.category"] == (1, 1)
    assert found["Observation.category:VSCat"] == (0, 1)
    assert not any(path.startswith("Observation.category:VSCat.") for path in found)


def test_a_profile_that_is_not_there_is_one_item_that_cannot_be_told() -> None:
    node = {**HB, "meta": {"profile": ["https://example.org/unheard"]}}
    results = judged(node, tools=known_tools())
    assert counts(results["mandatory-elements"]) == (2, 2, 1)
    assert counts(results["must-support-populated"]) == (0, 0, 1)


def test_without_profiles_at_hand_nothing_is_counted() -> None:
    results = judged(HB)
    assert results["mandatory-elements"].status == results["must-support-populated"].status == "not-applicable"


def test_what_a_profile_demands_is_read_from_its_compiled_form() -> None:
    linked = linker().profile(WEIGHT)
    assert linked is not None
    assert linked.compiled is not None
    found = mandatory_elements(linked.compiled)
    assert {"Observation.status", "Observation.category:VSCat.coding.system"} <= set(found.always)
    assert "Observation.component.code" not in found.always
    assert found.within["component"] == ("Observation.component.code",)
    assert "Observation.component.code" in found.of(["component", "note"])
    assert "Observation.value[x]:valueQuantity.unit" in found.within["valueQuantity"]


def test_a_type_of_a_choice_demands_where_it_is_there() -> None:
    node = {**HB, "meta": {"profile": [WEIGHT]}, "valueQuantity": {"value": 70, "code": "kg"}}
    result = judged(node, tools=known_tools())["mandatory-elements"]
    found = by(result)
    assert found["Observation.value[x]:valueQuantity.value"] == (1, 1)
    assert found["Observation.value[x]:valueQuantity.unit"] == (0, 1)
    node = {**HB, "meta": {"profile": [WEIGHT]}, "valueString": "70 kg"}
    assert not any("valueQuantity" in path for path in by(judged(node, tools=known_tools())["mandatory-elements"]))


TRIGLYCERIDE = {
    **HB,
    "meta": {"profile": ["http://hl7.org/fhir/StructureDefinition/triglyceride"]},
    "interpretation": [{"text": "normal"}],
}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, {"Observation.code": (1, 1), "Observation.valueQuantity": (0, 1), "Observation.interpretation": (1, 1),
              "Observation.note": (0, 1), "Observation.referenceRange": (0, 1)}),
        ({"valueQuantity": {"value": 1}, "note": []},
         {"Observation.code": (1, 1), "Observation.valueQuantity": (1, 1), "Observation.interpretation": (1, 1),
          "Observation.note": (1, 1), "Observation.referenceRange": (0, 1)}),
        ({"_note": [{"id": "a"}]}, {"Observation.code": (1, 1), "Observation.valueQuantity": (0, 1),
                                    "Observation.interpretation": (1, 1), "Observation.note": (0, 1),
                                    "Observation.referenceRange": (0, 1)}),
    ],
)  # fmt: skip
def test_must_support(more: dict[str, Any], expected: dict[str, tuple[int, int]]) -> None:
    result = judged({**TRIGLYCERIDE, **more}, tools=known_tools())["must-support-populated"]
    assert by(result) == expected
    assert result.status == "informational"


def test_must_support_of_parts_counts_where_the_part_is_there() -> None:
    node = {**HB, "meta": {"profile": ["http://hl7.org/fhir/StructureDefinition/bp"]}}
    found = by(judged(node, tools=known_tools())["must-support-populated"])
    assert found["Observation.component"] == (0, 1)
    assert "Observation.component.code" not in found
    part = {"code": {"text": "a"}, "valueQuantity": {"value": 1, "unit": "mm[Hg]"}}
    found = by(judged({**node, "component": [part]}, tools=known_tools())["must-support-populated"])
    assert found["Observation.component.code"] == (1, 1)
    assert found["Observation.component.value[x].unit"] == (1, 1)
    assert found["Observation.component.value[x].code"] == (0, 1)
    assert "Observation.component.dataAbsentReason" not in found


ABSENT = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]}


@pytest.mark.parametrize(
    ("node", "expected", "reasons"),
    [
        ({**HB, "valueString": "x"}, (1, 1, 0), 0),
        ({**HB, "valueBoolean": False}, (1, 1, 0), 0),
        ({**HB}, (0, 1, 0), 0),
        ({**HB, "dataAbsentReason": {"text": "unknown"}}, (0, 0, 0), 1),
        ({**HB, "valueString": "x", "dataAbsentReason": {"text": "unknown"}}, (1, 1, 0), 0),
        ({**HB, "component": [{"code": {}}, {"code": {}, "valueInteger": 0}]}, (1, 1, 0), 0),
        ({**HB, "component": [{"code": {}}]}, (0, 1, 0), 0),
        ({**HB, "component": [{"code": {}, "dataAbsentReason": {}}]}, (0, 0, 0), 1),
        ({**HB, "hasMember": [{"reference": "Observation/1"}]}, (0, 0, 0), 0),
        ({**HB, "valueless": 1}, (0, 1, 0), 0),
        ({"resourceType": "Patient"}, (0, 3, 0), 0),
        ({"resourceType": "Patient", "identifier": [{}], "birthDate": "1950", "gender": "male"}, (3, 3, 0), 0),
        ({"resourceType": "Patient", "identifier": [], "_birthDate": ABSENT, "gender": "male"}, (1, 2, 0), 1),
        ({"resourceType": "Encounter", "identifier": [{}], "period": {"start": "2025"}}, (2, 2, 0), 0),
        ({"resourceType": "Encounter", "identifier": [{}], "period": {"_start": ABSENT}}, (1, 1, 0), 1),
        ({"resourceType": "Encounter", "period": "2025"}, (0, 2, 0), 0),
        ({"resourceType": "Condition", "code": {"text": "x"}}, (1, 1, 0), 0),
        ({"resourceType": "Condition"}, (0, 1, 0), 0),
    ],
)
def test_value_present(node: dict[str, Any], expected: tuple[int, int, int], reasons: int) -> None:
    result = judged(node)["value-present"]
    assert counts(result) == expected
    assert sum(int(each.value or 0) for each in result.details) == reasons


def patient(name: str) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": name}


def condition(name: str, **more: Any) -> dict[str, Any]:
    return {"resourceType": "Condition", "subject": {"reference": f"Patient/{name}"}, **more}


def test_patients_with_type_counts_patients_once_and_types_that_occur() -> None:
    result = judged(
        *(patient(name) for name in "aabc"),
        condition("a"),
        condition("a", recordedDate="2025-01-01"),
        condition("b", recordedDate="2025-01-01"),
        condition("elsewhere"),
        {"resourceType": "Observation", "subject": {"reference": "https://example.org/fhir/Patient/c"}},
    )["patients-with-type"]
    assert by(result) == {"Condition": (2, 3), "Observation": (1, 3)}
    assert result.status == "passed"
    assert (result.resources_failed, result.patients_failed) == (3, 3)
    assert [each.record for each in result.examples] == [0, 2, 3]


@pytest.mark.parametrize(("with_one", "expected"), [(4, "failed"), (5, "passed")])
def test_more_than_95_percent_without_a_type_fails_whatever_the_other_types_say(with_one: int, expected: str) -> None:
    names = [f"p{number}" for number in range(100)]
    nodes = [patient(name) for name in names] + [condition(name) for name in names[:with_one]]
    nodes += [{"resourceType": "Observation", "subject": {"reference": f"Patient/{name}"}} for name in names]
    assert judged(*nodes)["patients-with-type"].status == expected


def test_a_sample_says_nothing_of_patients_without_a_type() -> None:
    result = judged(patient("a"), condition("a"), sampled=True)["patients-with-type"]
    assert counts(result) == (0, 0, 1)
    assert result.status == "cannot-tell"
