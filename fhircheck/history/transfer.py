"""A history as lines of JSON: to keep a copy, or to move from SQLite to PostgreSQL. What goes out comes in the same."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from sqlalchemy import Connection, insert, select

from fhircheck.history import answers as _answers
from fhircheck.history import runs as _runs
from fhircheck.history.answers import AlertState, Sighting
from fhircheck.history.document import figures
from fhircheck.history.tables import ALERT_STATES, ANSWERS, RUNS, SERIES
from fhircheck.model.errors import UsageError
from fhircheck.model.feedback import STATES, Answer

FORMAT = "fhircheck-history"
FORMAT_VERSION = "1.0"


@dataclass(slots=True)
class Moved:
    """How much went out or came in."""

    series: int = 0
    runs: int = 0
    answers: int = 0
    alert_states: int = 0


def exported(connection: Connection, wanted: str | None, moved: Moved) -> Iterator[str]:
    """The lines of a history, or of one series of it; `moved` counts them. One run is in memory at a time."""
    yield _line({"format": FORMAT, "format_version": FORMAT_VERSION})
    for name, last_number in _series(connection, wanted):
        moved.series += 1
        yield _line({"series": name, "last_number": last_number})
        for number, kept in connection.execute(
            select(RUNS.c.number, RUNS.c.kept).where(RUNS.c.series == name).order_by(RUNS.c.number)
        ).all():
            moved.runs += 1
            document = _runs.document(connection, name, number)
            yield _line({"series": name, "run": {"number": number, "kept": kept, "document": document}})
        for sighting in _answers.sightings(connection, name).values():
            yield _line({"series": name, "sighting": asdict(sighting)})
        for answer in _answers.answers(connection, name):
            moved.answers += 1
            yield _line({"series": name, "answer": asdict(answer)})
        for state in _answers.alert_states(connection, name).values():
            moved.alert_states += 1
            yield _line({"series": name, "alert_state": asdict(state)})


def _series(connection: Connection, wanted: str | None) -> list[tuple[str, int]]:
    """Names of all series, also of those that have answers or states of alerts alone, with their last numbers."""
    found = dict.fromkeys(connection.execute(select(ANSWERS.c.series).distinct()).scalars(), 0)
    found |= dict.fromkeys(connection.execute(select(ALERT_STATES.c.series).distinct()).scalars(), 0)
    found |= {row.name: row.last_number for row in connection.execute(select(SERIES.c.name, SERIES.c.last_number))}
    return sorted((name, number) for name, number in found.items() if wanted in (None, name))


def _line(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False) + "\n"


def imported(connection: Connection, lines: Iterable[str], check: Callable[[str], None]) -> Moved:
    """Take lines in; runs keep their numbers. `check` judges names of series.

    Raises UsageError, naming the line, for what is not a history, and for a series that is there already: in the
    caller's transaction, so that all comes in or nothing.
    """
    moved, place = Moved(), 0
    try:
        for place, line in enumerate(lines, 1):
            value = json.loads(line)
            if place == 1:
                _check_format(value)
            elif not _take(connection, value, check, moved):
                raise UsageError("not a line of a history")
    except UsageError as fault:
        raise UsageError(f"line {place}: {fault}") from None
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as fault:
        raise UsageError(f"line {place}: not a line of a history ({type(fault).__name__})") from None
    if not place:
        raise UsageError("not a history: the file is empty")
    return moved


def _check_format(value: Any) -> None:
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise UsageError("not a history (fhircheck history export)")
    if str(value.get("format_version")).partition(".")[0] != FORMAT_VERSION.partition(".")[0]:
        raise UsageError("a history of a form that this version of fhircheck does not know")


def _take(connection: Connection, value: Mapping[str, Any], check: Callable[[str], None], moved: Moved) -> bool:
    """Take one line in. False where it is none of ours."""
    series = value["series"]
    if "last_number" in value:
        check(series)
        _new_series(connection, series, int(value["last_number"]))
        moved.series += 1
    elif "run" in value:
        run = value["run"]
        found = figures(run["document"])
        _runs.put(connection, series, int(run["number"]), found, run["document"], str(run["kept"]))
        moved.runs += 1
    elif "sighting" in value:
        _runs.put_sighting(connection, series, Sighting(**value["sighting"]))
    elif "answer" in value:
        answer = _of(Answer, value["answer"])
        if answer.state not in STATES:
            raise UsageError("no such state of an answer")
        _answers.add_answers(connection, series, [answer])
        moved.answers += 1
    elif "alert_state" in value:
        _answers.set_alert_states(connection, series, [_of(AlertState, value["alert_state"])])
        moved.alert_states += 1
    else:
        return False
    return True


def _of(kind: Any, value: Mapping[str, Any]) -> Any:
    """One of `kind`, whose fields are all texts."""
    return kind(**{each.name: str(value[each.name]) for each in fields(kind)})


def _new_series(connection: Connection, series: str, last_number: int) -> None:
    for table, column in ((SERIES, SERIES.c.name), (ANSWERS, ANSWERS.c.series), (ALERT_STATES, ALERT_STATES.c.series)):
        if connection.execute(select(column).select_from(table).where(column == series).limit(1)).first():
            raise UsageError(f"the series {series} is there already")
    if last_number:
        connection.execute(insert(SERIES).values(name=series, last_number=last_number))
