"""What code systems state of themselves, and the properties of their concepts."""

from typing import Any

import pytest

from fhircheck.terminology.package_terminology import PackageTerminology
from fhircheck.validate.rules.code_system import CodeSystemRule
from fhircheck.validate.rules.code_system_properties import CodeSystemProperties
from fhircheck.validate.rules.code_system_property_values import CodeSystemPropertyValues
from tests.unit.validate.rule_bench import Bench, FewDefinitions, Node

GENDER = "http://hl7.org/fhir/administrative-gender"
GENDERS = "http://hl7.org/fhir/ValueSet/administrative-gender"
BASE = "http://example.org/CodeSystem/base"
PROPERTIES = "http://hl7.org/fhir/concept-properties#"
BOUND = "http://hl7.org/fhir/StructureDefinition/codesystem-property-valueset"


def check(rule: Any, members: Node) -> list[tuple[str, str]]:
    base = {"resourceType": "CodeSystem", "url": BASE, "content": "complete", "hierarchyMeaning": "is-a",
            "concept": [{"code": "a"}]}  # fmt: skip
    terminology = PackageTerminology(FewDefinitions([base]), lambda key, make: make())
    return Bench((base,), terminology).kinds(rule, {"resourceType": "CodeSystem"} | members)


STATED: list[tuple[Node, list[tuple[str, str]]]] = [
    ({"content": "complete", "count": 2, "concept": [{"code": "a", "concept": [{"code": "b"}]}]}, []),
    ({"content": "complete", "count": 1, "concept": [{"code": "a", "concept": [{"code": "b"}]}]},
     [("code-system-count", "count")]),
    ({"content": "complete", "count": 0, "concept": [{"code": "a"}]}, [("code-system-count", "count")]),
    ({"content": "complete", "count": -1, "concept": [{"code": "a"}]}, []),
    ({"content": "fragment", "count": 1, "concept": [{"code": "a"}]}, [("code-system-fragment-count", "count")]),
    ({"content": "not-present", "concept": [{"code": "a"}]}, [("code-system-content-present", "concept[0]")]),
    ({"content": "complete"}, [("code-system-empty", "")]),
    ({"content": "complete", "concept": [{"code": "a", "concept": [{"code": "a"}]}]},
     [("code-system-duplicate-code", "concept[0].concept[0]")]),
    ({"content": "supplement", "supplements": BASE, "concept": [{"code": "a"}]}, []),
    ({"content": "supplement", "supplements": BASE, "concept": [{"code": "b"}]},
     [("code-system-supplement-code", "concept[0]")]),
    ({"content": "supplement"}, [("code-system-supplement", "content"), ("code-system-supplement-base", "")]),
    ({"content": "fragment", "supplements": BASE}, [("code-system-supplement", "content")]),
    ({"content": "supplement", "supplements": BASE, "caseSensitive": True},
     [("code-system-supplement-element", "caseSensitive")]),
    ({"content": "supplement", "supplements": BASE, "hierarchyMeaning": "part-of"},
     [("code-system-supplement-element", "")]),
    ({"content": "supplement", "supplements": BASE, "hierarchyMeaning": "is-a"}, []),
    ({"url": "http://hl7.org/fhir/a"}, [("code-system-content-missing", "")]),
    ({"url": "http://example.org/a"}, []),
]  # fmt: skip


@pytest.mark.parametrize(("members", "expected"), STATED)
def test_statements(members: Node, expected: list[tuple[str, str]]) -> None:
    assert check(CodeSystemRule(), members) == expected


DEFINED: list[tuple[list[Node], list[str]]] = [
    ([{"code": "b", "uri": "http://example.org/b", "type": "string"}], []),
    ([{"code": "b", "uri": "b"}], ["code-system-property-uri"]),
    ([{"code": "b", "uri": "urn:b"}, {"code": "c", "uri": "urn:b"}], ["code-system-property-uri"]),
    ([{"code": "b", "uri": PROPERTIES + "b"}], ["code-system-property-uri"]),
    ([{"code": "b"}, {"code": "b"}], ["code-system-property-code"]),
    ([{"code": "child", "uri": PROPERTIES + "parent", "type": "code"}], ["code-system-property-code"]),
    ([{"code": "parent", "uri": PROPERTIES + "parent", "type": "string"}], ["code-system-property-type"]),
    ([{"code": "parent"}], ["code-system-property-code-alone"]),
]


