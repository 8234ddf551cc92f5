"""Stores for tests: the same on SQLite and on PostgreSQL, and reports small enough to read."""

import itertools
from typing import Any

MADE = itertools.count()


def report(
    started: str = "2026-11-01T06:00:00+00:00",
    scores: dict[str, tuple[int, int] | None] | None = None,
    kinds: dict[str, int] | None = None,
    fingerprints: dict[str, int] | None = None,
    exit_code: int = 0,
    resources: int = 100,
) -> dict[str, Any]:
    """A report's JSON form, as much of it as a store reads."""
    counts = {"cardinality-min": 3} if kinds is None else kinds
    values = {"interoperability": (159, 2)} if scores is None else scores
    return {
        "format": "fhircheck-report",
        "format_version": "1.2",
        "header": {"version": "0.1.0", "started": started, "duration": 1.5, "jobs": 1, "python": "3.11.7"},
        "verdict": {"outcome": "invalid" if counts else "valid", "exit_code": exit_code, "reasons": []},
        "coverage": {"numerator": 1, "denominator": 3, "value": 0.333333},
        "resources": [{"type": "Patient", "count": resources, "invalid": 0}],
        "totals": [{"severity": "error", "kind": kind, "count": count} for kind, count in counts.items()],
        "measures": [
            {"name": "value-present", "status": "passed", "numerator": 3, "denominator": 4},
            {"name": "unit-valid", "status": "not-applicable", "numerator": 0, "denominator": 0},
        ],
        "scores": [{"name": name, "value": _share(value)} for name, value in values.items()],
        "fingerprints": {
            "complete": True,
            "counts": [{"fingerprint": name, "count": count} for name, count in (fingerprints or {}).items()],
        },
    }


def _share(value: tuple[int, int] | None) -> dict[str, Any] | None:
    return None if value is None else {"numerator": value[0], "denominator": value[1], "value": value[0] / value[1]}
