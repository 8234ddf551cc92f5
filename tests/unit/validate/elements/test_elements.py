"""Identifiers, attachments, texts, URIs and dates; code systems, value sets and concept maps as resources."""

from typing import Any

import pytest

from fhircheck.assertions.assertion import Findings
from fhircheck.definitions.definition_set import load_definitions
from fhircheck.first_pass import linker_for
from fhircheck.model.scope import Scope
from fhircheck.model.settings import CheckSettings
from fhircheck.validate.resource_check import ResourceCheck
from fhircheck.validate.rules import all_rules
from fhircheck.validate.rules.rule import Subject

MINE = (
    "elements",
    "code-system",
    "code-system-properties",
    "value-set",
    "value-set-filters",
    "value-set-parameters",
    "publication",
    "concept-map",
)
GENDER = "http://hl7.org/fhir/administrative-gender"
KNOWN = "http://hl7.org/fhir/concept-properties#"
Found = list[tuple[str, str]]


def bench(**settings: Any) -> ResourceCheck:
    linker = linker_for(load_definitions(offline=True), lambda reason, detail: None, settings=CheckSettings(**settings))
    return ResourceCheck(linker)


@pytest.fixture(scope="module")
def check() -> ResourceCheck:
    return bench()


def findings(check: ResourceCheck, node: dict[str, Any], rules: tuple[str, ...] = MINE) -> Found:
    found = Findings()
    scope = Scope(node, node, str(node.get("resourceType")))
    check.linker.around.scope = scope
    for rule in all_rules():
        if rule.name in rules and (rule.types is None or node.get("resourceType") in rule.types):
            rule.check(Subject(node, scope.expression, scope, check.linker.around, check, found))
    return [(issue.kind, issue.place.expression.partition(".")[2]) for issue in found.issues]


def identifier(**parts: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "identifier": [parts]}


def photo(**parts: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "photo": [parts]}


def text(value: str) -> dict[str, Any]:
    return {"resourceType": "Patient", "name": [{"family": value}]}


def code_system(**parts: Any) -> dict[str, Any]:
    return {"resourceType": "CodeSystem", "status": "draft", "content": "complete", "concept": [{"code": "a"}]} | parts


def value_set(**include: Any) -> dict[str, Any]:
    return {"resourceType": "ValueSet", "status": "draft", "compose": {"include": [include]}}


def filtered(name: str, operator: str, value: str) -> dict[str, Any]:
    return value_set(system=GENDER, filter=[{"property": name, "op": operator, "value": value}])


COMPUTED = "compose.include[0].filter[0].extension[0].value.ofType(Expression)"


def computed(expression: str, language: str = "text/fhirpath") -> dict[str, Any]:
    value = {
        "url": "http://hl7.org/fhir/StructureDefinition/cqf-expression",
        "valueExpression": {"language": language, "expression": expression},
    }
    return value_set(system=GENDER, filter=[{"property": "inactive", "op": "=", "_value": {"extension": [value]}}])


def parameter(name: str) -> dict[str, Any]:
    url = "http://hl7.org/fhir/tools/StructureDefinition/valueset-parameter"
    return {"url": url, "extension": [{"url": "name", "valueCode": name}]}


def prop(code: str, type_: str, uri: str = "") -> dict[str, str]:
    return {"code": code, "type": type_} | ({"uri": uri} if uri else {})


