"""Where references lead: contained, in Bundles, in Parameters; by references.html and bundle.html."""

from typing import Any

import pytest

from fhircheck.definitions.type_table import TypeTable
from fhircheck.model.scope import Scope
from fhircheck.validate.reference_resolution import Resolver
from tests.unit.validate.rule_bench import core

UUID = "urn:uuid:04121321-4af5-424c-a0e1-ed3aab1c349d"
BASE = "http://example.org/fhir"
Node = dict[str, Any]


def _bundle(*entries: tuple[str | None, Node], kind: str = "collection") -> Node:
    found: list[Node] = [{"resource": node} | ({"fullUrl": url} if url else {}) for url, node in entries]
    return {"resourceType": "Bundle", "type": kind, "entry": found}


def _scope(bundle: Node, number: int) -> Scope:
    outer = Scope(bundle, bundle, "Bundle")
    entry = bundle["entry"][number]
    node = entry["resource"]
    return Scope(node, node, f"Bundle.entry[{number}].resource", bundle, number, entry.get("fullUrl", ""), outer)


def _patient(identity: str, version: str = "") -> Node:
    return {"resourceType": "Patient", "id": identity} | ({"meta": {"versionId": version}} if version else {})


OBSERVATION: Node = {"resourceType": "Observation", "id": "o"}
REST = f"{BASE}/Observation/o"


@pytest.fixture(scope="module")
def resolver() -> Resolver:
    return Resolver(TypeTable(core()))


@pytest.mark.parametrize(
    ("source", "reference", "targets", "expected", "fault"),
    [
        (REST, "Patient/1", [(f"{BASE}/Patient/1", _patient("1"))], 1, ""),
        (REST, f"{BASE}/Patient/1", [(f"{BASE}/Patient/1", _patient("1"))], 1, ""),
        (REST, "Patient/1", [("http://other.org/Patient/1", _patient("1"))], None, ""),
        (REST, "Patient/1#name", [(f"{BASE}/Patient/1", _patient("1"))], 1, ""),
        (REST, UUID, [(UUID, _patient("1"))], 1, ""),
        (REST, "urn:oid:1.2.3", [("urn:oid:1.2.3", _patient("1"))], 1, ""),
        (UUID, "Patient/1", [("urn:uuid:1", _patient("1"))], 1, ""),
        (UUID, "Group/1", [("urn:uuid:1", _patient("1"))], 1, "other-type"),
        (UUID, "Patient/1", [("urn:uuid:2", _patient("1"))], None, ""),
        (
            REST,
            "Patient/1",
            [(f"{BASE}/Patient/1", _patient("1")), (f"{BASE}/Patient/1", _patient("1"))],
            2,
            "ambiguous",
        ),
        (
            REST,
            "Patient/1/_history/2",
            [(f"{BASE}/Patient/1", _patient("1", "1")), (f"{BASE}/Patient/1", _patient("1", "2"))],
            2,
            "",
        ),
        (REST, f"{BASE}/Patient/1/_history/1", [(f"{BASE}/Patient/1", _patient("1", "1"))], 1, ""),
        (REST, "Patient/1/_history/3", [(f"{BASE}/Patient/1", _patient("1", "1"))], None, ""),
        (None, "Patient/1", [(f"{BASE}/Patient/1", _patient("1"))], None, "no-full-url"),
        (None, f"{BASE}/Patient/1", [(f"{BASE}/Patient/1", _patient("1"))], 1, ""),
        (REST, "1", [(f"{BASE}/Patient/1", _patient("1"))], None, "form"),
        (REST, "a/b/c", [], None, "form"),
    ],
)
def test_in_a_bundle(
    resolver: Resolver,
    source: str | None,
    reference: str,
    targets: list[tuple[str, Node]],
    expected: int | None,
    fault: str,
) -> None:
    bundle = _bundle((source, dict(OBSERVATION)), *targets)
    seen = resolver.look_up(reference, _scope(bundle, 0))
    assert (seen.where, seen.fault) == ("bundle", fault)
    assert (seen.found.node if seen.found else None) is (bundle["entry"][expected]["resource"] if expected else None)
    if seen.found:
        assert seen.found.scope.expression == f"Bundle.entry[{expected}].resource"
        assert seen.found.scope.bundle is bundle


