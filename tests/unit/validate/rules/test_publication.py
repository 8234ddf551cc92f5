"""What guides depend on, and what HL7 asks of its own guides and definitions."""

from typing import Any

import pytest

from fhircheck.model.settings import CheckSettings
from fhircheck.terminology.package_terminology import PackageTerminology
from fhircheck.validate.rules.implementation_guide import ImplementationGuideRule
from fhircheck.validate.rules.publication import Publication
from tests.unit.validate.rule_bench import Bench, FewDefinitions, Node

CORE = "http://hl7.org/fhir/us/core/ImplementationGuide/hl7.fhir.us.core"
BASE = "http://hl7.org/fhir/StructureDefinition/structuredefinition-"
WG = BASE + "wg"
URI, VERSION, PACKAGE = "guide-dependency-uri", "guide-dependency-version", "guide-dependency-package"
DEPENDENCIES: list[tuple[Node, list[str]]] = [
    ({"uri": CORE, "packageId": "hl7.fhir.us.core", "version": "3.1.1"}, []),
    ({"uri": CORE}, []),
    ({"uri": "http://hl7.org/fhir/us/core"}, [URI]),
    ({"uri": CORE + "|3.1.1"}, [VERSION]),
    ({"uri": CORE + "|", "version": "3.1.1"}, [VERSION]),
    ({"uri": CORE + "|3.1.1", "version": "3.1.1"}, []),
    ({"uri": "http://example.org/a|1", "version": "2"}, [VERSION, URI]),
    ({"uri": CORE, "packageId": "core"}, [PACKAGE]),
    ({"uri": CORE, "packageId": "hl7.fhir.us.core", "version": "3 1"}, [VERSION]),
]


@pytest.mark.parametrize(("dependency", "expected"), DEPENDENCIES)
def test_dependencies(dependency: Node, expected: list[str]) -> None:
    node = {"resourceType": "ImplementationGuide", "dependsOn": [dependency]}
    assert Bench().kinds(ImplementationGuideRule(), node) == [(kind, "dependsOn[0]") for kind in expected]


def test_guides_of_hl7_state_their_status() -> None:
    node: Node = {"resourceType": "ImplementationGuide", "url": CORE}
    expected = ["guide-of-hl7", "guide-of-hl7", "guide-of-hl7-maturity"]
    assert Bench().kinds(ImplementationGuideRule(), node) == [(kind, "") for kind in expected]
    node["extension"] = [{"url": BASE + name} for name in ("standards-status", "wg", "fmm")]
    assert Bench().kinds(ImplementationGuideRule(), node) == []


GROUPS = {
    "resourceType": "CodeSystem", "url": "http://terminology.hl7.org/CodeSystem/hl7-work-group",
    "version": "3.0.0", "content": "complete",
    "concept": [{"code": "fhir", "display": "FHIR Infrastructure"}, {"code": "dev", "display": "Health Care Devices"}],
}  # fmt: skip
HL7 = {"resourceType": "ValueSet", "url": "http://hl7.org/fhir/ValueSet/a"}


def of_hl7(*codes: str, publisher: str = "", publication: bool = False, **members: Any) -> list[tuple[str, str]]:
    node = HL7 | {"extension": [{"url": WG, "valueCode": code} for code in codes]} | members
    if publisher:
        node["publisher"] = publisher
    terminology = PackageTerminology(FewDefinitions([GROUPS]), lambda key, make: make())
    issues = (
        Bench((GROUPS,), terminology)
        .findings(Publication(), node, settings=CheckSettings(publication=publication))
        .issues
    )
    return [(each.kind, each.severity) for each in issues]


def test_committee_and_publisher_agree() -> None:
    assert of_hl7() == []
    assert of_hl7("fhir") == []
    assert of_hl7("fhir", publisher="HL7 International / FHIR Infrastructure") == []
    assert of_hl7("dev", publisher="HL7 International / Devices") == []
    assert of_hl7("fhir", publisher="HL7 International / Pharmacy") == [("publication-publisher", "error")]
    assert of_hl7("fhir", publisher="HL7") == [("publication-publisher", "warning")]
    assert of_hl7("none", publisher="HL7") == [("publication-committee-unknown", "error")]
    assert of_hl7("fhir", "dev") == [("publication-committees", "error")]
    assert of_hl7("none", url="http://example.org/ValueSet/a") == []


@pytest.mark.parametrize("code", ["none", "fhir"])
def test_by_the_older_list_of_r4_nothing_is_said_against_committees(code: str) -> None:
    bench = Bench((), PackageTerminology(FewDefinitions([]), lambda key, make: make()))
    node = HL7 | {"publisher": "HL7 International / Pharmacy", "extension": [{"url": WG, "valueCode": code}]}
    assert bench.kinds(Publication(), node) == []
    assert [reason for reason, _ in bench.undecided] == ["code-system-content"]


def test_what_is_published_is_complete() -> None:
    whole = {"version": "1", "title": "A", "status": "draft", "experimental": False, "description": "a"}
    assert of_hl7("fhir", publication=True, **whole) == []
    assert of_hl7(publication=True, **whole) == [("publication-committee", "error")]
    assert of_hl7("fhir", publication=True, **(whole | {"url": "http://example.org/a"})) == []
    del whole["title"]
    assert of_hl7("fhir", publication=True, **whole) == [("publication-element", "error")]
    system = whole | {"resourceType": "CodeSystem", "title": "A", "content": "complete"}
    assert of_hl7("fhir", publication=True, **system) == [("publication-element", "error")]
    assert of_hl7("fhir", publication=True, **(system | {"content": "supplement"})) == []
