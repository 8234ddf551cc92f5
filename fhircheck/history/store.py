"""The store of runs: opened by path or URL, written in whole transactions, the same in SQLite and PostgreSQL."""

import contextlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from fhircheck.history import answers as _answers
from fhircheck.history import retention, transfer
from fhircheck.history import runs as _runs
from fhircheck.history.answers import AlertState, Sighting
from fhircheck.history.document import Document, figures
from fhircheck.history.engine import engine_of, prepare_file, read_only_engine, reading, writing
from fhircheck.history.faults import told
from fhircheck.history.place import StorePlace, store_place
from fhircheck.history.transfer import Moved
from fhircheck.history.upgrade import bring_up_to_date, revision
from fhircheck.model.errors import StoreUnusable, UsageError
from fhircheck.model.feedback import Answer
from fhircheck.model.run_history import Pruned, Spared, StoredRun, StoredSeries, TrendPoint

_SERIES = re.compile(r"[^\W_][\w .:+-]{0,119}")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
POINTS = 90
"""Runs a report's trend shows."""


class Store:
    """A history of runs by series.

    All methods raise StoreUnusable (one line, exit code 3) where the database cannot be read or written, and
    UsageError for what makes no sense. May be used by several threads; close it, or use it in a ``with``.
    """

    def __init__(self, engine: Engine, place: StorePlace) -> None:
        self._engine = engine
        self._place = place

    @classmethod
    def open(cls, where: str = "", password: str = "", make: bool = True) -> "Store":
        """Open the store that `where` names (see place.store_place), made or upgraded where that is needed.

        make: also make one where there is none; else that is StoreUnusable. Raises UsageError for a wrong place.
        """
        place = store_place(where, password)
        with told(place):
            return cls(_opened(place, make), place)

    @property
    def name(self) -> str:
        """The store's place as it may be said anywhere: without user and password."""
        return self._place.shown

    def __repr__(self) -> str:
        return f"Store({self.name!r})"

    def close(self) -> None:
        """Give back the connections."""
        self._engine.dispose()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Connection]:
        with told(self._place), reading(self._engine) as connection:
            yield connection

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Connection]:
        with told(self._place), writing(self._engine) as connection:
            yield connection

    def add_run(self, series: str, document: Mapping[str, Any], kept: str = "", answers: Iterable[Answer] = ()) -> int:
        """Remember a report (its JSON form) as the next run of `series`; returns its number, counted from 1.

        One transaction: a killed run leaves nothing. Two writers never get the same number, and a number is never
        given again. kept: why it is never pruned, empty for no reason. answers: those the run itself gives.
        """
        check_series(series)
        check_text(kept, "kept")
        counted, given = figures(document), tuple(answers)
        with self._writing() as connection:
            number = _runs.add(connection, series, counted, document, kept)
            _answers.add_answers(connection, series, given)
        return number

    def series(self) -> tuple[StoredSeries, ...]:
        """All series, by name."""
        with self._reading() as connection:
            return _runs.series(connection)

    def count(self, series: str) -> int:
        """Number of runs of a series."""
        with self._reading() as connection:
            return _runs.count(connection, series)

    def runs(
        self, series: str | None = None, last: int | None = None, until: int | None = None, good: bool = False
    ) -> tuple[StoredRun, ...]:
        """Runs in the order of their numbers, without their documents; last: only so many of the latest.

        until: up to this number. good: only those that could check (exit code 0 or 1).
        """
        with self._reading() as connection:
            return tuple(each for _, each in _runs.listed(connection, series, last, until=until, good=good))

    def latest(self, series: str, good: bool = False) -> StoredRun | None:
        """The latest run; good: the latest that could check. None where there is none."""
        found = self.runs(series, last=1, good=good)
        return found[0] if found else None

    def run(self, series: str, number: int) -> StoredRun | None:
        """A run by its number, None where there is none."""
        with self._reading() as connection:
            found = _runs.listed(connection, series, numbers=(number,))
        return found[0][1] if found else None

    def named(self, name: str) -> StoredRun:
        """The run that ``series@12``, ``series@latest``, ``series@previous`` or ``series`` (the latest) names.

        Raises UsageError where there is none.
        """
        series, at, which = name.rpartition("@")
        if not at:
            series, which = name, "latest"
        found: tuple[StoredRun, ...] = ()
        if which in ("latest", "previous"):
            found = self.runs(series, last=1 if which == "latest" else 2)
            found = found[:1] if which == "latest" or len(found) == 2 else ()
        elif which.isascii() and which.isdecimal() and len(which) < 10:
            found = tuple(filter(None, [self.run(series, int(which))]))
        else:
            raise UsageError(f"{name}: a run is named SERIES@NUMBER, SERIES@latest or SERIES@previous")
        if not found:
            known = [each.name for each in self.series()]
            hint = f"there is no such run of {series}" if series in known else _no_series(series, known)
            raise UsageError(f"{name}: {hint} (history {self.name})")
        return found[0]

    def with_previous(self, name: str) -> tuple[StoredRun, StoredRun]:
        """The run before the one that `name` names (see `named`), and that one. Raises UsageError for none."""
        run = self.named(name)
        before = self.runs(run.series, last=2, until=run.number)
        if len(before) < 2:
            raise UsageError(f"{run.name}: there is no run before it (history {self.name})")
        return before[0], before[1]

    def document(self, series: str, number: int) -> Document:
        """The report of a run as JSON values. Raises UsageError where there is no such run."""
        with self._reading() as connection:
            found = _runs.document(connection, series, number)
        if found is None:
            raise UsageError(f"{series}@{number}: there is no such run (history {self.name})")
        return found

    def points(
        self, series: str, last: int | None = POINTS, until: int | None = None, measures: bool = True
    ) -> tuple[TrendPoint, ...]:
        """Points of the trend, in the order of numbers; see `runs`."""
        with self._reading() as connection:
            return _runs.points(connection, series, last, until, measures)

    def issue_counts(self, series: str, last: int | None = POINTS) -> dict[int, tuple[tuple[str, str, int], ...]]:
        """Findings by (severity, kind, count) of the latest runs, by the run's number."""
        with self._reading() as connection:
            return _runs.issue_counts(connection, series, last)

    def keep(self, series: str, number: int, reason: str) -> None:
        """Say why a run is never pruned (a baseline...); an empty reason lets it be pruned again."""
        check_text(reason, "reason")
        with self._writing() as connection:
            if not _runs.keep(connection, series, number, reason):
                raise UsageError(f"{series}@{number}: there is no such run (history {self.name})")

    def prune(
        self,
        series: str | None = None,
        keep: int | None = None,
        older_than: timedelta | None = None,
        now: datetime | None = None,
        dry_run: bool = False,
        even_needed: bool = False,
    ) -> Pruned:
        """Remove runs that are neither among the latest `keep` nor younger than `older_than`; of all series for None.

        What is spared, and why, is said in the result; see history/retention. dry_run: only say it.
        """
        if keep is None and older_than is None:
            raise UsageError("prune: say how many runs to keep, or how old they may become")
        if keep is not None and keep < 1:
            raise UsageError("prune: keep must be at least 1")
        before = (now or datetime.now(UTC)) - older_than if older_than is not None else None
        names = [each.name for each in self.series()] if series is None else [series]
        removed: list[StoredRun] = []
        spared: list[Spared] = []
        for name in names:
            with self._reading() if dry_run else self._writing() as connection:
                found, ids = retention.chosen(connection, name, keep, before, even_needed)
                if ids and not dry_run:
                    retention.remove(connection, name, ids)
            removed += found.removed
            spared += found.spared
        if removed and not dry_run:
            with contextlib.suppress(StoreUnusable), told(self._place):  # what was removed is removed
                retention.give_back(self._engine)
        return Pruned(tuple(removed), tuple(spared))

    def add_answers(self, series: str, answers: Iterable[Answer]) -> None:
        """Write answers to the end of the log: all of them, or none."""
        check_series(series)
        given = tuple(answers)
        for each in given:
            for text in (each.fingerprint, each.reason, each.owner, each.expires, each.comment, each.author):
                check_text(text, "answer")
        with self._writing() as connection:
            _answers.add_answers(connection, series, given)

    def answers(self, series: str, fingerprint: str | None = None) -> tuple[Answer, ...]:
        """Answers in the order they were given; the last one to a fingerprint counts."""
        with self._reading() as connection:
            return _answers.answers(connection, series, fingerprint)

    def sightings(self, series: str) -> dict[str, Sighting]:
        """By fingerprint, in which runs its findings were seen first and last; also in runs that were pruned."""
        with self._reading() as connection:
            return _answers.sightings(connection, series)

    def alert_states(self, series: str) -> dict[str, AlertState]:
        """Where alerts stand, by key."""
        with self._reading() as connection:
            return _answers.alert_states(connection, series)

    def set_alert_states(self, series: str, states: Iterable[AlertState], forget: Iterable[str] = ()) -> None:
        """Write states of alerts (those of the same keys are replaced) and forget keys, in one transaction."""
        with self._writing() as connection:
            _answers.set_alert_states(connection, series, states)
            _answers.forget_alert_states(connection, series, forget)

    @contextlib.contextmanager
    def exported(self, series: str | None = None) -> Iterator[tuple[Iterator[str], Moved]]:
        """Lines of the whole history, or of one series, as they are at one moment; and how much they are."""
        moved = Moved()
        with self._reading() as connection:
            yield transfer.exported(connection, series, moved), moved

    def take_in(self, lines: Iterable[str]) -> Moved:
        """Take in what `exported` gave, all or nothing; runs keep their numbers. Raises UsageError naming the line."""
        with self._writing() as connection:
            return transfer.imported(connection, lines, check_series)


