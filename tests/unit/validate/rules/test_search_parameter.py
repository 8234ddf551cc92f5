"""Expressions and derivation of SearchParameters."""

from typing import Any

import pytest

from fhircheck.validate.rules.search_parameter import SearchParameterRule
from tests.unit.validate.rule_bench import Bench, Node

ORIGIN = "http://example.org/SearchParameter/name"
EXPRESSION = [("search-parameter-expression", "expression")]


def check(**members: Any) -> list[tuple[str, str]]:
    origin = {"resourceType": "SearchParameter", "url": ORIGIN, "base": ["Organization", "Patient"], "type": "string",
              "expression": "Organization.name | Organization.alias | (Patient.name)"}  # fmt: skip
    return Bench((origin,)).kinds(SearchParameterRule(), {"resourceType": "SearchParameter"} | members)


EXPRESSIONS: list[tuple[list[str], str, list[tuple[str, str]]]] = [
    (["Patient"], "Patient.name.family", []),
    (["Patient"], "name.family", []),
    (["Patient", "Person"], "Patient.name | Person.name", []),
    (["Patient"], "Patient.extension('http://x').value", []),
    (["Observation"], "Observation.value as Quantity | (Observation.component.value.ofType(Quantity))", []),
    (["Patient"], "Patient.managingOrganization.where(resolve() is Organization)", []),
    (["Patient"], "DomainResource.text", []),
    (["Resource"], "Resource.id", []),
    (["DomainResource"], "what.ever", []),
    (["Patient"], "Organization.name", EXPRESSION),
    (["Patient"], "Patient.name | Organization.name", EXPRESSION),
    (["Patient"], "Patient.nam", EXPRESSION),
    (["Patient"], "Patient.name.", EXPRESSION),
    (["NoSuchType"], "NoSuchType.name", EXPRESSION),
    (["NoSuchType"], "Patient.name", EXPRESSION),
    (["NoSuchType", "Patient"], "Patient.name", []),
    ([], "Patient.name", []),
]


@pytest.mark.parametrize(("base", "expression", "expected"), EXPRESSIONS)
def test_expressions(base: list[str], expression: str, expected: list[tuple[str, str]]) -> None:
    assert check(base=base, expression=expression) == expected


DERIVED: list[tuple[Node, list[tuple[str, str]]]] = [
    ({"base": ["Organization"], "type": "string", "expression": "Organization.alias|Organization.name"}, []),
    ({"base": ["Patient"], "type": "string", "expression": "Patient.name"}, []),
    ({"base": ["Patient"], "type": "token"}, [("search-parameter-differs-from-origin", "")]),
    ({"base": ["Person"], "type": "string"}, [("search-parameter-differs-from-origin", "")]),
    ({"base": ["Organization"], "expression": "Organization.name"}, [("search-parameter-other-expression", "")]),
    ({"derivedFrom": "http://example.org/none"}, [("search-parameter-origin-unknown", "")]),
]


@pytest.mark.parametrize(("members", "expected"), DERIVED)
def test_derivation(members: Node, expected: list[tuple[str, str]]) -> None:
    assert check(**({"derivedFrom": ORIGIN} | members)) == expected


def test_codes_and_components() -> None:
    assert check(code="a.b$") == [("search-parameter-code", "")] * 2
    assert check(type="composite", component=[{}]) == [("search-parameter-without-components", "")]
    assert check(type="composite", component=[{}, {}]) == []


@pytest.mark.parametrize("junk", [None, 1, "x", [], {}, [None], [[]], "(" * 3000])
def test_malformed_ones_never_raise(junk: Any) -> None:
    for name in ("base", "expression", "code", "derivedFrom", "component", "type"):
        check(**({"base": ["Patient"], "expression": "Patient.name", "derivedFrom": ORIGIN} | {name: junk}))
