"""What is told, when, and only once: the states of one receiver over days of runs."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fhircheck.model.alert import AlertMessage
from fhircheck.model.change import Change
from fhircheck.model.errors import CouldNotCheck, UsageError
from fhircheck.model.job import Job, JobHistory
from fhircheck.model.report import Verdict
from fhircheck.model.run_history import RunHistory
from fhircheck.monitor.alerts import ALERTS, notify
from fhircheck.monitor.alerts.conditions import facts_of, failed_run
from fhircheck.monitor.alerts.failed_run import run_failed, tell_failed_run
from fhircheck.monitor.alerts.metrics_text import metrics_text
from fhircheck.monitor.alerts.receiver import NotDelivered, Snapshot
from fhircheck.monitor.log import EventLog
from fhircheck.registry import Registry
from fhircheck.report.history_form import history_form
from fhircheck.report.shown import Disguise
from tests.unit.monitor.alerts.sample_runs import DAY, NEW_KIND, QUIET, STOPPED, States, facts, report, table

CHANGE = "change feed-stopped Observation"


class Ear:
    """A receiver that notes what it is told; down: it takes nothing."""

    name, summary, every_run, properties, required = "ear", "Notes.", False, {}, ()

    def __init__(self) -> None:
        self.heard: list[AlertMessage] = []
        self.down = False

    def check(self, table: Mapping[str, Any]) -> None:
        """All is well."""

    def send(self, table: Mapping[str, Any], message: AlertMessage, language: str) -> str:
        if self.down:
            raise NotDelivered("HTTP 503")
        self.heard.append(message)
        return ""

    def said(self) -> list[tuple[str, str]]:
        """What was told since this was asked last."""
        told = [(each.condition.key, each.telling) for message in self.heard for each in message.items]
        self.heard = []
        return told


@pytest.fixture
def ear(monkeypatch: pytest.MonkeyPatch) -> Ear:
    made = Ear()
    monkeypatch.setattr(notify, "ALERTS", Registry("receivers", made))
    return made


class Week:
    """Runs of one series, one after the other."""

    def __init__(self, ear: Ear, **settings: Any) -> None:
        self.ear, self.states, self.settings = ear, States(), settings

    def run(self, day: float, exit_code: int = 0, *changes: Change, fault: str = "") -> list[tuple[str, str]]:
        made = report(0, exit_code, changes)
        started = DAY + timedelta(days=day)
        made = replace(made, header=replace(made.header, started=started.isoformat()))
        run = failed_run("lab", started.isoformat(), fault) if fault else facts(made)
        moment = started + timedelta(minutes=5)
        done = notify.notify([table("ear", **self.settings)], run, None if fault else made, self.states, now=moment)
        self.remarks = [each.said for each in done]
        if not fault:
            self.states.documents.append({"history": history_form(RunHistory("lab", (), "", changes))})
        return self.ear.said()


def test_a_change_is_told_once_and_grouped(ear: Ear) -> None:
    week = Week(ear)
    assert week.run(0) == []
    assert week.run(1, 0, STOPPED, NEW_KIND, QUIET) == [(CHANGE, "alarm"), ("change issue-kind-new mojibake", "alarm")]
    assert week.run(2, 0, STOPPED) == []
    assert week.run(2, 0, STOPPED) == []  # the run repeated
    assert week.run(3) == []  # a change that is not seen again is not over
    assert week.run(4, 0, STOPPED) == [(CHANGE, "alarm")]


def test_a_verdict_is_told_when_it_changes_and_when_it_is_over(ear: Ear) -> None:
    week = Week(ear)
    assert week.run(0, 1) == [("findings", "alarm")]
    assert week.run(1, 1) == []
    assert week.run(2, 3) == [("could-not-check", "alarm")]  # of the findings nothing is known
    assert week.run(3, 1) == [("could-not-check", "resolved")]
    assert week.run(4, 0) == [("findings", "resolved")]
    assert week.run(5, 0) == []


def test_a_run_without_a_report_tells_why_and_that_nothing_else_is_over(ear: Ear) -> None:
    week = Week(ear)
    week.run(0, 1, STOPPED)
    assert week.run(1, fault="server: no connection") == [("could-not-check", "alarm")]
    assert week.run(2, 1, STOPPED) == [("could-not-check", "resolved")]


def test_what_flaps_is_told_once_within_the_cool_down(ear: Ear) -> None:
    week = Week(ear, cool_down="12h")
    hour = 1 / 24
    told = [week.run(number * hour, number % 2) for number in range(16)]
    alarms = [number for number, each in enumerate(told) if ("findings", "alarm") in each]
    assert alarms == [1, 13]
    assert [number for number, each in enumerate(told) if ("findings", "resolved") in each] == [2, 14]
    week = Week(ear, cool_down="12h", resolved=False)
    assert [week.run(number * hour, code) for number, code in enumerate((1, 0, 1, *[1] * 12))] == [
        [("findings", "alarm")], *[[]] * 11, [("findings", "alarm")], [], []
    ]  # fmt: skip


def test_it_is_told_again_where_that_is_asked_for_under_other_ids(ear: Ear) -> None:
    states, told, ids = States(), [], []
    for day in range(7):
        made = report(day, 1)
        notify.notify([table("ear", remind="2d")], facts(made), made, states, now=DAY + timedelta(days=day))
        ids += [item.id for message in ear.heard for item in message.items]
        told.append([each for _, each in ear.said()])
    assert told == [["alarm"], [], ["reminder"], [], ["reminder"], [], ["reminder"]]
    assert len(set(ids)) == 4


def test_what_a_dead_receiver_missed_is_told_by_a_later_run_under_the_same_id(ear: Ear) -> None:
    week = Week(ear)
    ear.down = True
    assert week.run(0, 0, STOPPED) == []
    assert week.remarks == ["alert ear: not delivered: HTTP 503; the next run tries again"]
    due = week.states.kept[f"ear {CHANGE}"]
    ear.down = False
    made = report(1)
    notify.notify([table("ear")], facts(made), made, week.states, now=DAY)
    (item,) = ear.heard[0].items
    assert (item.condition.key, item.telling, item.condition.since) == (CHANGE, "alarm", due.since)
    assert item.condition.change
    assert item.condition.change.before == 1200  # as the run said that saw it
    assert ear.said()
    assert week.run(2) == []


def test_a_run_killed_between_sending_and_noting_is_told_again_under_the_same_id(ear: Ear) -> None:
    states, made = States(), report(0, 0, (STOPPED,))

    class Killed(States):
        def set_alert_states(self, series: str, states_: Any, forget: Any = ()) -> None:
            if ear.heard:
                raise KeyboardInterrupt
            states.set_alert_states(series, states_, forget)

    with pytest.raises(KeyboardInterrupt):
        notify.notify([table("ear")], facts(made), made, Killed(), now=DAY)
    first = ear.heard[0]
    ear.heard = []
    again = report(1, 0, (STOPPED,))
    notify.notify([table("ear")], facts(again), again, states, now=DAY + timedelta(days=1))
    assert ear.heard[0].id == first.id
    assert week_is_quiet(ear, states)


def week_is_quiet(ear: Ear, states: States) -> bool:
    ear.said()
    made = report(2, 0, (STOPPED,))
    notify.notify([table("ear")], facts(made), made, states, now=DAY + timedelta(days=2))
    return ear.said() == []


def test_that_it_is_over_is_told_too_where_the_receiver_was_down(ear: Ear) -> None:
    week = Week(ear)
    week.run(0, 1)
    ear.down = True
    week.run(1, 0)
    ear.down = False
    assert week.run(2, fault="no connection") == [("could-not-check", "alarm"), ("findings", "resolved")]
    assert week.run(3, 0) == [("could-not-check", "resolved")]
    week.run(4, 1)
    ear.down = True
    week.run(5, 0)
    ear.down = False
    assert week.run(6, 1) == [("findings", "alarm")]  # it was over in between; whether that was heard, nobody knows


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"on": ["changes"]}, [(CHANGE, "alarm"), ("change issue-kind-new mojibake", "alarm")]),
        ({"on": ["findings"]}, [("findings", "alarm")]),
        ({"kinds": ["issue-kind-new"], "on": ["changes"]}, [("change issue-kind-new mojibake", "alarm")]),
        ({"enabled": False}, []),
    ],
)
def test_only_what_was_asked_for_is_told(ear: Ear, settings: dict[str, Any], told: list[Any]) -> None:
    assert Week(ear, **settings).run(0, 1, STOPPED, NEW_KIND) == told


def test_what_is_not_wanted_any_more_is_not_said_to_be_over(ear: Ear) -> None:
    week = Week(ear)
    week.run(0, 1)
    week.settings = {"on": ["changes"]}
    assert week.run(1, 1) == []
    assert week.run(2, 0) == []


def test_a_run_that_saw_no_data_tells_of_no_change(ear: Ear) -> None:
    empty = replace(report(0, 3, (STOPPED,)), resources=())
    states = States()
    notify.notify([table("ear")], facts(empty), empty, states)
    assert ear.said() == [("could-not-check", "alarm")]
    partly = report(1, 3, (STOPPED,))
    notify.notify([table("ear")], facts(partly), partly, states)
    assert ear.said() == [(CHANGE, "alarm")]


def test_without_a_history_that_can_be_used_only_what_must_not_be_missed_is_told(ear: Ear) -> None:
    for _ in range(2):  # by every run, since nothing can be noted
        made = report(0, 3, (STOPPED,))
        notify.notify([table("ear")], facts(made), made, None)
        assert ear.said() == [("could-not-check", "alarm")]
    made = report(0, 1, (STOPPED,))
    notify.notify([table("ear")], facts(made), made, None)
    assert ear.said() == []


@pytest.mark.parametrize("broken", [False, True])
def test_a_run_that_fails_whole_is_told_of(ear: Ear, tmp_path: Path, broken: bool) -> None:
    store = tmp_path / "history.sqlite"
    if broken:
        store.write_bytes(b"no database, " * 100)
    lines: list[str] = []
    log = EventLog(lines.append, "json", "lab", "run")
    job = Job(
        "lab", ("in/mueller.json",), alerts=(table("ear"),), history=JobHistory(str(store)), hash_ids=True,
    )  # fmt: skip
    for day in range(2):
        tell_failed_run(job, DAY + timedelta(days=day), "rubric in/mueller.json: no such file", 2, log)
    assert "mueller" not in str(ear.heard)
    assert "no such file" in str(ear.heard)
    assert ear.said() == [("could-not-check", "alarm")] * (2 if broken else 1)
    assert [json.loads(each)["event"] for each in lines] == ["alert-told"] * 2
    tell_failed_run(Job("lab", ()), DAY, "x", 2, log)
    assert len(lines) == 2


@pytest.mark.parametrize(
    ("error", "told", "said"),
    [
        (RuntimeError("Frau Müller"), 1, "a bug in fhircheck: RuntimeError"),
        (UsageError("rubric x: no such file"), 1, "rubric x: no such file"),
        (CouldNotCheck("another run holds the lock"), 0, "another run holds the lock"),
    ],
)
def test_what_ended_a_run_is_told_but_not_that_another_one_is_under_way(
    ear: Ear, tmp_path: Path, error: Exception, told: int, said: str
) -> None:
    lines: list[str] = []
    job = Job("lab", (), alerts=(table("ear"),), history=JobHistory(str(tmp_path / "history.sqlite")))
    run_failed(job, DAY, error, EventLog(lines.append, "json", "lab", "run"))
    assert json.loads(lines[0])["error"] == said
    assert len(ear.heard) == told
    assert "Müller" not in str(ear.heard) + str(lines)


def test_one_receiver_that_is_down_keeps_no_other_from_being_told(ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Ear()
    other.name = "other"
    other.down = True
    monkeypatch.setattr(notify, "ALERTS", Registry("receivers", other, ear))
    made = report(0, 1)
    done = notify.notify([table("other"), table("ear"), table("ear", name="two")], facts(made), made, States())
    assert [(each.receiver, each.told, each.fault) for each in done] == [
        ("other", 0, "HTTP 503"), ("ear", 1, ""), ("two", 1, ""),
    ]  # fmt: skip
    assert ear.said() == [("findings", "alarm")] * 2


def test_names_of_files_are_hidden_where_that_is_asked_for(ear: Ear) -> None:
    made = report(0, 3)
    made = replace(
        made, sources=replace(made.sources, names=("in/mueller.json",)),
        verdict=Verdict(3, ("in/mueller.json: cannot be read",)),
        scores=(replace(made.scores[0], name="ai-readiness: mueller.json"),),
    )  # fmt: skip
    facts_ = facts_of(made, "lab", 7, Disguise(b"key"))
    notify.notify([table("ear")], facts_, made, States())
    assert "mueller" not in str(ear.heard)
    assert "cannot be read" in str(ear.heard)
    assert "mueller" not in metrics_text(Snapshot(facts_, made))


def test_every_receiver_describes_itself() -> None:
    for each in ALERTS:
        assert set(each.required) <= each.properties.keys()
        assert all(part.get("description") for part in each.properties.values())
