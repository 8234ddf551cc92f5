"""What stands in place of a value without being one is nothing to invariants, slices, bindings and rules."""

import json
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.definitions.type_table import TypeTable
from fhircheck.first_pass import linker_for
from fhircheck.model.record import Piece, Record
from fhircheck.transport.record_reader import RecordReader
from fhircheck.validate.reading import ENTRY, Reading
from fhircheck.validate.validator import Validator
from tests.package_making import profile
from tests.profiled_patient import broken

URL = "http://example.org/e"
P = "http://hl7.org/fhir/StructureDefinition/bp"
MARITAL = "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus"
PART = {"url": "a", "valueString": "x"}


@pytest.fixture(scope="module")
def types() -> TypeTable:
    return TypeTable(load_definitions(offline=True))


def read(types: TypeTable, given: dict[str, Any]) -> dict[str, Any]:
    """A patient of these elements, as it is read."""
    node = Reading(types, {"resourceType": "Patient", **given}, "Patient").node
    return {name: value for name, value in node.items() if name != "resourceType"}


def found_in(node: dict[str, Any]) -> list[tuple[str, str]]:
    """All that is found in a record."""
    linker = linker_for(load_definitions(offline=True), lambda *_: None)
    (record,) = RecordReader(linker.around.types).records(Piece("s", "resource", json.dumps(node).encode()))
    checked = Validator(linker, (), locate=False).check(record)
    return [(issue.kind, issue.place.expression) for each in checked for issue in each.issues]


@pytest.mark.parametrize(
    "given",
    [
        {"active": True},
        {"active": True, "_active": {"id": "a"}},
        {"_active": {"id": "a"}},
        {"_active": {}},
        {"active": True, "_active": {}},
        {"name": [{"_given": [{}]}]},
        {"maritalStatus": {"text": "x"}},
        {"maritalStatus": {}},
        {"name": [{}]},
        {"name": [{"given": ["x", None], "_given": [None, {"id": "a"}], "period": {"start": "2020"}}]},
        {"deceasedQuantity": {"value": 1}},
        {"extension": [{"url": URL, "valueString": "x"}]},
        {"id": "a"},
    ],
)
def test_what_stays_as_it_is(types: TypeTable, given: dict[str, Any]) -> None:
    assert read(types, given) == given


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"active": [True]}, {}),
        ({"active": None}, {}),
        ({"active": {}}, {}),
        ({"active": None, "_active": {"id": "a"}}, {}),
        ({"active": True, "_active": "x"}, {}),
        ({"_active": [{"id": "a"}]}, {}),
        ({"maritalStatus": [{"text": "x"}]}, {}),
        ({"maritalStatus": "x"}, {}),
        ({"name": {"text": "x"}}, {"name": [{"text": "x"}]}),
        ({"name": {"given": "x"}}, {"name": [{}]}),
        ({"name": "x"}, {}),
        ({"name": []}, {}),
        ({"name": [None, "x", {"text": "x"}, [{"text": "y"}]]}, {"name": [{"text": "x"}]}),
        ({"none": [{}]}, {}),
        ({"_name": [{"id": "a"}]}, {}),
        ({"id": "a", "_id": "x"}, {"id": "a"}),
        ({"name": [{"given": ["x", {"a": 1}, None, "y"]}]}, {"name": [{"given": ["x", "y"]}]}),
        (
            {"name": [{"given": ["x", {"a": 1}, None, "y", "z"], "_given": [None, {}, {"id": "a"}, 1, {}]}]},
            {"name": [{"given": ["x", None, "z"], "_given": [None, {"id": "a"}, {}]}]},
        ),
        ({"contained": [{"resourceType": "Patient", "name": "x"}]}, {"contained": [{"resourceType": "Patient"}]}),
        ({"contained": [{"resourceType": "Nope", "x": "x"}]}, {}),
        ({"name": [{"given": "x", "_given": [{"id": "a"}]}]}, {"name": [{}]}),
        ({"name": [{"given": ["x"], "_given": {"id": "a"}}]}, {"name": [{}]}),
        ({"active": "true"}, {"active": True}),
        ({"active": "yes"}, {"active": "yes"}),
        ({"active": 1}, {"active": "1"}),
        ({"birthDate": 2020}, {"birthDate": "2020"}),
        ({"id": 1}, {"id": "1"}),
        ({"name": [{"given": ["x", True]}]}, {"name": [{"given": ["x", "true"]}]}),
        ({"multipleBirthInteger": "2"}, {"multipleBirthInteger": 2}),
        ({"multipleBirthInteger": "-2.50"}, {"multipleBirthInteger": Decimal("-2.50")}),
        ({"multipleBirthInteger": "1" * 5000}, {"multipleBirthInteger": "1" * 5000}),
        ({"multipleBirthInteger": False}, {"multipleBirthInteger": "false"}),
        ({"_active": {"extension": PART}}, {"_active": {"extension": [PART]}}),
        ({"extension": [{"url": URL, "valueString": []}]}, {"extension": [{"url": URL}]}),
        ({"extension": [{"url": URL, "valueNope": 1}]}, {"extension": [{"url": URL}]}),
        ({"extension": [{"url": URL, "value": "x"}]}, {"extension": [{"url": URL}]}),
        ({"extension": [{"url": URL, "valueExtension": PART}]}, {"extension": [{"url": URL}]}),
        ({"extension": [{"url": URL, "extension": [PART, None]}]}, {"extension": [{"url": URL, "extension": [PART]}]}),
    ],
)
def test_what_is_read(types: TypeTable, given: dict[str, Any], kept: dict[str, Any]) -> None:
    assert read(types, given) == kept