A_UUID = "1b73cdae-f6da-450a-9dd8-edd3f8ff5c16"
CASES: list[tuple[dict[str, Any], Found]] = [
    (identifier(system="urn:ietf:rfc:3986", value="urn:oid:1.2.276.0.76"), []),
    (identifier(system="urn:ietf:rfc:3986", value="1.2.276.0.76"), [("identifier-value-no-uri", "identifier[0]")]),
    (identifier(system="patients", value="1"), [("identifier-system", "identifier[0]")]),
    (identifier(system="https://tools.ietf.org/html/rfc4122", value=A_UUID),
     [("identifier-uuid-system", "identifier[0]")]),
    (identifier(system="https://tools.ietf.org/html/rfc4122", value="x"), [("identifier-no-uuid", "identifier[0]")]),
    (identifier(system=f"urn:uuid:{A_UUID}"), []),
    (identifier(system=f"urn:uuid:{A_UUID.upper()}"), [("uuid-format", "identifier[0].system")]),
    (identifier(system="urn:oid:1.2.x"), [("oid-format", "identifier[0].system")]),
    (photo(data="SGFsbG8=", size=5), []),
    (photo(data="SGFsbG8=", size=8), [("attachment-size", "photo[0]")]),
    (photo(data="SGFsbG8=", hash="Wdmm3wa59hD3244DaJbtA2YtFo8="), []),
    (photo(data="SGFsbG8=", hash="Wd+rHHVpYPy70kFt3p5KP8FLKaY="), [("attachment-hash", "photo[0]")]),
    (photo(data="SGFs bG8="), [("attachment-data", "photo[0]"), ("base64-blanks", "photo[0].data")]),
    (photo(title="x"), [("attachment-empty", "photo[0]")]),
    (text("Müller"), []),
    (text("a < b > c"), []),
    (text("<b>x</b>"), [("html-in-text", "name[0].family")]),
    (text(" x"), [("text-blank-ends", "name[0].family")]),
    (text(" "), [("text-blank", "name[0].family")]),
    ({"resourceType": "Patient", "birthDate": "1090-01-01"}, [("date-out-of-reason", "birthDate")]),
    ({"resourceType": "Patient", "birthDate": "1890-01-01"}, []),
    ({"resourceType": "Library", "description": "a <br/> b"}, [("html-in-markdown", "description")]),
    ({"resourceType": "Questionnaire", "derivedFrom": ["Questionnaire/1"]},
     [("canonical-not-absolute", "derivedFrom[0]")]),
    ({"resourceType": "Questionnaire", "item": [{"answerValueSet": "#v"}]},
     [("canonical-fragment-missing", "item[0].answerValueSet")]),
    ({"resourceType": "Questionnaire", "contained": [{"resourceType": "ValueSet", "id": "v"}],
      "item": [{"answerValueSet": "#v"}]}, []),
    (code_system(count=1), []),
    (code_system(count=2), [("code-system-count", "count")]),
    (code_system(count=1, content="fragment"), [("code-system-fragment-count", "count")]),
    (code_system(content="not-present"), [("code-system-content-present", "concept[0]")]),
    (code_system(concept=[]), [("code-system-empty", "")]),
    (code_system(supplements=GENDER, concept=[{"code": "male"}]), [("code-system-supplement", "content")]),
    (code_system(content="supplement"), [("code-system-supplement", "content"), ("code-system-supplement-base", "")]),
    (code_system(content="supplement", supplements=GENDER), [("code-system-supplement-code", "concept[0]")]),
    (code_system(concept=[{"code": "a"}, {"code": "a"}]), [("code-system-duplicate-code", "concept[1]")]),
    (code_system(url="http://example.com/cs", valueSet="http://hl7.org/fhir/ValueSet/administrative-gender"),
     [("code-system-all-codes", "")]),
    (code_system(property=[prop("x", "string", "x")]), [("code-system-property-uri", "property[0]")]),
    (code_system(property=[prop("x", "string", f"{KNOWN}order")]), [("code-system-property-uri", "property[0]")]),
    (code_system(property=[prop("x", "string"), prop("x", "string")]), [("code-system-property-code", "property[1]")]),
    (code_system(property=[prop("inactive", "boolean", f"{KNOWN}notSelectable")]),
     [("code-system-property-code", "property[0]")]),
    (code_system(property=[prop("inactive", "code", f"{KNOWN}inactive")]),
     [("code-system-property-type", "property[0]")]),
    (code_system(property=[prop("inactive", "boolean")]), [("code-system-property-code-alone", "property[0]")]),
    (value_set(system=GENDER, concept=[{"code": "male"}]), []),
    (value_set(system=GENDER, concept=[{"code": "male"}, {"code": "m"}]),
     [("value-set-code", "compose.include[0].concept[1]")]),
    (value_set(system=f"{GENDER}|4.0.1"), [("value-set-system-version", "compose.include[0]")]),
    (value_set(system="mine"), [("value-set-system-relative", "compose.include[0]")]),
    (value_set(system="#mine"),
     [("value-set-system-relative", "compose.include[0]"), ("canonical-fragment-missing", "compose.include[0].system"),
      ("value-set-system-contained", "compose.include[0]")]),
    (value_set(system="http://hl7.org/fhir/ValueSet/administrative-gender"),
     [("value-set-system-value-set", "compose.include[0]")]),
    (value_set(valueSet=["http://example.com/none"]), [("value-set-import-unknown", "compose.include[0]")]),
    (filtered("concept", "is-a", "male"), []),
    (filtered("concept", "is-a", "m"), [("value-set-filter-code", "compose.include[0].filter[0]")]),
    (filtered("concept", "exists", "true"), [("value-set-filter-operator", "compose.include[0].filter[0]")]),
    (filtered("code", "regex", "("), [("value-set-filter-value", "compose.include[0].filter[0]")]),
    (filtered("notSelectable", "=", "1"), [("value-set-filter-value", "compose.include[0].filter[0]")]),
    (computed("true"), []),
    (computed("true", "text/cql"), [("value-set-expression-language", COMPUTED)]),
    (computed("$ and"), [("value-set-expression", COMPUTED)]),
    (computed("%p-none"), [("value-set-expression-parameter", COMPUTED)]),
    (computed("%p-a = '%p-none'") | {"extension": [parameter("p-a"), parameter("p-b")]},
     [("value-set-parameter-unused", "extension[1]")]),
    (filtered("colour", "=", "red"), [("value-set-filter-property", "compose.include[0].filter[0]")]),
    ({"resourceType": "ConceptMap", "group": [{"source": GENDER, "target": GENDER, "element": [
        {"code": "male", "target": [{"code": "m"}]}, {"code": "f"}]}]},
     [("concept-map-code", "group[0].element[0].target[0].code"), ("concept-map-code", "group[0].element[1].code")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("node", "expected"), CASES, ids=[f"{number}-{case[1]}"[:60] for number, case in enumerate(CASES)]
)
def test_each_case(check: ResourceCheck, node: dict[str, Any], expected: Found) -> None:
    assert findings(check, node) == expected


@pytest.mark.parametrize(
    ("settings", "node", "expected"),
    [
        ({"forbid_markup": True}, text("<b>x</b>"), [("html-in-text-forbidden", "name[0].family")]),
        ({"forbid_example_urls": True}, identifier(system="http://example.org/a"),
         [("example-url", "identifier[0].system")]),
        ({}, identifier(system="http://example.org/a"), []),
        ({"publication": True}, {"resourceType": "ValueSet", "url": "http://hl7.org/fhir/ValueSet/a"},
         [("publication-committee", ""), *[("publication-element", "")] * 5]),
        ({"publication": True}, {"resourceType": "ValueSet", "url": "http://example.com/ValueSet/a"}, []),
        ({}, {"resourceType": "ValueSet", "url": "http://hl7.org/fhir/ValueSet/a"}, []),
    ],
)  # fmt: skip
def test_what_settings_change(settings: dict[str, Any], node: dict[str, Any], expected: Found) -> None:
    assert findings(bench(**settings), node) == expected


def test_what_is_malformed_never_raises(check: ResourceCheck) -> None:
    for bad in (None, 1, "x", [], {}, [None], [1], [[]], [{}], {"include": 1}, {"include": [{"concept": {}}]}):
        for name in ("compose", "concept", "property", "group", "supplements", "count", "identifier", "content", "url"):
            for kind in ("CodeSystem", "ValueSet", "ConceptMap", "Patient"):
                findings(check, {"resourceType": kind, name: bad})
                findings(check, {"resourceType": kind, "concept": [{name: bad, "code": bad}], "group": [{name: bad}]})


@pytest.mark.parametrize("fault", [1, 2_499, None])
def test_a_long_list_is_looked_at_to_its_end(fault: int | None, check: ResourceCheck) -> None:
    """Its objects wait in parts; what is in them, and what comes after the list, is looked at too."""
    names: list[Any] = [{"given": ["Ada"], "period": {"start": "2020"}} for _ in range(2_500)]
    node = {"resourceType": "Patient", "birthDate": "2020-01-01", "name": [*names, None], "contact": [{"name": {}}]}
    assert findings(check, node) == []
    if fault is None:
        node["contact"] = [{"period": {"start": "1090-01-01"}}]
    else:
        names[fault]["period"]["start"] = "1090-01-01"
    expected = "contact[0].period.start" if fault is None else f"name[{fault}].period.start"
    assert findings(check, node) == [("date-out-of-reason", expected)]
