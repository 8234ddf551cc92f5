"""A report's JSON document, as far as a store must understand it; and how it is packed."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Any

from fhircheck.history.columns import utc
from fhircheck.model.errors import StoreUnusable, UsageError

FORMAT = "fhircheck-report"
Document = dict[str, Any]
LARGEST = 1 << 30
"""Bytes a document may unpack to."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What lists and trends show of a document; the names of `rows` are those of tables and columns."""

    run: dict[str, Any]
    scores: list[dict[str, Any]]
    measures: list[dict[str, Any]]
    issue_counts: list[dict[str, Any]]
    fingerprints: list[str]


def figures(document: Mapping[str, Any]) -> Figures:
    """The figures of a report (check --format json). Raises UsageError for what is none."""
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        raise UsageError("history: not a report of fhircheck (check --format json)")
    try:
        return Figures(
            _run(document),
            [_score(position, each) for position, each in enumerate(document["scores"])],
            [_measure(position, each) for position, each in enumerate(document["measures"])],
            [_count(position, each) for position, each in enumerate(document["totals"])],
            list(dict.fromkeys(each["fingerprint"] for each in document["fingerprints"]["counts"])),
        )
    except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError) as fault:
        raise UsageError(f"history: a report with a part missing or wrong ({type(fault).__name__})") from None


def _run(document: Mapping[str, Any]) -> dict[str, Any]:
    header, verdict, coverage = document["header"], document["verdict"], fraction(document["coverage"])
    finished = utc(header["started"]) + timedelta(seconds=header["duration"])
    totals = document["totals"]
    return {
        "started": utc(header["started"]).isoformat(),
        "finished": finished.isoformat(),
        "version": str(header["version"]),
        "outcome": str(verdict["outcome"]),
        "exit_code": int(verdict["exit_code"]),
        "resources": sum(int(each["count"]) for each in document["resources"]),
        "errors": sum(int(each["count"]) for each in totals if each["severity"] in ("fatal", "error")),
        "warnings": sum(int(each["count"]) for each in totals if each["severity"] == "warning"),
        "coverage": float(coverage) if coverage is not None else None,
        "coverage_exact": coverage,
    }


def _score(position: int, score: Mapping[str, Any]) -> dict[str, Any]:
    value = fraction(score["value"])
    shown = float(value) if value is not None else None
    return {"position": position, "name": str(score["name"]), "value": shown, "exact": value}


def _measure(position: int, measure: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "position": position,
        "name": str(measure["name"]),
        "status": str(measure["status"]),
        "passed": int(measure["numerator"]),
        "judged": int(measure["denominator"]),
    }


def _count(position: int, total: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "position": position,
        "severity": str(total["severity"]),
        "kind": str(total["kind"]),
        "count": int(total["count"]),
    }


def fraction(share: Mapping[str, Any] | None) -> Fraction | None:
    """The exact value of a share in a document."""
    return None if share is None else Fraction(int(share["numerator"]), int(share["denominator"]))


def packed(document: Mapping[str, Any]) -> bytes:
    """The document's bytes, compressed; the same document always gives the same ones."""
    dumped = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return zlib.compress(dumped.encode("utf-8", "backslashreplace"), 6)


def unpacked(data: bytes, name: str) -> Document:
    """The document in `data`, of the run `name`. Raises StoreUnusable where it is damaged."""
    try:
        unpacker = zlib.decompressobj()
        found = json.loads(unpacker.decompress(data, LARGEST))
    except (ValueError, zlib.error):
        found = None
    if not isinstance(found, dict):
        raise StoreUnusable(f"history: the report of {name} is damaged")
    return found
