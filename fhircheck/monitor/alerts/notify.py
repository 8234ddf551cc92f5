"""Tell all receivers of a run: figures to those that keep them, and what has changed to those who are to know."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol, cast

from fhircheck.history.answers import AlertState
from fhircheck.model.alert import AlertItem, AlertMessage, Condition, ConditionKind, RunFacts
from fhircheck.model.change import Change
from fhircheck.model.errors import UsageError
from fhircheck.model.report import RunReport
from fhircheck.monitor.alerts import ALERTS
from fhircheck.monitor.alerts.conditions import change_condition, conditions, undecided
from fhircheck.monitor.alerts.receiver import Gauge, Messenger, NotDelivered, Snapshot, Table, name_of, wish_of
from fhircheck.monitor.alerts.telling import plan
from fhircheck.report.history_form import read_history
from fhircheck.report.stored_node import Node

RECALLED = 10
"""Earlier runs that are looked through for a change that is still to be told."""
_SUCCESS = "last-success"


class AlertStore(Protocol):
    """What of the store is needed here."""

    def alert_states(self, series: str) -> dict[str, AlertState]:
        """Where alerts stand, by key."""

    def set_alert_states(self, series: str, states: Iterable[AlertState], forget: Iterable[str] = ()) -> None:
        """Write states, and forget keys, in one transaction."""

    def runs(self, series: str, last: int) -> Sequence[Any]:
        """The latest runs, in the order of their numbers (`number`)."""

    def document(self, series: str, number: int) -> Mapping[str, Any]:
        """The report of a run as JSON values."""


class _Forgetful:
    """In the place of a history that is not there: it keeps nothing."""

    def alert_states(self, series: str) -> dict[str, AlertState]:
        """None."""
        return {}

    def set_alert_states(self, series: str, states: Iterable[AlertState], forget: Iterable[str] = ()) -> None:
        """Forget them."""

    def runs(self, series: str, last: int) -> Sequence[Any]:
        """None."""
        return ()

    def document(self, series: str, number: int) -> Mapping[str, Any]:
        """Nothing."""
        return {}


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came of one receiver. told: number of things it was told; figures that were published are none.

    fault: why it was not reached; what it was to be told stays to be told by the next run. remark: who was left out.
    """

    receiver: str
    told: int = 0
    fault: str = ""
    remark: str = ""

    @property
    def said(self) -> str:
        """What somebody should know, in one line; empty where all is well."""
        if self.fault:
            return f"alert {self.receiver}: not delivered: {self.fault}; the next run tries again"
        return f"alert {self.receiver}: {self.remark}" if self.remark else ""


def notify(
    tables: Iterable[Table],
    run: RunFacts,
    report: RunReport | None,
    store: AlertStore | None,
    *,
    language: str = "en",
    now: datetime | None = None,
) -> tuple[Delivery, ...]:
    """Tell the receivers of a job (tables [[alerts]], checked) of a run.

    A receiver that is down keeps no other from being told, and does not change the exit code: what it was to be told
    stays to be told by the next run. report: None where the run came to none. store: None where there is no history or
    it cannot be used: then nothing can be noted, so figures are published, and that a check was not possible is told
    by every such run.

    Raises StoreUnusable where the history cannot be read or written.
    """
    moment = now or datetime.now(UTC)
    states = store.alert_states(run.series) if store is not None else {}
    snapshot = Snapshot(run, report, _success(run, states, store))
    done = []
    for table in tables:
        receiver, name = ALERTS[table["type"]], name_of(table)
        try:
            if not table.get("enabled", True):
                continue
            if receiver.every_run:
                cast(Gauge, receiver).publish(table, snapshot)
                done.append(Delivery(name))
            else:
                memory = store if store is not None else _Forgetful()
                done.append(_tell(cast(Messenger, receiver), table, snapshot, memory, states, language, moment))
        except NotDelivered as fault:
            done.append(Delivery(name, fault=str(fault)))
    return tuple(done)


