"""An alert as plain JSON values: the contract is alert.schema.json."""

from fractions import Fraction
from typing import Any

from fhircheck.model.alert import AlertItem, AlertMessage, RunFacts
from fhircheck.model.change import Amount, Change
from fhircheck.report.alert_words import item_line, title
from fhircheck.report.numbers import rounded

FORMAT = "fhircheck-alert"
FORMAT_VERSION = "1.0"


def alert_form(message: AlertMessage, language: str) -> dict[str, Any]:
    """The message, members in the schema's order."""
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "id": message.id,
        "test": message.test,
        "status": message.telling,
        "at": message.at,
        "series": message.run.series,
        "title": title(message, language),
        "link": message.link or None,
        "run": _run(message.run),
        "items": [_item(each, language) for each in message.items],
    }


def _run(run: RunFacts) -> dict[str, Any]:
    return {
        "number": run.number,
        "started": run.started,
        "version": run.version,
        "duration": run.duration,
        "outcome": run.outcome,
        "exit_code": run.exit_code,
        "fault": run.fault or None,
        "resources": run.resources,
        "errors": run.errors,
        "warnings": run.warnings,
        "coverage": None if run.coverage is None else rounded(run.coverage),
        "scores": [{"name": name, "value": None if value is None else rounded(value)} for name, value in run.scores],
    }


def _item(item: AlertItem, language: str) -> dict[str, Any]:
    condition = item.condition
    return {
        "id": item.id,
        "key": condition.key,
        "kind": condition.kind,
        "status": item.telling,
        "since": condition.since,
        "text": item_line(item, language),
        "reasons": list(condition.reasons),
        "change": None if condition.change is None else _change(condition.change),
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "what": change.what,
        "group": change.group or None,
        "before": _amount(change.before),
        "after": _amount(change.after),
        "statistic": change.statistic or None,
        "value": change.value,
        "threshold": change.threshold,
        "source": change.source or None,
    }


def _amount(value: Amount) -> int | float | str | None:
    return rounded(value) if isinstance(value, Fraction) else value
