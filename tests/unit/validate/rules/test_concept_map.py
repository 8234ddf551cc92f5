"""Codes of concept maps."""

from typing import Any

import pytest

from fhircheck.terminology.package_terminology import PackageTerminology
from fhircheck.validate.rules.concept_map import ConceptMapRule
from tests.unit.validate.rule_bench import Bench, FewDefinitions, Node

GENDER = "http://hl7.org/fhir/administrative-gender"
MALE = {"resourceType": "ValueSet", "url": "http://example.org/ValueSet/male",
        "compose": {"include": [{"system": GENDER, "concept": [{"code": "male"}]}]}}  # fmt: skip
SOURCE, TARGET = "group[0].element[0].code", "group[0].element[0].target[0].code"
CODE, SCOPE = "concept-map-code", "concept-map-code-scope"
CASES: list[tuple[str, str, Node, list[tuple[str, str]]]] = [
    ("male", "female", {}, []),
    ("m", "f", {}, [(CODE, SOURCE), (CODE, TARGET)]),
    ("male", "female", {"sourceUri": MALE["url"]}, []),
    ("female", "male", {"sourceUri": MALE["url"]}, [(SCOPE, SOURCE)]),
    ("female", "female", {"targetCanonical": MALE["url"]}, [(SCOPE, TARGET)]),
    ("female", "male", {"sourceUri": "http://example.org/ValueSet/none"}, []),
    ("m", "male", {"sourceUri": MALE["url"]}, [(CODE, SOURCE)]),
]


@pytest.mark.parametrize(("source", "target", "members", "expected"), CASES)
def test_codes(source: str, target: str, members: Node, expected: list[tuple[str, str]]) -> None:
    terminology = PackageTerminology(FewDefinitions([MALE]), lambda key, make: make())
    element: Any = {"code": source, "target": [{"code": target}]}
    group = {"source": GENDER, "target": GENDER + "|4.0.1", "element": [element]}
    node = {"resourceType": "ConceptMap", "group": [group]} | members
    assert Bench((MALE,), terminology).kinds(ConceptMapRule(), node) == expected


def test_what_cannot_be_told_is_said() -> None:
    terminology = PackageTerminology(FewDefinitions([]), lambda key, make: make())
    bench = Bench((), terminology)
    group = {"source": "http://example.org/none", "element": [{"code": "a"}]}
    assert bench.kinds(ConceptMapRule(), {"resourceType": "ConceptMap", "group": [group]}) == []
    assert bench.undecided == [("code-system-content", "http://example.org/none")]


PATIENT, GENDERS = (
    "http://hl7.org/fhir/StructureDefinition/Patient",
    "http://hl7.org/fhir/ValueSet/administrative-gender",
)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"sourceUri": GENDERS, "targetCanonical": GENDERS + "|4.0.1"}, []),
        ({"sourceUri": PATIENT}, ["source.ofType(uri)"]),
        ({"targetCanonical": GENDER}, ["target.ofType(canonical)"]),
        (
            {"sourceCanonical": PATIENT + "|4.0.1", "targetUri": GENDER},
            ["source.ofType(canonical)", "target.ofType(uri)"],
        ),
        ({"sourceUri": "http://example.org/none", "targetUri": "#contained"}, []),
        ({"sourceUri": 1, "targetCanonical": [PATIENT]}, []),
    ],
)
def test_what_a_map_is_about_is_a_value_set(members: Node, expected: list[str]) -> None:
    node = {"resourceType": "ConceptMap"} | members
    assert Bench(()).kinds(ConceptMapRule(), node) == [("concept-map-scope-type", place) for place in expected]
