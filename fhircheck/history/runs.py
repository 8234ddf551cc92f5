"""Runs in a store: added in one transaction, listed without unpacking their documents."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from fhircheck.history.answers import Sighting
from fhircheck.history.document import Document, Figures, packed, unpacked
from fhircheck.history.tables import DOCUMENTS, ISSUE_COUNTS, MEASURES, RUNS, SCORES, SERIES, SIGHTINGS
from fhircheck.model.run_history import StoredRun, StoredSeries, TrendPoint

_LISTED = (
    RUNS.c.id, RUNS.c.series, RUNS.c.number, RUNS.c.started, RUNS.c.finished, RUNS.c.version, RUNS.c.outcome,
    RUNS.c.exit_code, RUNS.c.resources, RUNS.c.errors, RUNS.c.warnings, RUNS.c.coverage_exact, RUNS.c.kept,
)  # fmt: skip
_AT_ONCE = 500


def add(connection: Connection, series: str, figures: Figures, document: Mapping[str, Any], kept: str = "") -> int:
    """Add a run and return its number, the next of its series. The connection is in a writing transaction."""
    number = _next_number(connection, series)
    put(connection, series, number, figures, document, kept)
    _see(connection, series, number, figures)
    return number


def put(
    connection: Connection, series: str, number: int, figures: Figures, document: Mapping[str, Any], kept: str
) -> None:
    """Write a run under its number."""
    row = {**figures.run, "series": series, "number": number, "kept": kept}
    run = connection.execute(insert(RUNS).values(row)).inserted_primary_key
    assert run is not None
    for table, rows in ((SCORES, figures.scores), (MEASURES, figures.measures), (ISSUE_COUNTS, figures.issue_counts)):
        if rows:
            connection.execute(insert(table), [{"run_id": run[0], **each} for each in rows])
    connection.execute(insert(DOCUMENTS).values(run_id=run[0], packed=packed(document)))


def _upsert(connection: Connection, table: Any) -> Any:
    return (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)


def _next_number(connection: Connection, series: str) -> int:
    """Take the next number; whoever takes one of the same series meanwhile waits until this transaction is over."""
    first = _upsert(connection, SERIES).values(name=series, last_number=1)
    taken = first.on_conflict_do_update(index_elements=["name"], set_={"last_number": SERIES.c.last_number + 1})
    connection.execute(taken)
    found = connection.execute(select(SERIES.c.last_number).where(SERIES.c.name == series)).scalar_one()
    return int(found)


def _see(connection: Connection, series: str, number: int, figures: Figures) -> None:
    """Note that the findings of these fingerprints were seen."""
    if not figures.fingerprints:
        return
    started = figures.run["started"]
    seen = _upsert(connection, SIGHTINGS)
    seen = seen.on_conflict_do_update(
        index_elements=["series", "fingerprint"],
        set_={"last_number": seen.excluded.last_number, "last_started": seen.excluded.last_started},
    )
    same = {"series": series, "first_number": number, "first_started": started, "last_number": number,
            "last_started": started}  # fmt: skip
    connection.execute(seen, [{"fingerprint": each, **same} for each in figures.fingerprints])


def put_sighting(connection: Connection, series: str, sighting: Sighting) -> None:
    """Write a sighting as it is."""
    connection.execute(insert(SIGHTINGS).values(series=series, **asdict(sighting)))


def listed(
    connection: Connection,
    series: str | None = None,
    last: int | None = None,
    numbers: Iterable[int] | None = None,
    until: int | None = None,
    good: bool = False,
) -> list[tuple[int, StoredRun]]:
    """Rows of `runs` with their ids, in the order of numbers; last: only so many of the latest.

    until: up to this number. good: only those that could check.
    """
    wanted = select(*_LISTED)
    if series is not None:
        wanted = wanted.where(RUNS.c.series == series)
    if numbers is not None:
        wanted = wanted.where(RUNS.c.number.in_(list(numbers)))
    if until is not None:
        wanted = wanted.where(RUNS.c.number <= until)
    if good:
        wanted = wanted.where(RUNS.c.exit_code < 2)
    order = (RUNS.c.number.desc(), RUNS.c.id.desc())
    rows = connection.execute(wanted.order_by(*order).limit(last)).all()[::-1]
    scores = _scores(connection, [row.id for row in rows])
    return [(row.id, _stored(row, scores.get(row.id, ()))) for row in rows]


def _stored(row: Any, scores: Iterable[Any]) -> StoredRun:
    return StoredRun(
        row.series, row.number, row.started, row.finished, row.version, row.outcome, row.exit_code, row.resources,
        row.errors, row.warnings, row.coverage_exact, tuple(scores), row.kept,
    )  # fmt: skip


def _scores(connection: Connection, ids: list[int]) -> dict[int, list[tuple[str, Any]]]:
    wanted = select(SCORES.c.run_id, SCORES.c.name, SCORES.c.exact).order_by(SCORES.c.run_id, SCORES.c.position)
    return _by_run(connection, wanted, SCORES.c.run_id, ids)


def _measures(connection: Connection, ids: list[int]) -> dict[int, list[tuple[str, Any]]]:
    wanted = select(MEASURES.c.run_id, MEASURES.c.name, MEASURES.c.passed, MEASURES.c.judged)
    ordered = wanted.order_by(MEASURES.c.run_id, MEASURES.c.position)
    return _by_run(connection, ordered, MEASURES.c.run_id, ids)


def _by_run(connection: Connection, wanted: Select[Any], column: Any, ids: list[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for begin in range(0, len(ids), _AT_ONCE):
        some = ids[begin : begin + _AT_ONCE]
        for run, *rest in connection.execute(wanted.where(column.in_(some))):
            found[run].append(tuple(rest))
    return found


def points(
    connection: Connection, series: str, last: int | None, until: int | None = None, measures: bool = True
) -> tuple[TrendPoint, ...]:
    """Points of the trend, in the order of numbers; see `listed`."""
    found = listed(connection, series, last, until=until)
    counted: dict[int, list[Any]] = _measures(connection, [run for run, _ in found]) if measures else {}
    return tuple(
        TrendPoint(each.number, each.started, each.outcome, each.resources, each.errors, each.warnings, each.scores,
                   tuple(counted.get(run, ())))
        for run, each in found
    )  # fmt: skip


def issue_counts(connection: Connection, series: str, last: int | None) -> dict[int, tuple[tuple[str, str, int], ...]]:
    """Findings by (severity, kind, count) of the latest runs, by the run's number."""
    found = listed(connection, series, last)
    wanted = select(ISSUE_COUNTS.c.run_id, ISSUE_COUNTS.c.severity, ISSUE_COUNTS.c.kind, ISSUE_COUNTS.c.count)
    ordered = wanted.order_by(ISSUE_COUNTS.c.run_id, ISSUE_COUNTS.c.position)
    counts = _by_run(connection, ordered, ISSUE_COUNTS.c.run_id, [run for run, _ in found])
    return {each.number: tuple(counts.get(run, ())) for run, each in found}


