"""One run: what became of it, what changed, and its report in every form."""

from dataclasses import replace
from typing import Any

from fhircheck.model.report import RunReport
from fhircheck.report.change_words import against
from fhircheck.report.read_report import read_report
from fhircheck.serve.pages.change_lines import lines_of
from fhircheck.serve.pages.rendering import render
from fhircheck.serve.pages.report_forms import forms
from fhircheck.serve.pages.visit import Visit
from fhircheck.serve.pages.words import say

POINTS = 90
SHOWN = 100
"""Lines of one table; the report has all."""


def run(visit: Visit, store: Any, series: str, number: int) -> str:
    """One run of a series. Raises LookupError where there is none."""
    found = store.run(series, number)
    if found is None:
        raise LookupError(f"{series}@{number}")
    report = stored_report(store, series, number)
    history = report.history
    return render(
        "run.html",
        visit,
        f"{series} · {say(visit.language, 'run-n', number=number)}",
        run=found,
        report=report,
        latest=store.latest(series).number,
        before=_before(store, series, number),
        totals=report.totals[:SHOWN],
        against=against(history.against, visit.language) if history and history.against else "",
        changes=lines_of(history.changes, visit.language) if history else [],
        forms=forms(),
    )


def stored_report(store: Any, series: str, number: int) -> RunReport:
    """The report of a run, with the points of the runs before it."""
    report = read_report(store.document(series, number))
    if report.history is None:
        return report
    points = store.points(series, POINTS, until=number, measures=False)
    return replace(report, history=replace(report.history, points=points))


def _before(store: Any, series: str, number: int) -> int:
    """Number of the run before, 0 where there is none."""
    runs = store.runs(series, last=2, until=number)
    return int(runs[0].number) if len(runs) == 2 else 0
