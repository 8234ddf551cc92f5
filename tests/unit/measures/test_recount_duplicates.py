"""Ids and contents that stand twice, counted again by a plain reading of real data: the numbers must agree exactly."""

import json
from collections import Counter
from typing import Any

import pytest

from fhircheck.measures.plausibility.unique_identity import SHARED
from tests.unit.measures.judged import counts, judged
from tests.unit.measures.test_recount import FOLDERS, resources

Node = dict[str, Any]
DATES = {
    "AllergyIntolerance": ("recordedDate", "onsetDateTime", "onsetPeriod"),
    "Condition": ("recordedDate", "onsetDateTime", "onsetPeriod", "abatementDateTime", "abatementPeriod"),
    "Encounter": ("period",),
    "Immunization": ("occurrenceDateTime", "recorded"),
    "MedicationAdministration": ("effectiveDateTime", "effectivePeriod"),
    "MedicationRequest": ("authoredOn",),
    "MedicationStatement": ("effectiveDateTime", "effectivePeriod", "dateAsserted"),
    "Observation": ("effectiveDateTime", "effectivePeriod", "effectiveInstant", "issued"),
    "Procedure": ("performedDateTime", "performedPeriod"),
}
WHAT = ("code", "class", "type", "serviceType", "vaccineCode", "medicationCodeableConcept", "medicationReference")
MORE = ("bodySite", "doseQuantity", "dosage", "dosageInstruction", "component")


@pytest.fixture(scope="module", params=FOLDERS)
def data(request: pytest.FixtureRequest) -> list[Node]:
    return resources(request.param)


def said(concept: Any) -> Any:
    """The codings of a concept without their displays."""
    if isinstance(concept, list):
        return [said(each) for each in concept]
    return [(each.get("system"), each.get("code")) for each in concept.get("coding", [])] or concept


def content(node: Node) -> str | None:
    kind = node["resourceType"]
    who = (node.get("subject") or node.get("patient") or {}).get("reference", "")
    when = [node[name] for name in DATES.get(kind, ()) if name in node][:1]
    what = [said(node[name]) for name in WHAT if name in node and (kind == "Encounter" or name != "type")]
    if not when or not what or "Patient/" not in who:
        return None
    quantity = node.get("valueQuantity") or {}
    value = [quantity.get("value"), quantity.get("code") or quantity.get("unit")]
    value += [node[name] for name in sorted(node) if name.startswith("value") and name != "valueQuantity"]
    return json.dumps([kind, who, when, what, value, [node.get(name) for name in MORE]], sort_keys=True)


def identities(node: Node) -> list[tuple[str, ...]]:
    kind = node["resourceType"]
    found: list[tuple[str, ...]] = [(kind, node["id"])] if "id" in node else []
    for each in node.get("identifier", []):
        codes = {coding.get("code") for coding in each.get("type", {}).get("coding", [])}
        if "system" in each and "value" in each and each.get("use") != "old" and not codes & SHARED:
            found.append((kind, each["system"], each["value"]))
    return found


def test_ids_and_contents(data: list[Node]) -> None:
    results = judged(*data)
    contents = Counter(filter(None, map(content, data)))
    names = Counter(name for node in data for name in identities(node))
    assert counts(results["unique-content"]) == (len(contents), contents.total(), 0)
    assert counts(results["unique-identity"]) == (len(names), names.total(), 0)


def test_copies_are_found(data: list[Node]) -> None:
    copied = [node for node in data if content(node)][:25]
    before, after = judged(*data), judged(*data, *({**node, "id": f"copy-of-{node.get('id')}"} for node in copied))
    old, new = before["unique-content"], after["unique-content"]
    assert (new.numerator, new.denominator) == (old.numerator, old.denominator + len(copied))
    assert len(copied) == 25 or len(data) < 1_000
