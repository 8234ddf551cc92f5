"""What stands in place of a value without being one is nothing to invariants and slices."""

from typing import Any

import pytest

from fhircheck.compile.linker import Linker
from fhircheck.compile.readable import readable
from fhircheck.definitions.definition_set import load_definitions
from fhircheck.first_pass import linker_for
from tests.profiled_patient import broken


@pytest.fixture(scope="module")
def linker() -> Linker:
    return linker_for(load_definitions(offline=True), lambda *_: None)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"active": True}, ["active"]),
        ({"active": [True]}, []),
        ({"active": None}, []),
        ({"active": {}}, []),
        ({"active": True, "_active": {"id": "a"}}, ["active", "_active"]),
        ({"active": True, "_active": "x"}, []),
        ({"_active": {}}, []),
        ({"_active": [{"id": "a"}]}, []),
        ({"maritalStatus": {"text": "x"}}, ["maritalStatus"]),
        ({"maritalStatus": {}}, []),
        ({"maritalStatus": [{"text": "x"}]}, []),
        ({"maritalStatus": "x"}, []),
        ({"name": {"text": "x"}}, ["name"]),
        ({"name": {}}, []),
        ({"name": "x"}, []),
        ({"name": []}, []),
        ({"name": [{}]}, []),
        ({"none": [{}]}, ["none"]),
    ],
)
def test_what_is_read(linker: Linker, given: dict[str, Any], kept: list[str]) -> None:
    linked = linker.type("Patient")
    assert linked is not None
    assert linked.shape is not None
    assert list(readable(given, linked.shape.slots)) == kept


def test_items_that_can_be_read_stay_and_so_does_what_is_sound(linker: Linker) -> None:
    linked = linker.type("HumanName")
    assert linked is not None
    assert linked.shape is not None
    slots = linked.shape.slots
    sound = {"given": ["x", None], "_given": [None, {"id": "a"}], "period": {"start": "2020"}}
    assert readable(sound, slots) is sound
    assert readable({"given": "x"}, slots) == {}
    aligned = {"given": ["x", "y"], "_given": [{}, {"id": "a"}]}
    assert readable(aligned, slots) is aligned
    node = {"extension": [{"url": "a"}, {}, "x", {"url": "b"}]}
    assert readable(node, slots) == {"extension": [{"url": "a"}, {"url": "b"}]}
    assert node["extension"][1] == {}


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
