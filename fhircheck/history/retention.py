"""Pruning: which runs go, and which stay although they are old, since something needs them."""

from datetime import datetime

from sqlalchemy import Connection, Engine, delete, select

from fhircheck.history.answers import answers
from fhircheck.history.columns import utc
from fhircheck.history.engine import outside_transactions
from fhircheck.history.runs import listed
from fhircheck.history.tables import RUNS, SIGHTINGS
from fhircheck.model.run_history import Pruned, Spared, StoredRun

_AT_ONCE = 500
_HOLES = 0.2
"""Share of a file that may be empty before it is written anew."""


def chosen(
    connection: Connection, series: str, keep: int | None, older_than: datetime | None, even_needed: bool
) -> tuple[Pruned, list[int]]:
    """What pruning would remove of `series`, with the rows' ids.

    A run goes when it is neither among the latest `keep` nor younger than `older_than`, as far as they are given. The
    latest run and the latest that could check always stay; those that are kept, and those that show an answered
    finding last, stay unless `even_needed`.
    """
    found = listed(connection, series)
    old = found[: len(found) - keep] if keep else list(found)
    if older_than is not None:
        old = [(run, each) for run, each in old if utc(each.started) < older_than]
    if not old:
        return Pruned(()), []
    always, needed = _always([each for _, each in found]), _needed(connection, series)
    spared: list[Spared] = []
    removed: list[tuple[int, StoredRun]] = []
    for run, each in old:
        why = _why(each, always, {} if even_needed else needed, even_needed)
        if why is None:
            removed.append((run, each))
        else:
            spared.append(why)
    return Pruned(tuple(each for _, each in removed), tuple(spared)), [run for run, _ in removed]


def _always(runs: list[StoredRun]) -> dict[int, str]:
    good = [each.number for each in runs if each.exit_code < 2]
    return {**({good[-1]: "last-good"} if good else {}), runs[-1].number: "latest"}


def _needed(connection: Connection, series: str) -> dict[int, int]:
    """Runs that show an answered finding last, with the number of such findings."""
    states = {each.fingerprint: each.state for each in answers(connection, series)}
    answered = {name for name, state in states.items() if state != "open"}
    if not answered:
        return {}
    needed: dict[int, int] = {}
    wanted = select(SIGHTINGS.c.fingerprint, SIGHTINGS.c.last_number).where(SIGHTINGS.c.series == series)
    for fingerprint, number in connection.execute(wanted):
        if fingerprint in answered:
            needed[number] = needed.get(number, 0) + 1
    return needed


def _why(run: StoredRun, always: dict[int, str], needed: dict[int, int], even_needed: bool) -> Spared | None:
    if run.number in always:
        return Spared(run, always[run.number])
    if run.kept and not even_needed:
        return Spared(run, "kept", run.kept)
    if run.number in needed:
        return Spared(run, "answered", str(needed[run.number]))
    return None


def remove(connection: Connection, series: str, ids: list[int]) -> None:
    """Remove runs with all that belongs to them, and the sightings nobody needs any more."""
    for begin in range(0, len(ids), _AT_ONCE):
        connection.execute(delete(RUNS).where(RUNS.c.id.in_(ids[begin : begin + _AT_ONCE])))
    left = listed(connection, series)
    answered = {each.fingerprint for each in answers(connection, series)}
    wanted = select(SIGHTINGS.c.fingerprint).where(SIGHTINGS.c.series == series)
    gone = connection.execute(wanted.where(SIGHTINGS.c.last_number < left[0][1].number)).scalars()
    forgotten = [each for each in gone if each not in answered]
    for begin in range(0, len(forgotten), _AT_ONCE):
        some = SIGHTINGS.c.fingerprint.in_(forgotten[begin : begin + _AT_ONCE])
        connection.execute(delete(SIGHTINGS).where(SIGHTINGS.c.series == series, some))


def give_back(engine: Engine) -> None:
    """Write SQLite's file anew where much of it is empty; PostgreSQL does so by itself."""
    if engine.dialect.name != "sqlite":
        return
    empty, pages = (outside_transactions(engine, f"PRAGMA {name}") for name in ("freelist_count", "page_count"))
    if empty > pages * _HOLES:
        outside_transactions(engine, "VACUUM")
