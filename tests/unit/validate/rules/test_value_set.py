"""What value sets are made of: systems, codes, filters."""

from typing import Any

import pytest

from fhircheck.terminology.package_terminology import PackageTerminology
from fhircheck.validate.rules.value_set import ValueSetRule
from fhircheck.validate.rules.value_set_filters import ValueSetFilters
from tests.unit.validate.rule_bench import Bench, FewDefinitions, Node

GENDER = "http://hl7.org/fhir/administrative-gender"
SYSTEM = "http://example.org/CodeSystem/a"
SNOMED, LOINC = "http://snomed.info/sct", "http://loinc.org"
DEFINED = {
    "resourceType": "CodeSystem", "url": SYSTEM, "content": "complete", "hierarchyMeaning": "is-a",
    "filter": [{"code": "child", "operator": ["="]}, {"code": "other", "operator": ["="]}],
    "property": [{"code": "text", "type": "string"}, {"code": "flag", "type": "boolean"},
                 {"code": "link", "type": "Coding"}, {"code": "kind", "type": "code"}],
    "concept": [{"code": "x"}],
}  # fmt: skip
SUPPLEMENT = {
    "resourceType": "CodeSystem",
    "url": "http://example.org/s",
    "content": "supplement",
    "supplements": SYSTEM,
}


def check(rule: Any, include: Node, **members: Any) -> list[tuple[str, str]]:
    loose = (DEFINED, SUPPLEMENT)
    terminology = PackageTerminology(FewDefinitions(loose), lambda key, make: make())
    node = {"resourceType": "ValueSet", "compose": {"include": [include]}} | members
    return Bench(loose, terminology).kinds(rule, node)


INCLUDES: list[tuple[Node, list[str]]] = [
    ({"system": GENDER}, []),
    ({"system": "gender"}, ["value-set-system-relative"]),
    ({"system": GENDER + "|4.0.1"}, ["value-set-system-version"]),
    ({"system": "http://hl7.org/fhir/ValueSet/administrative-gender"}, ["value-set-system-value-set"]),
    ({"system": "http://example.org/s"}, ["value-set-system-supplement"]),
    ({"valueSet": ["http://example.org/ValueSet/none"]}, ["value-set-import-unknown"]),
    ({"system": "#c"}, ["value-set-system-relative"]),
    ({"system": "#c", "version": "2"}, ["value-set-system-relative", "value-set-system-contained"]),
    ({"system": "#v"}, ["value-set-system-relative", "value-set-system-contained-type", "value-set-system-contained"]),
]


@pytest.mark.parametrize(("include", "expected"), INCLUDES)
def test_includes(include: Node, expected: list[str]) -> None:
    contained = [{"resourceType": "CodeSystem", "id": "c", "version": "1"}, {"resourceType": "ValueSet", "id": "v"}]
    found = check(ValueSetRule(), include, contained=contained)
    assert found == [(kind, "compose.include[0]") for kind in expected]


def test_a_contained_system_that_is_not_there() -> None:
    at = "compose.include[0]"
    assert check(ValueSetRule(), {"system": "#none"}) == [
        ("value-set-system-relative", at),
        ("canonical-fragment-missing", f"{at}.system"),
        ("value-set-system-contained", at),
    ]


def test_codes() -> None:
    found = check(ValueSetRule(), {"system": GENDER, "concept": [{"code": "male"}, {"code": "m"}]})
    assert found == [("value-set-code", "compose.include[0].concept[1]")]


