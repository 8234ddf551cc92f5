"""The gate is true exactly when the explainer finds nothing, on sound data and on data broken anywhere."""

import copy
from collections.abc import Iterator
from typing import Any

import jiter
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhircheck.assertions.assertion import Findings
from fhircheck.compile.gates import passes
from fhircheck.compile.linker import Linker
from fhircheck.definitions.definition_set import load_definitions
from fhircheck.first_pass import linker_for
from fhircheck.validate.resource_check import ResourceCheck
from fhircheck.validate.resource_parts import entry_resources
from tests.needs import ROOT

TERMS = "http://terminology.hl7.org/CodeSystem/"
PROFILE = "https://fhircheck.dev/fhir/StructureDefinition/"
BROKEN: list[Any] = [None, True, 0, -1, 2**40, "", " ", "x", "2023-02-30", [], {}, [None], [{}], {"id": "a"}, [[]]]


def _resources() -> list[dict[str, Any]]:
    """All resources of the valid samples."""
    found: list[dict[str, Any]] = []
    for path in sorted((ROOT / "sample_bundles" / "valid").glob("*.json")):
        node = jiter.from_json(path.read_bytes(), float_mode="decimal")
        found.append(node)
        found += [entry for _, entry in entry_resources(node)]
    return found


CORE = "http://hl7.org/fhir/StructureDefinition/"
PRESSURES: list[dict[str, Any]] = [  # blood pressures: slices of categories, codings and components, and invariants
    {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"system": f"{TERMS}observation-category", "code": "vital-signs"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]},
        "subject": {"reference": "Patient/a"},
        "effectiveDateTime": "2024-01-01",
        "component": [
            {"code": {"coding": [{"system": "http://loinc.org", "code": code}]}, **value}
            for code, value in (("8480-6", first), ("8462-4", {"valueQuantity": second}))
        ],
    }
    for unit in ("mm[Hg]", "mmHg")
    for second in ({"value": 80, "unit": "mmHg", "system": "http://unitsofmeasure.org", "code": unit},)
    for first in ({"valueQuantity": second}, {"dataAbsentReason": {"text": "x"}}, {})
]
RESOURCES = _resources()


@pytest.fixture(scope="module")
def check() -> ResourceCheck:
    linker: Linker = linker_for(load_definitions([str(ROOT / "profiles")]), lambda reason, detail: None)
    return ResourceCheck(linker)


def _places(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of every value below `node`."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from _places(value, (*path, key))


@st.composite
def broken(draw: st.DrawFn, resources: list[dict[str, Any]] = RESOURCES) -> dict[str, Any]:
    """A valid resource with up to three changes anywhere."""
    node = copy.deepcopy(draw(st.sampled_from(resources)))
    for _ in range(draw(st.integers(0, 3))):
        path = draw(st.sampled_from(sorted(_places(node), key=str)))
        parent = node
        for key in path[:-1]:
            parent = parent[key]  # type: ignore[index]
        _change(draw, parent, path[-1])
    return node


def _change(draw: st.DrawFn, parent: Any, key: Any) -> None:
    value = parent[key]
    how = draw(st.sampled_from(["drop", "replace", "wrap", "unwrap", "rename", "sibling", "repeat", "grow"]))
    if how == "drop":
        del parent[key]
    elif how == "replace":
        parent[key] = copy.deepcopy(draw(st.sampled_from(BROKEN)))
    elif how == "wrap":
        parent[key] = [value]
    elif how == "unwrap" and isinstance(value, list) and value:
        parent[key] = value[0]
    elif how == "rename" and isinstance(parent, dict) and key != "resourceType":
        parent[draw(st.sampled_from([f"{key}x", f"_{key}", str(key).lower(), "valueString", "extension"]))] = value
    elif how == "sibling" and isinstance(parent, dict):
        parent[f"_{key}"] = copy.deepcopy(
            draw(
                st.sampled_from([*BROKEN, {"extension": [{"url": "http://a", "valueCode": "b"}]}, [None, {"id": "x"}]])
            )
        )
    elif how == "repeat" and isinstance(value, list):
        parent[key] = value * 2
    elif how == "grow" and isinstance(value, list):
        value.append(None)


@settings(max_examples=1_500)
@given(node=broken())
def test_a_type_gate_agrees_with_its_explainer(node: dict[str, Any], check: ResourceCheck) -> None:
    check.forget()
    findings = Findings()
    check.explain_inner(node, "Resource", findings)
    assert check.inner_gate(node) is (not findings.issues), findings.issues


@settings(max_examples=800)
@given(
    node=broken(), name=st.sampled_from(["ready-patient", "ready-observation", "ready-encounter", "home-heart-rate"])
)
def test_a_profile_gate_agrees_with_its_explainer(node: dict[str, Any], name: str, check: ResourceCheck) -> None:
    linked = check.linker.profile(PROFILE + name)
    assert linked is not None
    assert linked.shape is not None
    check.forget()
    findings = Findings()
    check.explainer.root(node, linked, "Resource", findings)
    assert passes(linked.shape.gate, node) is (not findings.issues), findings.issues


@settings(max_examples=600)
@given(node=broken(PRESSURES), name=st.sampled_from(["bp", "vitalsigns", "bodyweight", "Observation"]))
def test_a_gate_with_slices_and_invariants_agrees_with_its_explainer(
    node: dict[str, Any], name: str, check: ResourceCheck
) -> None:
    linked = check.linker.profile(CORE + name)
    assert linked is not None
    assert linked.shape is not None
    check.forget()
    check.forget()
    findings = Findings()
    check.explainer.root(node, linked, "Observation", findings)
    assert passes(linked.shape.gate, node) is (not findings.issues), findings.issues


def test_the_blood_pressures_hold_their_profile_or_break_slices_and_invariants(check: ResourceCheck) -> None:
    found = set()
    for node in PRESSURES:
        findings = Findings()
        check.forget()
        linked = check.linker.profile(f"{CORE}bp")
        assert linked is not None
        check.explainer.root(node, linked, "Observation", findings)
        found |= {issue.kind for issue in findings.issues} or {"none"}
    assert {"none", "invariant", "fixed-value"} <= found