def test_places_are_those_of_the_record(types: TypeTable) -> None:
    name = {"given": [None, "x"], "_given": [None, {"extension": [None, PART]}]}
    node = {"resourceType": "Patient", "name": [None, {"text": "x"}, name]}
    reading = Reading(types, node, "Bundle.entry[4].resource")
    assert reading.place("Bundle.entry[4].resource") == "Bundle.entry[4].resource"
    assert reading.place("Bundle.entry[4].resource.name") == "Bundle.entry[4].resource.name"
    assert reading.place("Bundle.entry[4].resource.name[0].text") == "Bundle.entry[4].resource.name[1].text"
    given = "Bundle.entry[4].resource.name[2].given[1]"
    assert reading.place("Bundle.entry[4].resource.name[1].given[0]") == given
    assert reading.place("Bundle.entry[4].resource.name[1].given[0].extension[0]") == f"{given}.extension[1]"


def test_an_entry_that_was_split_off_is_read(types: TypeTable) -> None:
    node = {"fullUrl": ["x"], "link": {"relation": "a"}, "resource": {"resourceType": "Patient", "name": "x"}}
    assert Reading(types, node, "Bundle.entry[4]", ENTRY).node == {
        "link": [{"relation": "a"}],
        "resource": {"resourceType": "Patient"},
    }


@pytest.mark.parametrize(
    ("content", "is_told"),
    [
        ({"valueString": "x"}, False),
        ({"valueString": None}, True),
        ({"valueQuantity": {}}, True),
        ({"valueNope": 1}, True),
        ({"extension": PART}, False),
        ({"extension": [{}, None]}, True),
        ({"valueString": "x", "extension": [PART]}, True),
        ({"valueString": "x", "extension": []}, False),
    ],
)
def test_an_extension_has_a_value_or_parts_that_can_be_read(content: dict[str, Any], is_told: bool) -> None:
    found = broken([], {"extension": [{"url": URL, **content}]})
    assert (("ext-1", "Patient.extension[0]") in found) is is_told


