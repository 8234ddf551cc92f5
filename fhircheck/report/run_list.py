"""Lists of runs as JSON: what a history holds, without the reports themselves."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from fhircheck.model.run_history import Pruned, StoredRun, StoredSeries
from fhircheck.report.ndjson import encoded
from fhircheck.report.numbers import rounded


def series_list(series: Sequence[StoredSeries]) -> str:
    """All series with their first and last runs."""
    return _text(
        "fhircheck-series",
        series=[
            {"name": each.name, "runs": each.runs, "first": _run(each.first), "last": _run(each.last)}
            for each in series
        ],
    )


def run_list(series: str, runs: Sequence[StoredRun]) -> str:
    """Runs of a series, the latest last."""
    return _text("fhircheck-runs", series=series, runs=[_run(each) for each in runs])


def pruned_form(pruned: Pruned, dry_run: bool) -> str:
    """What was removed, and what stays although it is old."""
    return _text(
        "fhircheck-pruned",
        dry_run=dry_run,
        removed=[_run(each) for each in pruned.removed],
        spared=[{"run": _run(each.run), "why": each.why, "detail": each.detail or None} for each in pruned.spared],
    )


def _run(run: StoredRun) -> dict[str, Any]:
    return {
        "series": run.series,
        "number": run.number,
        "started": run.started,
        "finished": run.finished,
        "version": run.version,
        "outcome": run.outcome,
        "exit_code": run.exit_code,
        "resources": run.resources,
        "errors": run.errors,
        "warnings": run.warnings,
        "coverage": _plain(run.coverage),
        "scores": [{"name": name, "value": _plain(value)} for name, value in run.scores],
        "kept": run.kept or None,
    }


def _plain(value: Fraction | None) -> float | None:
    return None if value is None else rounded(value)


def _text(form: str, **members: Any) -> str:
    return encoded({"format": form, "format_version": "1.0", **members}, indent=2) + "\n"
