"""Ids within a resource, primitives with nothing, security labels, and URIs of the types oid and uuid."""

from typing import Any

import pytest

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.first_pass import linker_for
from fhircheck.validate.resource_check import ResourceCheck
from fhircheck.validate.rules.elements import ElementRules
from fhircheck.validate.rules.security_labels import SecurityLabels
from tests.unit.validate.elements.test_elements import Found, findings

REPEATED = "element-id-repeated"
Node = dict[str, Any]


@pytest.fixture(scope="module")
def check() -> ResourceCheck:
    return ResourceCheck(linker_for(load_definitions(offline=True), lambda reason, detail: None))


def patient(**parts: Any) -> Node:
    return {"resourceType": "Patient", **parts}


def label(**parts: str) -> Node:
    return {"system": "http://example.org/labels", **parts}


def definition(*elements: Node) -> Node:
    return {"resourceType": "StructureDefinition", "snapshot": {"element": list(elements)}}


CASES: list[tuple[Node, Found]] = [
    (patient(name=[{"id": "a"}, {"id": "b"}]), []),
    (patient(id="a", name=[{"id": "a"}]), []),
    (patient(name=[{"id": "a"}, {"id": "a"}, {"id": "a"}]), [(REPEATED, "name[1]"), (REPEATED, "name[2]")]),
    # the element that comes first in the definition keeps the id, wherever it stands in the data
    (patient(birthDate="2020", _birthDate={"id": "a"}, name=[{"id": "a"}]), [(REPEATED, "birthDate")]),
    (patient(name=[{"id": "a", "given": ["A"], "_given": [{"id": "a"}]}]), [(REPEATED, "name[0].given[0]")]),
    (patient(contained=[patient(id="c", name=[{"id": "a"}])], name=[{"id": "a"}]), []),
    (patient(name=[{"id": 1}, {"id": 1}, {"id": ""}, {"id": ""}, "a", None]), []),
    (definition({"id": "X"}, {"id": "X"}), [(REPEATED, "snapshot.element[1]")]),
    (definition({"id": "X"}) | {"differential": {"element": [{"id": "X"}]}}, []),
    # a primitive needs a value or extensions
    (patient(_birthDate={"id": "a"}), [("invariant", "birthDate")]),
    (patient(birthDate=None, _birthDate={"id": "a"}), [("invariant", "birthDate")]),
    (patient(birthDate="2020", _birthDate={"id": "a"}), []),
    (patient(_deceasedBoolean={"id": "a"}), [("invariant", "deceased.ofType(boolean)")]),
    (patient(_birthDate={"id": "a", "extension": [{"url": "http://example.org/e", "valueCode": "x"}]}), []),
    (patient(name=[{"given": ["A", None], "_given": [{"id": "a"}, {"id": "b"}]}]), [("invariant", "name[0].given[1]")]),
    (patient(_name=[{"id": "a"}, {"id": "a"}]), []),
]  # fmt: skip


@pytest.mark.parametrize(("node", "expected"), CASES, ids=[str(number) for number in range(len(CASES))])
def test_ids_and_primitives_with_nothing(check: ResourceCheck, node: Node, expected: Found) -> None:
    said = [each for each in findings(check, node) if each[0] in (REPEATED, "invariant")]
    assert said == expected


@pytest.mark.parametrize(
    ("labels", "at"),
    [
        ([label(code="R"), label(code="R")], [1]),
        ([label(code="R"), label(code="N"), label(code="R"), label(code="R")], [2, 3]),
        ([label(code="R"), {"code": "R"}, {"code": "N"}], []),
        ([{"code": "R"}, {"code": "R"}], [1]),
        ([label(code="R")], []),
        ([label(code="R"), None, "R", 1, ["R"]], []),
        ("R", []),
    ],
)
def test_security_labels_are_a_set(check: ResourceCheck, labels: Any, at: list[int]) -> None:
    node = patient(meta={"security": labels})
    found = findings(check, node, (SecurityLabels.name,))
    assert found == [("security-label-repeated", f"meta.security[{index}]") for index in at]


@pytest.mark.parametrize(
    ("name", "value", "kinds"),
    [
        ("Uuid", "urn:uuid:68d043b5-9ecf-4559-a57a-396e0d452311", []),
        ("Uuid", "urn:uuid:68D043B5-9ECF-4559-A57A-396E0D452311", ["uuid-format"]),
        ("Uuid", "urn:uuid:x", []),  # its format says it
        ("Oid", "urn:oid:1.2.276.0.76", []),
        ("Oid", "urn:oid:1.2", ["oid-format"]),
        ("Oid", "urn:oid:x", []),
        ("Oid", "urn:uuid:x", ["uuid-format"]),
        ("Uuid", "urn:oid:x", ["oid-format"]),
        ("Oid", "x", []),
    ],
)
def test_an_oid_or_uuid_is_held_to_what_is_asked_of_uris(
    check: ResourceCheck, name: str, value: str, kinds: list[str]
) -> None:
    node = {"resourceType": "Parameters", "parameter": [{"name": "a", f"value{name}": value}]}
    assert [kind for kind, _ in findings(check, node, (ElementRules.name,))] == kinds


def test_an_array_beside_a_single_value_is_not_looked_into(check: ResourceCheck) -> None:
    node = patient(name=[{"id": "a"}, {"id": "a"}], _active=[None, {"id": "x"}])
    assert [place for _, place in findings(check, node)] == ["name[1]"]


def test_ids_are_forgotten_with_each_resource(check: ResourceCheck) -> None:
    node = patient(name=[{"id": "a"}])
    assert findings(check, node) == findings(check, node) == []


def test_an_object_with_an_id_alone_says_something(check: ResourceCheck) -> None:
    check.forget()
    assert check.base_passes(patient(name=[{"id": "a"}], address=[{"id": "b"}]))
    check.forget()
    assert not check.base_passes(patient(name=[{}]))