CONTACT = [{"id": "Patient.telecom", "path": "Patient.telecom", "max": "*"}]
WORK = [
    {
        "id": "Patient.telecom",
        "path": "Patient.telecom",
        "slicing": {"discriminator": [{"type": "value", "path": "use"}], "rules": "closed"},
        "min": 1,
    },
    {"id": "Patient.telecom:work", "path": "Patient.telecom", "sliceName": "work", "min": 1},
    {"id": "Patient.telecom:work.use", "path": "Patient.telecom.use", "min": 1, "fixedCode": "work"},
]
AT = "Patient.telecom[0]"


@pytest.mark.parametrize(
    ("elements", "telecom", "expected"),
    [
        # a value without a system (cpt-2), which cannot be read
        (CONTACT, [{"system": ["url"], "value": "x"}], [("array-unexpected", f"{AT}.system"), ("cpt-2", AT)]),
        (CONTACT, [{"system": "url", "value": ["x"]}], [("array-unexpected", f"{AT}.value")]),
        (WORK, [{"use": "work", "value": "x", "system": "url"}], []),
        # an item that cannot be read is in no slice, and is not refused by them
        (WORK, ["x", {"use": "work", "system": "url"}], [("object-expected", AT)]),
        (WORK, ["x"], [("object-expected", AT), ("cardinality-min", "Patient"), ("slice-min", "Patient")]),
        (WORK, [{"use": "home"}], [("slicing-closed", AT), ("slice-min", "Patient")]),
    ],
)
def test_rules_see_what_can_be_read(
    elements: list[dict[str, Any]], telecom: list[Any], expected: list[tuple[str, str]]
) -> None:
    assert broken(elements, {"telecom": telecom}) == expected


def test_invariants_of_a_backbone_element_see_what_can_be_read() -> None:
    found = broken(CONTACT, {"contact": [{"name": "x"}]})
    assert found == [("object-expected", "Patient.contact[0].name"), ("pat-1", "Patient.contact[0]")]


NAMED = [
    {
        "id": "Patient.name.given",
        "path": "Patient.name.given",
        "slicing": {"discriminator": [{"type": "value", "path": "$this"}], "rules": "open"},
    },
    {"id": "Patient.name.given:x", "path": "Patient.name.given", "sliceName": "x", "min": 1, "max": "1",
     "fixedString": "x"},
]  # fmt: skip


def test_an_empty_object_has_none_of_the_slices_that_it_must_have() -> None:
    assert ("slice-min", "Patient.name[0]") in broken(NAMED, {"name": [{}]})


def test_an_empty_text_is_no_other_value_than_the_fixed_one() -> None:
    fixed = [{"id": "Patient.gender", "path": "Patient.gender", "fixedCode": "male"}]
    kinds = [kind for kind, _ in broken(fixed, {"gender": ""})]
    assert "primitive-format" in kinds
    assert "fixed-value" not in kinds
    assert [kind for kind, _ in broken(fixed, {"gender": "other"})] == ["fixed-value"]


DEAD = [
    {
        "id": "Patient.deceased[x]",
        "path": "Patient.deceased[x]",
        "slicing": {"discriminator": [{"type": "type", "path": "$this"}], "rules": "closed"},
    },
    {"id": "Patient.deceased[x]:deceasedBoolean", "path": "Patient.deceased[x]", "sliceName": "deceasedBoolean",
     "type": [{"code": "boolean"}]},
]  # fmt: skip


def test_a_single_value_that_cannot_be_read_is_in_no_slice() -> None:
    assert broken(DEAD, {"deceasedBoolean": True}) == []
    assert "slicing-closed" in dict(broken(DEAD, {"deceasedDateTime": "2020"}))
    assert "slicing-closed" not in dict(broken(DEAD, {"deceasedDateTime": {"a": 1}}))


CODED = [
    {
        "id": "Patient.maritalStatus.coding",
        "path": "Patient.maritalStatus.coding",
        "patternCoding": {"code": "M"},
    },
]