def _opened(place: StorePlace, make: bool) -> Engine:
    none = StoreUnusable(f"history {place.shown}: there is none yet; fhircheck check --history makes it")
    if place.path is not None:
        if not make and not place.path.exists():
            raise none
        if _locked_away(place):
            return read_only_engine(place)
        prepare_file(place.path)
    engine = engine_of(place)
    if not make and revision(engine) is None:
        raise none
    bring_up_to_date(engine, place)
    return engine


def _locked_away(place: StorePlace) -> bool:
    """Whether the file can be read but neither it nor its folder be written: then it is only read."""
    path = place.path
    assert path is not None
    return path.is_file() and path.stat().st_size > 0 and not os.access(path.parent, os.W_OK)


def _no_series(series: str, known: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(series, known, n=1)
    return "there is no such series" + (f"; did you mean {near[0]}?" if near else "")


def check_series(name: str) -> None:
    """Raises UsageError where `name` is no name of a series: letters, digits, spaces and ``_ . : + -``, up to 120."""
    if not _SERIES.fullmatch(name) or name != name.strip():
        raise UsageError(
            "series: a name begins with a letter or digit and goes on with them, spaces and . : + - _, up to 120 in all"
        )


def check_text(text: str, what: str, longest: int = 4_000) -> None:
    """Raises UsageError where `text` cannot be kept by every database, or is too long."""
    if _UNSTORABLE.search(text):
        raise UsageError(f"{what}: holds characters that are no text")
    if len(text) > longest:
        raise UsageError(f"{what}: longer than {longest} characters")