def test_entries_that_were_probably_meant_are_named(resolver: Resolver) -> None:
    bundle = _bundle((REST, dict(OBSERVATION)), ("http://other.org/Patient/1", _patient("1")))
    assert resolver.look_up("Patient/1", _scope(bundle, 0)).near == ("http://other.org/Patient/1",)


@pytest.mark.parametrize("kind", ["batch-response", "transaction-response"])
def test_answers_need_no_full_url(resolver: Resolver, kind: str) -> None:
    bundle = _bundle((None, dict(OBSERVATION)), kind=kind)
    assert resolver.look_up("Patient/1", _scope(bundle, 0)).fault == ""


@pytest.mark.parametrize(
    ("kind", "reference", "fault"),
    [
        ("transaction", "Patient?identifier=a|1", ""),
        ("batch", "Patient?identifier=a|1", ""),
        ("collection", "Patient?identifier=a|1", "form"),
        ("transaction", "Patient?identifier", "form"),
        ("transaction", "Nothing?identifier=1", "form"),
    ],
)
def test_conditional_references(resolver: Resolver, kind: str, reference: str, fault: str) -> None:
    bundle = _bundle((REST, dict(OBSERVATION)), kind=kind)
    assert resolver.look_up(reference, _scope(bundle, 0)).fault == fault


def test_contained_from_container_and_from_each_other(resolver: Resolver) -> None:
    inner: Node = {"resourceType": "Practitioner", "id": "p"}
    other: Node = {"resourceType": "Organization", "id": "q"}
    root: Node = {"resourceType": "Observation", "contained": [other, inner]}
    own = Scope(root, root, "Observation")
    below = Scope(other, root, "Observation.contained[0]")
    for scope in (own, below):
        seen = resolver.look_up("#p", scope)
        assert seen.found is not None
        assert seen.found.node is inner
        assert (seen.where, seen.found.contained, seen.found.scope.expression) == (
            "contained",
            True,
            "Observation.contained[1]",
        )
    container = resolver.look_up("#", below).found
    assert container is not None
    assert (container.node, container.scope.expression) == (root, "Observation")
    assert resolver.look_up("#", own).found is None
    assert resolver.look_up("#x", own).found is None


def test_contained_is_not_looked_for_in_other_entries(resolver: Resolver) -> None:
    bundle = _bundle(
        (REST, dict(OBSERVATION)), ("urn:uuid:1", {"resourceType": "Patient", "contained": [_patient("p")]})
    )
    assert resolver.look_up("#p", _scope(bundle, 0)).found is None


def test_parameters_hold_each_other_s_targets(resolver: Resolver) -> None:
    patient = _patient("1")
    parameters: Node = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "a", "part": [{"name": "b", "resource": patient}]},
            {"name": "c", "resource": OBSERVATION},
        ],
    }
    outer = Scope(parameters, parameters, "Parameters")
    scope = Scope(OBSERVATION, OBSERVATION, "Parameters.parameter[1].resource", outer=outer)
    found = resolver.look_up("Patient/1", scope).found
    assert found is not None
    assert found.node is patient
    assert found.scope.expression == "Parameters.parameter[0].part[0].resource"
    assert resolver.look_up("Patient/2", scope).where == "parameters"


def test_alone_and_split(resolver: Resolver) -> None:
    assert resolver.look_up("Patient/1", Scope(OBSERVATION, OBSERVATION, "Observation")).where == "elsewhere"
    split = Scope(OBSERVATION, OBSERVATION, "Bundle.entry[7].resource", split=True)
    assert resolver.look_up("Patient/1", split).where == "unknown"


@pytest.mark.parametrize("broken", [None, 1, "x", [], {}, [None], [{}], [{"fullUrl": 1, "resource": []}], [[]]])
def test_malformed_bundles_lead_nowhere(resolver: Resolver, broken: Any) -> None:
    bundle: Node = {"resourceType": "Bundle", "entry": broken}
    scope = Scope(OBSERVATION, OBSERVATION, "", bundle, 0, REST, Scope(bundle, bundle, "Bundle"))
    assert resolver.resolve("Patient/1", scope) is None
