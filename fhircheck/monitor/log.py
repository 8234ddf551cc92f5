"""What a scheduled run does, one event a line: JSON for machines, or text. No values of the data, no secrets."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from fhircheck.model.errors import UsageError
from fhircheck.registry import Registry

Level = Literal["info", "warning", "error"]
LogFormat = Literal["none", "text", "json"]
Value = str | int | float | bool | None
Write = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Event:
    """A type of event. fields: what it says beside time, level, event, job and run."""

    name: str
    level: Level
    summary: str
    fields: tuple[str, ...] = ()


EVENTS: Registry[Event] = Registry(
    "events",
    Event("run-started", "info", "The job file was read and the run begins.", ("version", "sources", "deadline")),
    Event("lock-waiting", "info", "Another run of the job is under way and is waited for.", ("pid", "host", "since")),
    Event(
        "lock-stale", "warning", "An earlier run ended without a word (killed, power cut).", ("pid", "host", "since")
    ),
    Event("increment-chosen", "info", "What is read: all, or what has changed.", ("scope", "since", "reason")),
    Event("export-started", "info", "A server is asked for a Bulk Data export.", ("server", "since")),
    Event("export-finished", "info", "The export is here.", ("server", "resources", "bytes", "complete", "duration")),
    Event("note", "info", "Something that is not plain, in words.", ("note",)),
    Event("check-started", "info", "Reading and checking begin.", ("sources",)),
    Event("check-progress", "info", "Every minute: how much was checked so far.", ("records", "bytes", "duration")),
    Event(
        "check-finished",
        "info",
        "All was checked, measured and scored.",
        ("files", "records", "bytes", "resources", "errors", "warnings", "coverage", "duration"),
    ),
    Event("check-failed", "error", "The check could not be made: a source, package or server.", ("error", "duration")),
    Event(
        "deadline-reached",
        "error",
        "Time is up: the rest was not checked, or not written.",
        ("deadline", "records", "error"),
    ),
    Event("server-judged", "info", "A server was judged.", ("server", "exit_code", "duration")),
    Event("server-failed", "error", "A server could not be judged.", ("server", "error")),
    Event(
        "history-written", "info", "The run is in the history.", ("series", "number", "changes", "alarming", "duration")
    ),
    Event("history-failed", "error", "The history cannot be used: nothing is compared or remembered.", ("error",)),
    Event("history-pruned", "info", "Old runs were removed.", ("series", "removed")),
    Event("output-written", "info", "A report was written.", ("file", "format", "bytes")),
    Event("output-failed", "error", "A report could not be written.", ("file", "error")),
    Event("alert-told", "info", "A receiver was told so many things; none where nothing is new.", ("receiver", "told")),
    Event("alert-failed", "warning", "A receiver could not be told; the next run tries again.", ("receiver", "error")),
    Event("run-finished", "info", "The end.", ("exit_code", "outcome", "reasons", "duration")),
    Event("run-failed", "error", "The end, without a report.", ("exit_code", "error", "duration")),
    Event("run-interrupted", "error", "The end: a signal came. Nothing is remembered.", ("signal", "duration")),
)


class EventLog:
    """Writes events of one run. write: takes a line, None for no log. run: a name of this run alone."""

    def __init__(self, write: Write | None, form: LogFormat, job: str, run: str) -> None:
        self._write, self._form, self._job, self.run = write, form, job, run
        self._start = time.monotonic()

    @property
    def duration(self) -> float:
        """Seconds since the run began, to the millisecond."""
        return round(time.monotonic() - self._start, 3)

    def event(self, name: str, **given: Value) -> None:
        """Write an event; it has to be in EVENTS with all that is given."""
        entry = EVENTS[name]
        unknown = given.keys() - set(entry.fields)
        if unknown:
            raise ValueError(f"event {name} has no fields {sorted(unknown)}")
        if self._write is None:
            return
        if "duration" in entry.fields:
            given.setdefault("duration", self.duration)
        moment = datetime.now(UTC).isoformat(timespec="milliseconds")
        head: dict[str, Value] = {
            "time": moment,
            "level": entry.level,
            "event": name,
            "job": self._job,
            "run": self.run,
        }
        self._write(_line({**head, **given}, self._form))


def _line(fields: dict[str, Value], form: LogFormat) -> str:
    from fhircheck.report.shown import clean

    safe = {name: clean(value, longest=1000) if isinstance(value, str) else value for name, value in fields.items()}
    if form == "json":
        return json.dumps(safe, ensure_ascii=False) + "\n"
    head = f"{safe.pop('time')} {str(safe.pop('level')).upper():7} {safe.pop('event')}"
    return " ".join([head, *(f"{name}={_word(value)}" for name, value in safe.items() if value is not None)]) + "\n"


def _word(value: Value) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return json.dumps(text, ensure_ascii=False) if " " in text or '"' in text or not text else text


@contextmanager
def opened_log(form: LogFormat, path: str | None) -> Iterator[Write | None]:
    """A function that takes a line: to stderr, or to the end of the file at `path`. None where no log is asked for.

    A line is written as a whole, so that several runs may share a file. Raises UsageError where it cannot be opened.
    """
    if form == "none":
        yield None
        return
    if path is None:
        yield _to_stderr
        return
    try:
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    except OSError as error:
        raise UsageError(f"--log-file {path}: {(error.strerror or 'cannot be written').lower()}") from None
    try:
        yield lambda line: _append(handle, line)
    finally:
        os.close(handle)


def _append(handle: int, line: str) -> None:
    """A full disk must not end the run."""
    try:
        os.write(handle, line.encode("utf-8", "replace"))
    except OSError:
        return


def _to_stderr(line: str) -> None:
    try:
        sys.stderr.write(line.encode(sys.stderr.encoding or "utf-8", "replace").decode(sys.stderr.encoding or "utf-8"))
        sys.stderr.flush()
    except OSError:
        return
