"""Big Bundles: what they cost grows as their size does, and chains and circles of references end."""

import gc
import json
import time
from typing import Any

import pytest

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.first_pass import linker_for
from fhircheck.model.record import Record
from fhircheck.validate.target_conformance import DEPTH, TargetConformance
from fhircheck.validate.validator import Validator

Node = dict[str, Any]
BASE = "http://example.org/fhir"


def _document(size: int) -> Node:
    """A document whose entries refer to the one before, to the first, and to one that is not there."""
    composition = {
        "resourceType": "Composition", "id": "c", "status": "final", "date": "2024-01-01", "title": "t",
        "type": {"text": "t"}, "author": [{"reference": "Basic/0"}],
        "section": [{"title": "s", "entry": [{"reference": f"Basic/{size - 1}"}]}],
    }  # fmt: skip
    basics = [
        {"resourceType": "Basic", "id": str(number), "code": {"text": "t"},
         "subject": {"reference": f"Basic/{max(0, number - 1)}"}, "author": {"reference": f"{BASE}/Patient/no"}}
        for number in range(size)
    ]  # fmt: skip
    entries = [
        {"fullUrl": f"{BASE}/{each['resourceType']}/{each['id']}", "resource": each} for each in (composition, *basics)
    ]
    identifier = {"system": "urn:ietf:rfc:3986", "value": "urn:uuid:04121321-4af5-424c-a0e1-ed3aab1c349d"}
    return {
        "resourceType": "Bundle", "type": "document", "timestamp": "2024-01-01T00:00:00Z", "identifier": identifier,
        "entry": entries,
    }  # fmt: skip


@pytest.fixture(scope="module")
def validator() -> Validator:
    return Validator(linker_for(load_definitions(offline=True), lambda reason, detail: None), locate=False)


def _seconds(validator: Validator, size: int) -> float:
    record = Record("x", 0, _document(size), "Bundle", json.dumps({}).encode())  # a new one: answers are remembered
    gc.disable()
    started = time.process_time()
    validator.check(record)
    seconds = time.process_time() - started
    gc.enable()
    return seconds


def test_cost_grows_as_the_size(validator: Validator) -> None:
    _seconds(validator, 1_000)
    least = min(_seconds(validator, 1_000) for _ in range(3))
    assert min(_seconds(validator, 4_000) for _ in range(3)) < 9 * least


def test_circles_end_and_count_as_conforming() -> None:
    nodes: list[Node] = [{"next": 1}, {"next": 0}]
    asked: list[int] = []

    def holds(node: Node, profile: str, scope: Any) -> bool | None:
        asked.append(node["next"])
        return targets.conforms(nodes[node["next"]], profile, scope)

    targets = TargetConformance(holds, lambda: None)
    assert targets.conforms(nodes[0], "p", None) is True  # type: ignore[arg-type]
    assert asked == [1, 0]
    assert targets.conforms(nodes[1], "p", None) is True  # type: ignore[arg-type]
    assert asked == [1, 0]


def test_chains_without_end_cannot_be_told() -> None:
    nodes: list[Node] = [{"next": number + 1} for number in range(10_000)]
    targets = TargetConformance(
        lambda node, profile, scope: targets.conforms(nodes[node["next"]], profile, scope), lambda: None
    )
    assert targets.conforms(nodes[0], "p", None) is None  # type: ignore[arg-type]
    assert targets.conforms(nodes[DEPTH + 5], "p", None) is None  # type: ignore[arg-type]


def test_an_answer_is_not_taken_for_another_node() -> None:
    targets = TargetConformance(lambda node, profile, scope: node["good"], lambda: None)
    for good in (True, False, True):
        assert targets.conforms({"good": good}, "p", None) is good  # type: ignore[arg-type]
    targets.forget()


def test_what_rested_on_an_assumption_is_asked_again_when_it_was_wrong() -> None:
    nodes: list[Node] = [{"next": 1, "good": False}, {"next": 0, "good": True}]
    refuted: list[bool] = []

    def holds(node: Node, profile: str, scope: Any) -> bool | None:
        return targets.conforms(nodes[node["next"]], profile, scope) is not False and bool(node["good"])

    targets = TargetConformance(holds, lambda: refuted.append(True))
    assert targets.conforms(nodes[0], "p", None) is False  # type: ignore[arg-type]
    assert refuted == [True]
    assert targets.conforms(nodes[1], "p", None) is False  # type: ignore[arg-type]
