"""Runs, changes and a store in memory, for tests of alerts."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from fhircheck.history.answers import AlertState
from fhircheck.model.alert import AlertItem, AlertMessage, Condition, RunFacts
from fhircheck.model.change import Change
from fhircheck.model.report import RunReport, Verdict
from fhircheck.model.run_history import RunHistory
from fhircheck.monitor.alerts.conditions import facts_of
from tests.golden.sample_reports import CLEAN, EVERYTHING

DAY = datetime(2026, 3, 1, 6, tzinfo=UTC)
STOPPED = Change("feed-stopped", "Observation", before=1200, after=0, alarming=True, statistic="poisson")
NEW_KIND = Change("issue-kind-new", "mojibake", before=0, after=12, alarming=True)
QUIET = Change("issue-kind-gone", "max-length", before=3, after=0)
HOSTILE = Change("system-new", 'Observation.code|http://x/<b>"*_`[a](b)&\x1b[31m\n', before=0, after=1, alarming=True)


class States:
    """Alert states as the store keeps them."""

    def __init__(self) -> None:
        self.kept: dict[str, AlertState] = {}
        self.documents: list[dict[str, Any]] = []

    def alert_states(self, series: str) -> dict[str, AlertState]:
        return dict(self.kept)

    def set_alert_states(self, series: str, states: Iterable[AlertState], forget: Iterable[str] = ()) -> None:
        self.kept.update({each.key: each for each in states})
        for key in forget:
            self.kept.pop(key, None)

    def runs(self, series: str, last: int) -> list[Any]:
        return [SimpleNamespace(number=number) for number in range(len(self.documents))][-last:]

    def document(self, series: str, number: int) -> dict[str, Any]:
        return self.documents[number]


def report(day: int = 0, exit_code: int = 0, changes: tuple[Change, ...] = (), base: RunReport = CLEAN) -> RunReport:
    """A report of the `day`-th day."""
    started = (DAY + timedelta(days=day)).isoformat()
    reasons = {0: (), 1: ("1,243 errors",), 3: ("coverage 10% is under the 50% asked for",)}[exit_code]
    return replace(
        base, header=replace(base.header, started=started), verdict=Verdict(exit_code, reasons),
        history=RunHistory("lab", (), "run 1", changes),
    )  # fmt: skip


def facts(each: RunReport) -> RunFacts:
    return facts_of(each, "lab", 7)


def message(*changes: Change, link: str = "", test: bool = False, base: RunReport = EVERYTHING) -> AlertMessage:
    """A message about `changes` and a verdict."""
    run = facts(report(0, 3, changes, base))
    found = [Condition("could-not-check", "could-not-check", run.started, ("coverage 10%",))]
    found += [Condition(f"change {each.key}", "change", run.started, change=each) for each in changes]
    items = () if test else tuple(AlertItem(each, "alarm", "lab", "hook") for each in found)
    return AlertMessage(run, items, DAY.isoformat(), link, test)


def table(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, **more}
