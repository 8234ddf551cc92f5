"""Laws of alerts: whatever happens to runs and receivers, what a receiver believes in the end is what is so."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from unittest.mock import patch

from hypothesis import example, given
from hypothesis import strategies as st

from fhircheck.model.alert import AlertMessage
from fhircheck.model.change import Change
from fhircheck.monitor.alerts import notify
from fhircheck.monitor.alerts.receiver import NotDelivered
from fhircheck.registry import Registry
from tests.unit.monitor.alerts.sample_runs import DAY, NEW_KIND, STOPPED, States, facts, report, table

Said = list[tuple[str, str, str]]


@dataclass(frozen=True)
class Run:
    """One run: how it ends, after how many hours, and what becomes of the message."""

    exit_code: int
    changes: tuple[Change, ...]
    hours: int
    fate: str


class Ear:
    """A receiver that knows by the id what it was told already."""

    name, summary, every_run, properties, required = "ear", "Notes.", False, {}, ()

    def __init__(self) -> None:
        self.heard: Said = []
        self.ids: set[str] = set()
        self.fate = "heard"

    def send(self, table: Mapping[str, Any], message: AlertMessage, language: str) -> str:
        if self.fate == "down":
            raise NotDelivered("HTTP 503")
        for each in message.items:
            if each.id not in self.ids:
                self.heard.append((each.condition.key, each.telling, each.condition.since))
            self.ids.add(each.id)
        if self.fate == "killed":
            raise KeyboardInterrupt
        return ""

    def believes(self, key: str) -> bool:
        """Whether it takes the condition to hold."""
        told = [telling for each, telling, _ in self.heard if each == key]
        return bool(told) and told[-1] == "alarm"


class Series:
    """Runs of one series, one after the other."""

    def __init__(self) -> None:
        self.ear, self.states, self.now = Ear(), States(), DAY

    def run(self, run: Run) -> Said:
        """What is heard of one run."""
        before = len(self.ear.heard)
        self.now += timedelta(hours=run.hours)
        self.ear.fate = run.fate
        made = report(0, run.exit_code, run.changes)
        ears = Registry("receivers", self.ear)  # type: ignore[type-var]
        with patch.object(notify, "ALERTS", ears), contextlib.suppress(KeyboardInterrupt):
            notify.notify([table("ear")], _at(made, self.now), made, self.states, now=self.now)
        return self.ear.heard[before:]


def _at(made: Any, now: datetime) -> Any:
    return replace(facts(made), started=now.isoformat())


RUNS = st.builds(
    Run,
    st.sampled_from((0, 1, 3)),
    st.sampled_from(((), (STOPPED,), (STOPPED, NEW_KIND))),
    st.sampled_from((1, 24)),
    st.sampled_from(("heard", "heard", "down", "killed")),
)


@example([Run(3, (), 1, "heard"), Run(0, (), 1, "down"), Run(3, (), 1, "heard")], 0)
@example([Run(1, (), 1, "heard"), Run(0, (), 1, "heard"), Run(1, (), 1, "heard")], 3)
@example([Run(3, (), 1, "heard"), Run(0, (), 1, "killed")], 3)
@given(st.lists(RUNS, max_size=12), st.sampled_from((0, 1, 3)))
def test_in_the_end_a_receiver_believes_what_is_so_and_is_told_nothing_twice(runs: list[Run], code: int) -> None:
    series = Series()
    for each in runs:
        series.run(each)
    last = Run(code, (STOPPED,), 24, "heard")
    series.run(last)
    assert series.ear.believes("could-not-check") == (code == 3)
    if code != 3:
        assert series.ear.believes("findings") == (code == 1)
    assert series.ear.believes("change feed-stopped Observation")
    assert series.run(Run(code, (STOPPED,), 1, "heard")) == []
    left = {state.state for state in series.states.kept.values()}
    assert left <= (
        {"alarm", "ok", "held", "doubt"} if code == 3 else {"alarm", "ok"}
    )  # held: of findings nothing is known yet


@given(st.lists(RUNS, max_size=12))
def test_alarm_and_all_clear_take_turns_where_all_is_heard(runs: list[Run]) -> None:
    series = Series()
    for each in runs:
        series.run(replace(each, fate="heard"))
    for key in ("findings", "could-not-check"):
        told = [telling for each, telling, _ in series.ear.heard if each == key]
        assert all(one != other for one, other in pairwise(told))


@given(st.lists(RUNS, max_size=12))
def test_every_alarm_that_began_is_heard_of_in_the_end(runs: list[Run]) -> None:
    series = Series()
    seen = {each.key for run in runs for each in run.changes}
    for each in runs:
        series.run(each)
    series.run(Run(0, (), 24, "heard"))
    assert {key for key, _, _ in series.ear.heard if key.startswith("change")} == {f"change {each}" for each in seen}