def _tell(
    receiver: Messenger,
    table: Table,
    snapshot: Snapshot,
    store: AlertStore,
    states: Mapping[str, AlertState],
    language: str,
    now: datetime,
) -> Delivery:
    """Tell one receiver what has changed for it. Its states are written before it is told, and once it was."""
    wish, run, report = wish_of(table), snapshot.run, snapshot.report

    def unknown(key: str) -> bool:
        return undecided(run, report, key)

    def recalled(key: str, since: str) -> Condition:
        return recall(key, since, _earlier(store, run.series))

    holding = conditions(run, report)
    if isinstance(store, _Forgetful):
        holding = tuple(each for each in holding if each.kind == "could-not-check")
    steps = plan(wish, holding, states, unknown, recalled, run.started, now)
    if steps.before or steps.forget:
        store.set_alert_states(run.series, steps.before, steps.forget)
    if not steps.told:
        return Delivery(wish.name)
    items = tuple(AlertItem(each, telling, run.series, wish.name, said) for each, telling, said in steps.told)
    message = AlertMessage(run, items, now.isoformat(), str(table.get("link", "")))
    remark = receiver.send(table, message, str(table.get("language", language)))
    store.set_alert_states(run.series, steps.after)
    return Delivery(wish.name, len(items), remark=remark)


def _earlier(store: AlertStore, series: str) -> Iterator[Mapping[str, Any]]:
    """Reports of the series, the latest first."""
    return (store.document(series, each.number) for each in reversed(store.runs(series, last=RECALLED)))


def recall(key: str, since: str, documents: Iterable[Mapping[str, Any]]) -> Condition:
    """A condition of an earlier run: of a change, what that run said of it, or else what its key says."""
    if not key.startswith("change "):
        return Condition(key, cast(ConditionKind, key), since)
    for document in documents:
        for change in _changes(document):
            if f"change {change.key}" == key:
                return change_condition(change, since)
    kind, _, what = key.removeprefix("change ").partition(" ")
    return change_condition(Change(cast(Any, kind), what, alarming=True), since)


def _changes(document: Mapping[str, Any]) -> tuple[Change, ...]:
    """The changes of a stored report; none where it cannot be read any more."""
    try:
        history = read_history(Node(document).child("history"))
    except UsageError:
        return ()
    return history.changes if history is not None else ()


def _success(run: RunFacts, states: Mapping[str, AlertState], store: AlertStore | None) -> float | None:
    """When the latest run began that could check; noted for the next one."""
    if run.exit_code in (0, 1):
        if store is not None:
            store.set_alert_states(run.series, [AlertState(_SUCCESS, "ok", run.started)])
        return _seconds(run.started)
    known = states.get(_SUCCESS)
    return _seconds(known.since) if known is not None else None


def _seconds(started: str) -> float | None:
    try:
        return datetime.fromisoformat(started).timestamp()
    except ValueError:
        return None


def trial_message(series: str, now: datetime | None = None, link: str = "") -> AlertMessage:
    """A message that says of itself that it is a test."""
    from fhircheck import __version__

    moment = (now or datetime.now(UTC)).isoformat()
    run = RunFacts(series, moment, "no-errors-found", 0, version=__version__)
    return AlertMessage(run, (), moment, link, test=True)


def send_test(table: Table, series: str, language: str = "en", now: datetime | None = None) -> str:
    """Send a receiver a message marked as a test, or show that its figures can be put in place.

    Nothing is noted as told. Gives a remark or an empty text. Raises NotDelivered.
    """
    receiver = ALERTS[table["type"]]
    message = trial_message(series, now, str(table.get("link", "")))
    if not receiver.every_run:
        return cast(Messenger, receiver).send(table, message, str(table.get("language", language)))
    cast(Gauge, receiver).publish(table, Snapshot(message.run, None))
    return "its figures are those of the test until the next run"
