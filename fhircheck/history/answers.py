"""Answers to findings (a log that only grows), where findings were seen, and which alerts were said."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import cast

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from fhircheck.history.tables import ALERT_STATES, ANSWERS, SIGHTINGS
from fhircheck.model.feedback import Answer, State

_ANSWER = ("fingerprint", "state", "reason", "owner", "expires", "comment", "author", "at", "origin")
_STATE = ("key", "state", "since", "said")


@dataclass(frozen=True, slots=True)
class Sighting:
    """Runs of a series in which the findings of a fingerprint were seen first and last. started: ISO 8601."""

    fingerprint: str
    first_number: int
    first_started: str
    last_number: int
    last_started: str


@dataclass(frozen=True, slots=True)
class AlertState:
    """Where an alert stands. key: what it is about. since: when it came to this state. said: when somebody was told
    last, empty for never. Both ISO 8601."""

    key: str
    state: str
    since: str
    said: str = ""


def add_answers(connection: Connection, series: str, answers: Iterable[Answer]) -> None:
    """Write answers to the end of the log."""
    rows = [{"series": series, **asdict(each)} for each in answers]
    if rows:
        connection.execute(insert(ANSWERS), rows)


def answers(connection: Connection, series: str, fingerprint: str | None = None) -> tuple[Answer, ...]:
    """Answers in the order they were given; the last one to a fingerprint counts."""
    wanted = select(*(ANSWERS.c[name] for name in _ANSWER)).where(ANSWERS.c.series == series).order_by(ANSWERS.c.id)
    if fingerprint is not None:
        wanted = wanted.where(ANSWERS.c.fingerprint == fingerprint)
    return tuple(
        Answer(row.fingerprint, cast(State, row.state), row.reason, row.owner, row.expires, row.comment, row.author,
               row.at, row.origin)
        for row in connection.execute(wanted)
    )  # fmt: skip


def sightings(connection: Connection, series: str) -> dict[str, Sighting]:
    """By fingerprint."""
    columns = (SIGHTINGS.c.fingerprint, SIGHTINGS.c.first_number, SIGHTINGS.c.first_started, SIGHTINGS.c.last_number,
               SIGHTINGS.c.last_started)  # fmt: skip
    rows = connection.execute(select(*columns).where(SIGHTINGS.c.series == series).order_by(SIGHTINGS.c.fingerprint))
    return {row.fingerprint: Sighting(*row) for row in rows}


def alert_states(connection: Connection, series: str) -> dict[str, AlertState]:
    """By key."""
    wanted = select(*(ALERT_STATES.c[name] for name in _STATE)).where(ALERT_STATES.c.series == series)
    return {row.key: AlertState(*row) for row in connection.execute(wanted.order_by(ALERT_STATES.c.key))}


def set_alert_states(connection: Connection, series: str, states: Iterable[AlertState]) -> None:
    """Write states; those of the same keys are replaced."""
    rows = [{"series": series, **asdict(each)} for each in states]
    if not rows:
        return
    written = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(ALERT_STATES)
    changed = {name: getattr(written.excluded, name) for name in _STATE[1:]}
    connection.execute(written.on_conflict_do_update(index_elements=["series", "key"], set_=changed), rows)


def forget_alert_states(connection: Connection, series: str, keys: Iterable[str]) -> None:
    """Remove the states of `keys`."""
    named = ALERT_STATES.c.key.in_(list(keys))
    connection.execute(delete(ALERT_STATES).where(ALERT_STATES.c.series == series, named))