FILTERS: list[tuple[str, str, str, str, list[str]]] = [
    (GENDER, "concept", "is-a", "male", []),
    (GENDER, "concept", "is-a", "m", ["value-set-filter-code"]),
    (GENDER, "concept", "exists", "true", ["value-set-filter-operator"]),
    (GENDER, "concept", "regex", "m.*", ["value-set-filter-operator", "value-set-filter-regex"]),
    (GENDER, "code", "regex", "m.*", []),
    (GENDER, "code", "regex", "(", ["value-set-filter-value"]),
    (GENDER, "colour", "=", "red", ["value-set-filter-property"]),
    (GENDER, "notSelectable", "=", "1", ["value-set-filter-value"]),
    (GENDER, "effectiveDate", "=", "gt2020-01", []),
    (GENDER, "effectiveDate", "=", "soon", ["value-set-filter-value"]),
    (GENDER, "comment", "is-a", "x", []),
    (SYSTEM, "flag", "in", "true,no", ["value-set-filter-value"]),
    (SYSTEM, "text", "is-a", "x", []),
    (SYSTEM, "link", "=", GENDER + "#male", []),
    (SYSTEM, "link", "=", GENDER + "#m", ["value-set-filter-code"]),
    (SYSTEM, "link", "=", GENDER + "|male", ["value-set-filter-coding"]),
    (SYSTEM, "link", "=", "male", ["value-set-filter-value"]),
    (SYSTEM, "child", "=", "x", []),
    (SYSTEM, "child", "=", "y", ["value-set-filter-code"]),
    (SYSTEM, "child", "is-a", "x", ["value-set-filter-operator"]),
    ("http://example.org/unknown", "any", "is-a", "x", []),
    (SNOMED, "concept", "is-a", "73211009", []),
    (SNOMED, "concept", "generalizes", "73211009", ["value-set-filter-operator"]),
    (SNOMED, "concept", "is-a", "diabetes", ["value-set-filter-code"]),
    (SNOMED, "inactive", "=", "yes", ["value-set-filter-value"]),
    (SNOMED, "116676008", "not-in", "73211009", ["value-set-filter-operator"]),
    (SNOMED, "constraint", "=", "<< 73211009", []),
    (SNOMED, "constraint", "=", "73211009 << 73211009", ["value-set-filter-constraint"]),
    (LOINC, "concept", "=", "LP32067-8", []),
    (LOINC, "concept", "descendent-of", "LP32067-8", ["value-set-filter-operator"]),
    (LOINC, "COMPONENT", "in", "LP32067-8", []),
    (LOINC, "SCALE_TYP", "=", "Doc", ["value-set-filter-code"]),
    (LOINC, "STATUS", "is-a", "ACTIVE", ["value-set-filter-operator"]),
    ("http://unitsofmeasure.org", "canonical", "=", "mg", []),
]


@pytest.mark.parametrize(("system", "name", "operator", "value", "expected"), FILTERS)
def test_filters(system: str, name: str, operator: str, value: str, expected: list[str]) -> None:
    node = {"system": system, "filter": [{"property": name, "op": operator, "value": value}]}
    assert check(ValueSetFilters(), node) == [(kind, "compose.include[0].filter[0]") for kind in expected]


def test_what_a_filter_only_usually_is_gives_warnings() -> None:
    terminology = PackageTerminology(FewDefinitions([DEFINED]), lambda key, make: make())
    for name, value, kind in (("other", "x", "value-set-filter-operator"), ("kind", "z", "value-set-filter-code")):
        filter_ = {"property": name, "op": "is-a" if name == "other" else "=", "value": value}
        node = {"resourceType": "ValueSet", "compose": {"include": [{"system": SYSTEM, "filter": [filter_]}]}}
        (issue,) = Bench((DEFINED,), terminology).findings(ValueSetFilters(), node).issues
        assert (issue.kind, issue.severity) == (kind, "warning")


def test_a_filter_has_a_value_or_an_expression() -> None:
    filter_: Node = {"property": "concept", "op": "is-a"}
    expected = [("value-set-filter-without-value", "compose.include[0].filter[0]")]
    assert check(ValueSetFilters(), {"system": GENDER, "filter": [filter_]}) == expected
    url = "http://hl7.org/fhir/StructureDefinition/cqf-expression"
    filter_["_value"] = {"extension": [{"url": url, "valueExpression": {}}]}
    assert check(ValueSetFilters(), {"system": GENDER, "filter": [filter_]}) == []