@pytest.mark.parametrize(
    ("coding", "expected"),
    [
        ({"system": MARITAL, "code": "M"}, []),
        ({"system": MARITAL, "code": "S"}, [("pattern-value", "Patient.maritalStatus.coding[0].code")]),
    ],
)
def test_one_object_without_its_array_is_looked_into(coding: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    found = broken(CODED, {"maritalStatus": {"coding": coding}})
    assert found == [("array-expected", "Patient.maritalStatus.coding"), *expected]


@pytest.mark.parametrize("value", [{"valueHumanName": "x"}, {"valueAddress": []}, {"valueString": None}, {"valueÄ": 1}])
def test_what_cannot_be_read_is_no_value_of_an_extension(value: dict[str, Any]) -> None:
    url = "http://hl7.org/fhir/StructureDefinition/patient-birthPlace"
    kinds = dict(broken([], {"extension": [{"url": url, **value}]}))
    assert "extension-value-missing" in kinds
    assert "extension-value-type" not in kinds


ACTIVE = [{"id": "Patient.active", "path": "Patient.active", "fixedBoolean": True}]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"birthDate": 2020}, ["type-mismatch"]),
        ({"birthDate": 1}, ["type-mismatch", "primitive-format"]),
        ({"birthDate": True}, ["type-mismatch", "primitive-format"]),
        ({"active": 1}, ["type-mismatch", "primitive-format", "fixed-value"]),
        ({"active": "true"}, ["type-mismatch"]),
        ({"active": "false"}, ["type-mismatch", "fixed-value"]),
        ({"multipleBirthInteger": True}, ["type-mismatch", "primitive-format"]),
        ({"multipleBirthInteger": "x"}, ["type-mismatch", "primitive-format"]),
        ({"gender": 1}, ["type-mismatch", "code-system-undetermined", "required-binding"]),
    ],
)
def test_a_value_of_another_json_type_is_judged_as_what_it_means(given: dict[str, Any], expected: list[str]) -> None:
    assert [kind for kind, _ in broken(ACTIVE, given)] == expected


def test_a_resource_of_no_type_is_no_content_of_an_entry() -> None:
    checked = found_in(
        {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [{"resource": {"resourceType": "Nope", "meta": {"profile": [P]}}}],
        }
    )
    assert ("unknown-resource-type", "Bundle.entry[0].resource") in checked
    assert ("invariant", "Bundle.entry[0]") in checked
    assert "profile-wrong-type" not in dict(checked)


@pytest.mark.parametrize("entry", [{}, {"fullUrl": "urn:uuid:4b1d2a60-27f0-4e4b-a0d5-6f6b5d0cbb11"}])
def test_one_entry_without_its_array_is_checked(entry: dict[str, str]) -> None:
    inner = {"resourceType": "Patient", "gender": "x", "name": {"text": "x"}}
    found = found_in({"resourceType": "Bundle", "type": "collection", "entry": {**entry, "resource": inner}})
    assert ("array-expected", "Bundle.entry") in found
    assert ("array-expected", "Bundle.entry[0].resource.name") in found
    assert ("required-binding", "Bundle.entry[0].resource.gender") in found


def test_findings_stay_in_the_order_of_the_text() -> None:
    text = b'{"resourceType": "Patient",\n "gender": "x",\n "name": {\n"use": "x"},\n "active": "true"}'
    linker = linker_for(load_definitions(offline=True), lambda *_: None)
    (record,) = RecordReader(linker.around.types).records(Piece("s", "resource", text))
    (checked,) = Validator(linker).check(record)
    lines = [issue.place.line for issue in checked.issues]
    assert lines == sorted(lines)
    assert set(lines) == {2, 3, 4, 5}


def test_places_of_findings_are_those_of_the_record() -> None:
    inner = {"resourceType": "Patient", "name": [None, {"use": "x"}], "contact": [None, {"name": "x"}]}
    found = found_in({"resourceType": "Bundle", "type": "collection", "entry": [None, {"resource": inner}]})
    assert ("null-value", "Bundle.entry[0]") in found
    assert ("null-value", "Bundle.entry[1].resource.name[0]") in found
    assert ("required-binding", "Bundle.entry[1].resource.name[1].use") in found
    assert ("invariant", "Bundle.entry[1].resource.contact[1]") in found  # pat-1
    assert not any("[0]" in place for kind, place in found if kind not in ("null-value", "full-url-missing"))


