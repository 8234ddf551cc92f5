"""A run that is remembered: what was answered before counts in it, and what has changed since is said with it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from fhircheck.history.document import Document
from fhircheck.history.feedback import accepted_issues, for_report, regressions, states
from fhircheck.history.place import store_place
from fhircheck.history.store import POINTS, Store, check_series
from fhircheck.model.change import Change
from fhircheck.model.errors import StoreUnusable, UsageError
from fhircheck.model.job import Job
from fhircheck.model.report import RunReport
from fhircheck.model.run_history import RunHistory, StoredRun
from fhircheck.model.settings import AcceptedIssue
from fhircheck.report.json import document as json_document
from fhircheck.report.shown import OPEN, Disguise, View

Judge = Callable[[Store, str, Document], tuple[str, tuple[Change, ...]]]
"""(store, series, this run's document) -> (what it is measured against, what has changed)."""


def unjudged(store: Store, series: str, document: Document) -> tuple[str, tuple[Change, ...]]:
    """Nothing is compared."""
    return "", ()


def remember(
    report: RunReport,
    store: Store,
    series: str,
    names: Disguise = OPEN,
    judge: Judge = unjudged,
    now: datetime | None = None,
) -> RunReport:
    """Remember `report` as the next run of `series`; gives it with its history, its changes and its findings' states.

    names: what hides ids and file names, in the store as in the report; values of the data are never remembered. The
    run and the answers it gives itself (findings that have returned) are stored in one transaction. Raises
    StoreUnusable, UsageError.
    """
    view = View("check", "en", names=names)
    latest = store.latest(series)
    earlier = store.document(series, latest.number) if latest is not None else None
    form = json_document(report, view)
    started = report.header.started
    returned, answers, standing = regressions(states(store, series, form, earlier, now), started)
    against, changes = judge(store, series, form)
    report = replace(
        report,
        states=for_report(standing),
        history=RunHistory(series, (), against, (*returned, *changes)),  # points are read again when they are shown
    )
    number = store.add_run(series, json_document(report, view), answers=answers)
    return with_points(report, store, number)


def with_points(report: RunReport, store: Store, number: int) -> RunReport:
    """`report`, which is run `number` of its series, with the points of the runs before it and its own."""
    if report.history is None:
        return report
    points = store.points(report.history.series, POINTS, until=number, measures=False)
    return replace(report, history=replace(report.history, points=points))


def recalled(store: Store, run: StoredRun) -> RunReport:
    """The report of a run that was remembered, with the points of its series up to it. Raises UsageError."""
    from fhircheck.report.read_report import read_report

    try:
        report = read_report(store.document(run.series, run.number))
    except UsageError as fault:
        raise UsageError(f"{run.name}: {fault}") from None
    return with_points(report, store, run.number)


class Memory:
    """Where a run is to be remembered. Where the store cannot be used the run goes on, and says so: see `fault`."""

    def __init__(self, where: str, series: str, password: str = "", judge: Judge = unjudged) -> None:
        """where, password: see history/place. Raises UsageError where one of them makes no sense."""
        store_place(where, password)
        check_series(series)
        self.series = series
        self.fault = ""
        self._place: dict[str, Any] = {"where": where, "password": password}
        self._judge = judge

    def accepted(self) -> tuple[AcceptedIssue, ...]:
        """What was accepted by answers so far; asked before the run, so that a store out of reach is known early."""
        try:
            with Store.open(**self._place) as store:
                latest = store.latest(self.series)
                known = store.document(self.series, latest.number) if latest is not None else None
                return accepted_issues(store, self.series, known)
        except StoreUnusable as fault:
            self.fault = str(fault)
            return ()

    def remember(self, report: RunReport, names: Disguise = OPEN) -> RunReport:
        """`report` as `remember` gives it; as it is, with a note, where it could not be remembered."""
        try:
            with Store.open(**self._place) as store:
                return remember(report, store, self.series, names, self._judge)
        except (StoreUnusable, UsageError) as fault:  # also what an old report in the store lacks: the run is over
            self.fault = str(fault)
            return replace(report, notes=(*report.notes, f"{fault}: this run is not remembered"))

    def tell(self, report: RunReport, job: Job, names: Disguise = OPEN) -> list[str]:
        """Tell the receivers of `job` of a report that was remembered here; a line for each that somebody should know.

        Nothing is told of a report that could not be remembered: what receivers know of could not be noted.
        """
        from fhircheck.monitor.alerts.conditions import facts_of
        from fhircheck.monitor.alerts.notify import notify

        if report.history is None or not report.history.points:
            return []
        facts = facts_of(report, self.series, report.history.points[-1].number, names)
        try:
            with Store.open(**self._place) as store:
                told = notify(job.alerts, facts, report, store, language=job.language)
        except StoreUnusable as fault:
            self.fault = str(fault)
            return []
        return [each.said for each in told if each.said]
