"""Findings of the latest run of a series and where they stand; one of them with its answers so far."""

from typing import Any

from fhircheck.history.feedback import states
from fhircheck.model.feedback import STATES, FindingState
from fhircheck.model.issue import SEVERITIES, Issue
from fhircheck.model.report import RunReport
from fhircheck.report.german import kind_texts
from fhircheck.report.kinds import ISSUE_KINDS
from fhircheck.report.messages import message
from fhircheck.report.read_report import read_report
from fhircheck.report.shown import View
from fhircheck.serve.pages.rendering import render
from fhircheck.serve.pages.visit import Visit
from fhircheck.serve.pages.words import say

ROWS = 50
"""Findings of one page."""


def findings(visit: Visit, store: Any, series: str, fault: str = "", entered: dict[str, Any] | None = None) -> str:
    """The findings of the latest run. Raises LookupError where there is no such series.

    fault, entered: what an answer lacks that was sent from this page, and what was entered.
    """
    number, standing = latest_states(store, series)
    chosen = [each for each in standing if _fits(each, visit)]
    first = (visit.whole("page", 1) - 1) * ROWS
    counted = {state: sum(each.state == state for each in standing) for state in STATES}
    return render(
        "findings.html",
        visit,
        f"{series} · {say(visit.language, 'findings')}",
        series=series,
        run_number=number,
        rows=chosen[first : first + ROWS],
        matching=len(chosen),
        all=len(standing),
        page=first // ROWS + 1,
        pages=max(-(-len(chosen) // ROWS), 1),
        counted=counted,
        states=STATES,
        severities=SEVERITIES,
        fault=fault,
        entered=entered or {},
        meaning=meanings(read_report(store.document(series, number)), visit.language),
    )


def finding(
    visit: Visit, store: Any, series: str, fingerprint: str, fault: str = "", entered: dict[str, Any] | None = None
) -> str:
    """One finding. Raises LookupError where neither the latest run nor an answer knows it."""
    number, standing = latest_states(store, series)
    state = next((each for each in standing if each.fingerprint == fingerprint), None)
    if state is None:
        raise LookupError(fingerprint)
    kind = ISSUE_KINDS.get(state.kind)
    return render(
        "finding.html",
        visit,
        f"{series} · {state.kind or fingerprint}",
        series=series,
        run_number=number,
        state=state,
        kind=kind_texts(kind, visit.language) if kind else None,
        log=tuple(reversed(store.answers(series, fingerprint))),
        fault=fault,
        entered=entered or {},
        meaning=meanings(read_report(store.document(series, number)), visit.language),
    )


def latest_states(store: Any, series: str) -> tuple[int, tuple[FindingState, ...]]:
    """Number of the latest run, and where its findings stand. Raises LookupError where there is no such series."""
    latest = store.latest(series)
    if latest is None:
        raise LookupError(series)
    before = store.runs(series, last=2)
    earlier = store.document(series, before[0].number) if len(before) == 2 else None
    return latest.number, states(store, series, store.document(series, latest.number), earlier)


def meanings(report: RunReport, language: str) -> dict[str, str]:
    """The words of one example of each fingerprint; values of the data are in none."""
    view, found = View("serve", language), dict[str, Issue]()
    for group in report.issues:
        for issue in group.examples:
            found.setdefault(issue.fingerprint, issue)
    return {fingerprint: message(issue, view) for fingerprint, issue in found.items()}


def _fits(state: FindingState, visit: Visit) -> bool:
    """Whether it is one of those that the query asks for."""
    text = visit.asked("text").strip().casefold()
    searched = " ".join((state.kind, state.expression, state.definition, state.profile, state.fingerprint))
    return (
        visit.asked("state") in ("", state.state)
        and visit.asked("severity") in ("", state.severity)
        and (not text or text in searched.casefold())
    )