def test_a_record_of_no_type_is_only_that() -> None:
    assert found_in({"resourceType": "Nope", "name": None}) == [("unknown-resource-type", "Nope")]


def test_of_another_version_of_fhir_only_that_is_said() -> None:
    newer = {"resourceType": "Encounter", "status": "completed", "actualPeriod": {"start": "2024"}, "class": [{}]}
    newer["reason"] = [{"use": []}]
    assert found_in(newer) == []
    entries = [{"resource": newer}, {"resource": {"resourceType": "Patient", "active": "true"}}]
    found = found_in({"resourceType": "Bundle", "type": "collection", "entry": entries})
    assert ("type-mismatch", "Bundle.entry[1].resource.active") in found
    assert not any(place.startswith("Bundle.entry[0].resource") for _, place in found)


def undecided_of(active: Any) -> list[str]:
    """Why something could not be told of a patient whose marital status is bound to an unknown value set."""
    untold: list[str] = []
    binding = {"strength": "required", "valueSet": "http://example.org/ValueSet/none"}
    element = {"id": "Patient.maritalStatus", "path": "Patient.maritalStatus", "binding": binding}
    base = "http://hl7.org/fhir/StructureDefinition/Patient"
    loose = [profile(URL, baseDefinition=base, differential={"element": [element]})]
    linker = linker_for(load_definitions(offline=True, loose=loose), lambda reason, _: untold.append(reason))
    coding = {"system": "http://example.org/c", "code": "x"}
    node = {"resourceType": "Patient", "maritalStatus": {"coding": [coding]}, "active": active}
    (record,) = RecordReader(linker.around.types).records(Piece("s", "resource", json.dumps(node).encode()))
    Validator(linker, [URL]).check(record)
    return sorted(untold)


def test_what_cannot_be_told_is_counted_once() -> None:
    sound = Counter(undecided_of(True))
    assert Counter(undecided_of("true")) <= sound
    assert sound


def test_nesting_without_end_is_no_failure() -> None:
    node: dict[str, Any] = {"url": "a", "valueString": ["x"]}
    for _ in range(1000):
        node = {"url": "a", "extension": [node]}
    linker = linker_for(load_definitions(offline=True), lambda *_: None)
    inner = [{"resourceType": "Patient", "extension": [node]}, {"resourceType": "Patient", "active": "true"}]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in inner]}
    checked = Validator(linker).check(Record("s", 0, bundle, "Bundle", b"{}"))
    assert [each.valid for each in checked] == [False, False, False]
    assert [issue.kind for issue in checked[2].issues] == ["type-mismatch"]


def test_an_empty_object_is_nothing_to_the_invariants_of_an_element() -> None:
    found = broken([], {"contact": [{"name": {}}]})
    assert ("pat-1", "Patient.contact[0]") in found


def test_a_value_in_an_array_that_must_not_be_is_one_finding() -> None:
    assert broken(DEAD, {"deceasedBoolean": [True]}) == [("array-unexpected", "Patient.deceased.ofType(boolean)")]


@pytest.mark.parametrize("given", [{"birthDate": {}}, {"name": [{"family": {}}]}, {"name": [{"given": [{}]}]}])
def test_a_primitive_with_nothing_beside_it_has_neither_value_nor_parts(given: dict[str, Any]) -> None:
    """As XML's ``<family/>`` is read."""
    beside = json.loads(json.dumps(given).replace('{"family', '{"_family').replace('{"given', '{"_given'))
    beside = {f"_{name}" if name == "birthDate" else name: value for name, value in beside.items()}
    kinds = [kind for kind, _ in broken([], beside)]
    assert kinds == ["empty-object", "ele-1"]
