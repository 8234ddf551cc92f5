"""References against what their element allows: cases as data; the gate agrees with the explainer in each."""

from datetime import UTC, datetime
from typing import Any

import pytest

from fhircheck.assertions.assertion import Findings, Spot, Surroundings
from fhircheck.assertions.reference_target import ReferenceTarget
from fhircheck.definitions.type_table import TypeTable
from fhircheck.model.scope import Scope
from fhircheck.model.settings import CheckSettings
from fhircheck.validate.reference_resolution import Resolver
from tests.unit.validate.rule_bench import FewDefinitions

BASE = "http://hl7.org/fhir/StructureDefinition/"
GOOD = "http://example.org/StructureDefinition/good-patient"
Node = dict[str, Any]
PROFILE = {"resourceType": "StructureDefinition", "url": GOOD, "type": "Patient"}


def _kinds(value: Any, scope: Scope, settings: CheckSettings | None = None, **definition: Any) -> list[str]:
    """Kinds of what is found at `value`; the gate must have said the same."""
    targets = definition.pop("targets", ["Patient", "Group"])
    types = definition.pop("types", [])
    urls = [each if ":" in each else BASE + each for each in targets]
    asked = {"type": [{"code": "Reference", "targetProfile": urls, **definition}, *({"code": each} for each in types)]}
    definitions = FewDefinitions([PROFILE])
    around = Surroundings(None, lambda *_: None, datetime(2024, 1, 1, tzinfo=UTC), definitions, TypeTable(definitions))  # type: ignore[arg-type]
    resolver = Resolver(around.types)
    around.look_up, around.scope = resolver.look_up, scope
    around.conforms = lambda node, profile, _: node.get("active") is True
    around.settings = settings or CheckSettings()
    assertion = ReferenceTarget()
    facet = assertion.compile(asked, ["Reference", *types])
    findings = Findings()
    assertion.explain(facet, value, Spot("x", "x", findings), around)
    gate = assertion.gate(facet, around)
    assert [gate(value), gate(value)] == [not findings.issues] * 2
    return [each.kind for each in findings.issues]


def _alone(*contained: Node) -> Scope:
    root = {"resourceType": "Observation", "contained": list(contained)}
    return Scope(root, root, "Observation")


def _bundled(*targets: Node, kind: str = "collection", url: str = "http://a.org/Observation/o") -> Scope:
    source: Node = {"resourceType": "Observation", "id": "o"}
    entries: list[Node] = [{"resource": source} | ({"fullUrl": url} if url else {})]
    entries += [{"fullUrl": f"http://a.org/{each['resourceType']}/{each['id']}", "resource": each} for each in targets]
    bundle = {"resourceType": "Bundle", "type": kind, "entry": entries}
    outer = Scope(bundle, bundle, "Bundle")
    return Scope(source, source, "Bundle.entry[0].resource", bundle, 0, url, outer)


PATIENT = {"resourceType": "Patient", "id": "1"}
DEVICE = {"resourceType": "Device", "id": "1"}


@pytest.mark.parametrize(
    ("value", "scope", "expected"),
    [
        ({"reference": "Patient/1"}, _alone(), []),
        ({"reference": "http://a.org/Patient/1/_history/2"}, _alone(), []),
        ({"reference": "Patient /1"}, _alone(), ["reference-invalid"]),
        ({"identifier": {"value": "1"}}, _alone(), []),
        ({"display": "he"}, _alone(), []),
        ({"type": "Patient"}, _alone(), ["reference-empty"]),
        ({"extension": []}, _alone(), ["reference-empty"]),
        ({"reference": "Device/1"}, _alone(), ["reference-url-type"]),
        ({"reference": "Nothing/1"}, _alone(), []),
        ({"reference": "#p"}, _alone({"resourceType": "Patient", "id": "p"}), []),
        ({"reference": "#p"}, _alone(), ["contained-target-missing"]),
        ({"reference": "#d"}, _alone({"resourceType": "Device", "id": "d"}), ["reference-target-type"]),
        ({"reference": "Patient?identifier"}, _alone(), ["reference-query-invalid", "reference-query-alone"]),
        ({"reference": "Resource/1"}, _alone(), ["reference-url-type"]),
        ({"reference": "DomainResource/1"}, _alone(), ["reference-url-type"]),
        ({"reference": "Patient?identifier=urn:x|1"}, _alone(), ["reference-query-alone"]),
        ({"reference": "Patient?identifier=urn:x|1"}, _bundled(kind="transaction"), []),
        ({"reference": "Patient?identifier=urn:x|1"}, _bundled(kind="batch"), ["reference-query-alone"]),
        (
            {"reference": "Patient?identifier=urn:x|1"},
            _bundled(kind="collection"),
            ["reference-form", "reference-query-alone"],
        ),
        ({"reference": "Nothing?identifier=urn:x|1"}, _alone(), []),
        ({"display": "he", "type": "Device"}, _alone(), []),
        ({"reference": "Patient/1", "type": "Group"}, _alone(), ["reference-type-differs"]),
        ({"reference": "Patient/1", "type": BASE + "Patient"}, _alone(), ["reference-type-differs"]),
        ({"reference": "http://a.org/x", "type": "Device"}, _alone(), ["reference-type-not-allowed"]),
        ({"reference": "Patient/1"}, _bundled(PATIENT), []),
        ({"reference": "Device/1"}, _bundled(DEVICE), ["reference-target-type"]),
        ({"reference": "Patient/1"}, _bundled(PATIENT, PATIENT), ["reference-ambiguous"]),
        ({"reference": "1"}, _bundled(PATIENT), ["reference-form"]),
        ({"reference": "Patient/1"}, _bundled(PATIENT, url=""), ["reference-without-base"]),
        ({"reference": "urn:uuid:1"}, _bundled(PATIENT), ["reference-urn-not-in-bundle"]),
        ({"reference": "Patient/1"}, _bundled(PATIENT, url="http://b.org/Observation/o"), ["reference-near-miss"]),
        ({"reference": 1}, _alone(), []),
        ("Patient/1", _alone(), []),
        (None, _alone(), []),
    ],
)
def test_what_is_found(value: Any, scope: Scope, expected: list[str]) -> None:
    assert _kinds(value, scope) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"coding": []}, []),
        ({"low": {"value": 1}}, []),
        ({"extension": []}, []),
        ({"language": "text/cql", "reference": "a b"}, []),
        ({"reference": "a b"}, ["reference-invalid"]),
    ],
)
def test_values_of_other_types_are_no_references(value: Node, expected: list[str]) -> None:
    assert _kinds(value, _alone(), types=["CodeableConcept", "Range", "Expression"]) == expected


