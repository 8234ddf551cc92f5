"""A ServerReport as JSON: what ``--format json`` and ``--save`` write, and what ``--baseline`` reads.

Its schema is ``server_report.schema.json``; shares are exact fractions as text ("3/4").
"""

import json
from dataclasses import asdict
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

from fhircheck.model.errors import UsageError
from fhircheck.probe.judging import exit_code
from fhircheck.probe.result import ProbeResult, RequirementResult, ServerReport
from fhircheck.probe.server_changes import Change
from fhircheck.probe.server_score import ServerScore, score_of
from fhircheck.transport.bounded_file import read_bounded

FORM = 1
LARGEST = 64 << 20


def server_json(
    report: ServerReport, fail_on: str = "SHALL", changes: tuple[Change, ...] | None = None
) -> dict[str, Any]:
    """`report` as the schema asks for it. changes: since a baseline, None without one."""
    made = {} if changes is None else {"changes": [asdict(each) for each in changes]}
    return {
        **made,
        "form": FORM,
        "server": {
            "base": report.base,
            "fhirVersion": report.fhir_version,
            "software": report.software,
            "at": report.at,
            "seconds": round(report.seconds, 3),
        },
        "exitCode": exit_code(report, fail_on, changes),
        "score": _score(score_of(report.actors)),
        "capability": report.capability,
        "issues": [{"severity": severity, "kind": kind, "count": count} for severity, kind, count in report.issues],
        "actors": [
            {
                "actor": actor.actor,
                "title": actor.title,
                "requirements": actor.requirements,
                "version": actor.version,
                "verified": actor.verified,
                "score": _score(score_of((actor,))),
                "results": [_row(row) for row in actor.results],
            }
            for actor in report.actors
        ],
        "probes": [_probed(each) for each in report.probes],
        "broken": list(report.broken),
        "notes": list(report.notes),
    }


def server_json_text(report: ServerReport, fail_on: str = "SHALL", changes: tuple[Change, ...] | None = None) -> str:
    """`server_json` as text, a line at the end."""
    return json.dumps(server_json(report, fail_on, changes), ensure_ascii=False, indent=2, default=_exact) + "\n"


def _exact(value: object) -> object:
    """Numbers of the CapabilityStatement that were kept exact."""
    return float(str(value))


def _row(row: RequirementResult) -> dict[str, Any]:
    return {
        "actor": row.actor,
        "id": row.id,
        "expectation": row.expectation,
        "declared": row.declared,
        "probed": row.probed,
        "why": row.why,
        "params": dict(row.params),
        "evidence": [asdict(each) for each in row.evidence],
        "lanes": list(row.lanes),
    }


def _probed(result: ProbeResult) -> dict[str, Any]:
    return {
        "probe": result.probe,
        "about": result.about,
        "outcome": result.outcome,
        "expectation": result.expectation,
        "why": result.why,
        "params": dict(result.params),
        "evidence": [asdict(each) for each in result.evidence],
    }


def _score(score: ServerScore) -> dict[str, Any]:
    return {
        "value": _fraction(score.value),
        "coverage": _fraction(score.coverage),
        "parts": [
            {
                "expectation": each.expectation,
                "lane": each.lane,
                "met": each.met,
                "unmet": each.unmet,
                "notTested": each.not_tested,
                "share": _fraction(each.share),
            }
            for each in score.parts
        ],
    }


def _fraction(value: Fraction | None) -> str | None:
    return None if value is None else str(value)


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema of the form."""
    text = (files("fhircheck.probe") / "server_report.schema.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def load_server_json(path: str) -> dict[str, Any]:
    """A saved report. Raises UsageError where the file is missing or is none."""
    import jsonschema

    data = read_bounded(path, LARGEST, f"--baseline {path}")
    try:
        value = json.loads(data.decode())
        jsonschema.validate(value, schema())
    except (ValueError, RecursionError):
        raise UsageError(f"--baseline {path}: is no JSON") from None
    except jsonschema.ValidationError as error:
        where = "/".join(str(each) for each in error.absolute_path) or "the whole"
        raise UsageError(f"--baseline {path}: is no saved server report (at {where})") from None
    saved: dict[str, Any] = value
    return saved