def document(connection: Connection, series: str, number: int) -> Document | None:
    """The document of a run, None where there is no such run."""
    joined = select(DOCUMENTS.c.packed).join(RUNS, RUNS.c.id == DOCUMENTS.c.run_id)
    row = connection.execute(joined.where(RUNS.c.series == series, RUNS.c.number == number)).first()
    return unpacked(row.packed, f"{series}@{number}") if row is not None else None


def series(connection: Connection) -> tuple[StoredSeries, ...]:
    """All series that have runs, by name."""
    wanted = select(RUNS.c.series, func.count(), func.min(RUNS.c.number), func.max(RUNS.c.number))
    found = []
    for name, count, first, latest in connection.execute(wanted.group_by(RUNS.c.series).order_by(RUNS.c.series)):
        ends = [each for _, each in listed(connection, name, numbers=(first, latest))]
        found.append(StoredSeries(name, count, ends[0], ends[-1]))
    return tuple(sorted(found, key=lambda each: each.name))


def count(connection: Connection, series: str) -> int:
    """Number of runs of a series."""
    return int(connection.execute(select(func.count()).where(RUNS.c.series == series)).scalar_one())


def keep(connection: Connection, series: str, number: int, reason: str) -> bool:
    """Say why a run is never pruned, or with an empty reason that it may be. False where there is no such run."""
    changed = update(RUNS).where(RUNS.c.series == series, RUNS.c.number == number).values(kept=reason)
    return connection.execute(changed).rowcount > 0
