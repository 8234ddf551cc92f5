"""One run: what became of it, what changed, and its report in every form."""

import base64
import hashlib
import re
from dataclasses import replace
from typing import Any

from fhircheck.model.report import RunReport
from fhircheck.report.change_words import against
from fhircheck.report.read_report import read_report
from fhircheck.report.shown import View
from fhircheck.serve.pages.change_lines import lines_of
from fhircheck.serve.pages.rendering import render
from fhircheck.serve.pages.visit import Visit
from fhircheck.serve.pages.words import say

POINTS = 90
SHOWN = 100
"""Lines of one table; the report has all."""

MEDIA: dict[str, tuple[str, str]] = {
    "html": ("html", "text/html; charset=utf-8"),
    "text": ("txt", "text/plain; charset=utf-8"),
    "markdown": ("md", "text/markdown; charset=utf-8"),
    "json": ("json", "application/json"),
    "csv": ("csv", "text/csv; charset=utf-8"),
    "csv-measures": ("measures.csv", "text/csv; charset=utf-8"),
    "sarif": ("sarif", "application/sarif+json"),
    "junit": ("xml", "application/xml"),
    "operation-outcome": ("outcome.json", "application/fhir+json"),
    "measure-report": ("measure-report.json", "application/fhir+json"),
}
"""Form of a report -> ending of its file's name, media type."""


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


def report_policy(html: str) -> str:
    """The Content-Security-Policy of the HTML report, a file with its style and script in it: that very script may
    run, and no other."""
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", html, re.DOTALL)
    hashes = {base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in scripts}
    allowed = " ".join(f"'sha256-{each}'" for each in sorted(hashes)) or "'none'"
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


def file_name(series: str, number: int) -> str:
    """A name for the file of a report, of harmless characters alone."""
    return (
        "".join(each if each.isascii() and (each.isalnum() or each in "-_") else "-" for each in series) + f"-{number}"
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


def forms() -> list[str]:
    """Forms that a stored report can be shown in: all but those that need every finding while the run goes on."""
    from fhircheck.report import RENDERERS

    return [name for name in MEDIA if name in RENDERERS]


def report_form(report: RunReport, form: str, language: str) -> str:
    """A stored report in one form. Raises LookupError where there is no such form."""
    from fhircheck.report import RENDERERS

    if form not in MEDIA or form not in RENDERERS:
        raise LookupError(form)
    view, parts = View("check", language), list[str]()
    sink = RENDERERS[form].sink(view, parts.append)
    if sink is not None:
        for group in report.issues:
            sink(list(group.examples))
    RENDERERS[form].finish(report, view, parts.append)
    return "".join(parts)