@pytest.mark.parametrize(
    ("target", "expected"),
    [({**PATIENT, "active": True}, []), (PATIENT, ["reference-target-profile"]), (DEVICE, ["reference-target-type"])],
)
def test_profiles_of_the_target(target: Node, expected: list[str]) -> None:
    value = {"reference": f"{target['resourceType']}/1"}
    assert _kinds(value, _bundled(target), targets=[GOOD]) == expected


def test_any_of_the_profiles_is_enough() -> None:
    assert _kinds({"reference": "Device/1"}, _bundled(DEVICE), targets=[GOOD, "Device"]) == []


def test_types_of_the_specification_are_not_held_against_the_target() -> None:
    assert _kinds({"reference": "Patient/1"}, _bundled({**PATIENT, "birthDate": 1}), targets=["Patient"]) == []


def test_unknown_target_profile() -> None:
    found = _kinds({"reference": "Patient/1"}, _bundled(PATIENT), targets=["http://a.org/none", "Patient"])
    assert found == ["reference-target-profile-unknown"]


@pytest.mark.parametrize(
    ("modes", "value", "scope", "expected"),
    [
        (["contained"], {"reference": "Patient/1"}, _alone(), ["reference-aggregation"]),
        (["contained"], {"reference": "#p"}, _alone({"resourceType": "Patient", "id": "p"}), []),
        (["bundled"], {"reference": "Patient/1"}, _bundled(PATIENT), []),
        (["bundled"], {"reference": "Patient/2"}, _bundled(PATIENT), ["reference-aggregation"]),
        (["referenced"], {"reference": "Patient/1"}, _alone(), []),
        (["referenced"], {"reference": "Patient/1"}, _bundled(PATIENT), []),
        (
            ["referenced"],
            {"reference": "#p"},
            _alone({"resourceType": "Patient", "id": "p"}),
            ["reference-aggregation"],
        ),
    ],
)
def test_aggregation(modes: list[str], value: Node, scope: Scope, expected: list[str]) -> None:
    assert _kinds(value, scope, aggregation=modes) == expected


def test_aggregation_outside_of_bundles_by_setting() -> None:
    lenient = CheckSettings(aggregation_alone=False)
    assert _kinds({"reference": "Patient/1"}, _alone(), lenient, aggregation=["bundled"]) == []


@pytest.mark.parametrize(
    ("rule", "reference", "expected"),
    [
        ("specific", "Patient/1", ["reference-versioning"]),
        ("specific", "Patient/1/_history/1", []),
        ("independent", "Patient/1/_history/1", ["reference-versioning"]),
        ("either", "Patient/1/_history/1", []),
    ],
)
def test_versioning(rule: str, reference: str, expected: list[str]) -> None:
    assert _kinds({"reference": reference}, _alone(), versioning=rule) == expected


def test_settings_ask_for_more() -> None:
    strict = CheckSettings(references_exist=True, url_types=True, example_urls=True)
    parameters: Node = {"resourceType": "Parameters", "parameter": []}
    root = {"resourceType": "Observation"}
    given = Scope(root, root, "", outer=Scope(parameters, parameters, "Parameters"))
    assert _kinds({"reference": "Patient/1"}, given, strict) == ["reference-unresolved"]
    assert _kinds({"reference": "http://a.org/Patient/1"}, given, strict) == []
    assert _kinds({"reference": "Patient/1"}, given) == []
    assert _kinds({"reference": "urn:uuid:1"}, _bundled(), strict) == ["reference-unresolved"]
    assert _kinds({"reference": "Patient/1"}, _bundled(), strict) == []
    assert _kinds({"reference": "Patient/1"}, _alone(), strict) == []
    assert _kinds({"reference": "Device/1"}, _alone(), CheckSettings(url_types=True)) == ["reference-url-type-wrong"]


def test_a_split_bundle_accuses_nobody() -> None:
    source: Node = {"resourceType": "Observation"}
    scope = Scope(source, source, "Bundle.entry[3].resource", split=True)
    strict = CheckSettings(references_exist=True, url_types=True)
    assert _kinds({"reference": "urn:uuid:1"}, scope, strict, aggregation=["bundled"]) == []
