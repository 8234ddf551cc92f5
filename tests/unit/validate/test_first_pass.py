"""The first pass counts the same however its chunks are cut, and stays bounded on hostile data."""

import json
from datetime import UTC, datetime

import pytest

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.first_pass import UNKNOWN_TYPE, Plan, first_pass
from fhircheck.model import facts
from fhircheck.model.facts import Partial
from fhircheck.model.record import Piece

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def run(pieces: list[Piece], measure: bool = False) -> Partial:
    check = first_pass(Plan(load_definitions().recipe(), (), measure, True, NOW))
    merged = Partial()
    for piece in pieces:
        merged.merge(check([piece]))
    return merged


def patients(number: int, first: int = 0) -> list[Piece]:
    nodes = [
        {"resourceType": "Patient", "meta": {"profile": [f"http://example.org/{first + at:05}"]}}
        for at in range(number)
    ]
    return [Piece(f"{at}", "resource", json.dumps(node).encode()) for at, node in enumerate(nodes)]


def test_claims_without_bound_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "PROFILES", 10)
    forwards, backwards = run(patients(50)), run(patients(50)[::-1])
    for merged in (forwards, backwards):
        merged.trim_profiles()
    assert forwards.profiles == backwards.profiles
    assert len(forwards.profiles) == 11
    assert sum(checked for checked, _ in forwards.profiles.values()) == 100
    assert forwards.profiles[facts.OTHER_PROFILES, "meta"] == [41, 41 * 0]


def test_unknown_types_are_counted_together() -> None:
    pieces = [Piece(f"{at}", "resource", json.dumps({"resourceType": f"Odd{at}"}).encode()) for at in range(5)]
    merged = run(pieces)
    assert merged.resources == {UNKNOWN_TYPE: 5}
    assert merged.invalid == {UNKNOWN_TYPE: 5}


def test_validation_alone_counts_what_measuring_counts() -> None:
    nodes = [
        {"resourceType": "Patient", "gender": "male"},
        {"resourceType": "Patient", "gender": "m"},
        {"resourceType": "Media", "status": "completed", "content": {"contentType": "text/plain"}},
        {"resourceType": "Bundle", "type": "batch", "entry": [{"resource": {"resourceType": "Patient"}}]},
    ]
    pieces = [Piece("s", "ndjson", b"\n".join(json.dumps(node).encode() for node in nodes))]
    short, long = run(pieces), run(pieces, measure=True)
    for name in ("records", "resources", "invalid", "profiles", "undecided", "issues", "unreadable", "bytes", "files"):
        assert getattr(short, name) == getattr(long, name), name
    assert short.undecided.total() == long.undecided.total()
