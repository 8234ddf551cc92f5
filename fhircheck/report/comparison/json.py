"""The comparison as one JSON document; its JSON Schema is report/comparison/reconcile.schema.json."""

from dataclasses import asdict
from typing import Any

from fhircheck.model.months import known_month_name
from fhircheck.model.reconcile import FEW, ComparedSide, Counts, Difference, ReconcileReport
from fhircheck.report.comparison.protocol import name, reasons
from fhircheck.report.ndjson import encoded
from fhircheck.report.shown import View, clean

FORMAT = "fhircheck-comparison"
FORMAT_VERSION = "1.0"


def comparison_json(report: ReconcileReport, view: View) -> str:
    """All of it; run time, host and duration stand in the header alone."""
    return encoded(comparison_form(report, view), indent=2) + "\n"


def comparison_form(report: ReconcileReport, view: View) -> dict[str, Any]:
    """The JSON form as a dict."""
    outcome = report.verdict
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "header": {"version": report.version, "started": report.started, "seconds": round(report.seconds, 3),
                   "engine": report.engine},
        "verdict": {"outcome": outcome.outcome, "exit_code": outcome.exit_code,
                    "reasons": [{"name": each, "count": count, "text": text}
                                for (each, count), text in zip(outcome.reasons, reasons(report, view), strict=True)]},
        "rules": {**asdict(report.rules), "ignored": list(report.rules.ignored),
                  "renamed": dict(report.rules.renamed)},
        "before": _side(report.before, view),
        "after": _side(report.after, view),
        "counts": counts_form(report.counts),
        "types": [{"type": clean(kind), **counts_form(each)} for kind, each in report.types],
        "months": [{"type": clean(kind), "month": month_form(month), **counts_form(each)}
                   for kind, month, each in report.months],
        "matched": dict(zip(("id", "identifier", "content"), report.matched, strict=True)),
        "references": {**asdict(report.references), "lost": report.references.lost,
                       "broken": [{"path": clean(path), "count": count} for path, count in report.references.broken]},
        "attachments": {**asdict(report.attachments),
                        "inline_before": _inline(report.attachments.inline_before),
                        "inline_after": _inline(report.attachments.inline_after)},
        "codes": [{"path": clean(each.path), "system": clean(each.system), "unit": clean(each.unit),
                   "before": each.before, "after": each.after} for each in report.codes],
        "portability": [{"measure": each.measure,
                         "before": dict(zip(("public", "judged"), each.before, strict=True)),
                         "after": dict(zip(("public", "judged"), each.after, strict=True)),
                         "own": [{"of": clean(of), "before": one, "after": two} for of, one, two in each.own]}
                        for each in report.portability],
        "elements": [{"path": clean(each.path), "change": each.change, "resources": each.resources,
                      "examples": [name(one, view) for one in each.examples]} for each in report.elements],
        "examples": [difference_form(each, view) for each in report.examples],
    }  # fmt: skip


def counts_form(counts: Counts) -> dict[str, int]:
    """Counts by name."""
    return asdict(counts)


def month_form(month: int) -> str | None:
    """``2024-05``, ``2024`` where only the year is known, ``few`` for those not told, None without a date."""
    if month == FEW:
        return "few"
    if not month:
        return None
    return known_month_name(month)


def difference_form(each: Difference, view: View) -> dict[str, Any]:
    """One difference."""
    return {
        "status": each.status,
        "type": clean(each.type),
        "before": name(each.before, view) or None,
        "after": name(each.after, view) or None,
        "elements": [{"path": clean(path), "change": change} for path, change in each.elements],
    }


def _inline(pair: tuple[int, int]) -> dict[str, int]:
    return {"count": pair[0], "bytes": pair[1]}


def _side(side: ComparedSide, view: View) -> dict[str, Any]:
    unread = [{"kind": kind, "count": count,
               "places": [{"source": clean(view.names.source(source)), "record": record} for source, record in places]}
              for kind, count, places in side.unread]  # fmt: skip
    return {**asdict(side), "sources": [clean(view.names.source(each), 500) for each in side.sources], "unread": unread}