@pytest.mark.parametrize(("properties", "expected"), DEFINED)
def test_definitions(properties: list[Node], expected: list[str]) -> None:
    assert [kind for kind, _ in check(CodeSystemProperties(), {"property": properties})] == expected


def with_values(definition: Node, *values: Node, **members: Any) -> list[tuple[str, str]]:
    concepts = [{"code": f"c{number}", "property": [value]} for number, value in enumerate(values)]
    node = {"content": "complete", "property": [definition], "concept": concepts} | members
    return check(CodeSystemPropertyValues(), node)


TEXT = {"code": "b", "type": "string"}
PARENT = {"code": "parent", "uri": PROPERTIES + "parent", "type": "code"}
OWN = {"code": "b", "uri": "http://example.org/b", "type": "code"}
SEX = OWN | {"extension": [{"url": BOUND, "valueCanonical": GENDERS}]}
VALUES: list[tuple[Node, Node, list[str]]] = [
    (TEXT, {"code": "b", "valueString": "x"}, []),
    (TEXT, {"code": "b", "_valueString": {"id": "x"}}, []),
    (TEXT, {"code": "b", "valueCode": "x"}, ["code-system-property-value"]),
    (TEXT, {"code": "b"}, ["code-system-property-without-value"]),
    (TEXT, {"code": "c", "valueString": "x"}, ["code-system-property-undefined"]),
    (TEXT, {"code": "c"}, ["code-system-property-undefined", "code-system-property-without-value"]),
    (PARENT, {"code": "parent", "valueCode": "c0"}, []),
    (PARENT, {"code": "parent", "valueCode": "z"}, ["code-system-property-reference"]),
    (OWN, {"code": "b", "valueCode": "z"}, ["code-system-property-reference"]),
    (SEX, {"code": "b", "valueCode": "male"}, []),
    (SEX, {"code": "b", "valueCode": "m"}, ["code-system-property-value-set"]),
    (PARENT | {"code": "synonym", "uri": PROPERTIES + "synonym"}, {"code": "synonym", "valueCode": "z"},
     ["code-system-property-reference", "code-system-synonym"]),
]  # fmt: skip


@pytest.mark.parametrize(("definition", "value", "expected"), VALUES)
def test_values(definition: Node, value: Node, expected: list[str]) -> None:
    assert with_values(definition, value) == [(kind, "concept[0].property[0]") for kind in expected]


def test_words_in_the_place_of_a_type_are_not_repeated() -> None:
    definition = {"property": [{"code": "b", "type": "Erika Musterfrau"}]}
    node = {"resourceType": "CodeSystem", "content": "complete", **definition}
    node["concept"] = [{"code": "c", "property": [{"code": "b", "value Max": "x"}]}]
    terminology = PackageTerminology(FewDefinitions([]), lambda key, make: make())
    issues = Bench((), terminology).findings(CodeSystemPropertyValues(), node).issues
    assert [dict(each.params) for each in issues] == [{"code": "'b'", "expected": "(value)", "found": "(name)"}]


def test_a_code_that_does_not_exist_is_said_once() -> None:
    value = {"code": "parent", "valueCode": "z"}
    assert with_values(PARENT, value, value) == [("code-system-property-reference", "concept[0].property[0]")]


def test_codes_of_a_supplement_are_those_of_its_base() -> None:
    supplement = {"content": "supplement", "supplements": BASE}
    assert with_values(PARENT, {"code": "parent", "valueCode": "a"}, **supplement) == []
    found = with_values(OWN, {"code": "b", "valueCode": "z"}, **supplement)
    assert found == [("code-system-property-reference", "concept[0].property[0]")]


def test_of_a_fragment_nothing_is_said_about_codes_that_it_lacks() -> None:
    assert with_values(PARENT, {"code": "parent", "valueCode": "z"}, content="fragment") == []
