"""One side is read: its units in portions, spread over processes, and their rows kept in parts."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fhircheck import __version__
from fhircheck.distribute import executor_for
from fhircheck.distribute.narrowing import Narrowing
from fhircheck.model.connection import DEFAULT_CONNECTION, Connection
from fhircheck.model.errors import UsageError
from fhircheck.model.record import Lost
from fhircheck.reconcile.lost_portions import smaller, unmade
from fhircheck.reconcile.parts import Parts, Progress, SideFacts
from fhircheck.reconcile.row_pass import Portion, RowPlan, RowsMade, row_pass
from fhircheck.reconcile.rules import Rules
from fhircheck.reconcile.units import Unit, portions_of, units_of
from fhircheck.sources.chunked import chunked
from fhircheck.sources.options import ReadOptions
from fhircheck.sources.service_base import service_base

CHUNK_BYTES = 1 << 20
"""About what one portion holds. Rows of portions of another size cannot be gone on with."""

Tick = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two stores. name: ``before`` or ``after``. sources: files, folders, patterns, URLs, as given.

    bases: addresses of the server the data is from, so that its absolute references are its own. connection: how
    servers among the sources are spoken to.
    """

    name: str
    sources: tuple[str, ...]
    bases: tuple[str, ...] = ()
    connection: Connection = DEFAULT_CONNECTION

    def fingerprint(self, rules: Rules) -> str:
        """Hash over all that the rows of this side depend on beside its data."""
        return rules.fingerprint(self.name, __version__, str(CHUNK_BYTES), *self.own_bases())

    def check_bases(self) -> None:
        """Raises UsageError where a base is no address."""
        for base in self.bases:
            if not base.lower().startswith(("http://", "https://")):
                raise UsageError(f"--{self.name}-base {base}: must be the address of a FHIR server")

    def own_bases(self) -> tuple[str, ...]:
        """The addresses of the side's own servers, each with a slash at its end."""
        servers = [service_base(each) for each in self.sources if each.lower().startswith(("http://", "https://"))]
        found = (each.rstrip("/") + "/" for each in (*self.bases, *servers))
        return tuple(sorted(dict.fromkeys(found), key=len, reverse=True))


def read_side(side: Side, rules: Rules, folder: Path, jobs: int, *, offline: bool, tick: Tick | None) -> SideFacts:
    """Read a side; its rows are in `folder` then. What an earlier try has left there is used.

    Raises UsageError for sources that make no sense, CouldNotCheck for one that cannot be read at all.
    """
    options = ReadOptions(chunk_bytes=CHUNK_BYTES, offline=offline, connection=side.connection, own_process=True)
    side.check_bases()
    units, missing = units_of(side.sources, options)
    parts = Parts(folder)
    progress, facts = parts.resume(units)
    plan = RowPlan(rules, side.own_bases(), rename=side.name == "before")
    ended: list[int] = []
    portions = _portions(units, progress, options, ended)
    # portions of small files together, so that one task is worth its way to another process
    for made in _rows(plan, chunked(portions, options.chunk_bytes), jobs):
        facts.add(made)
        parts.add(made)
        if made.done:
            _settle(parts, ended, made.done)
        if tick is not None:
            tick(facts.resources, facts.bytes)
    for unit in ended:
        parts.finish(unit)
    parts.write()
    for issue in missing:
        facts.unread.add(issue.kind, issue.place.source, 0)
    return facts


def _rows(plan: RowPlan, tasks: Iterator[list[Portion]], jobs: int) -> Iterator[RowsMade]:
    """The rows of all tasks, in their order; records that no process survives count as not read."""
    executor: Any
    executor, number = executor_for(jobs)
    for made in Narrowing(row_pass, plan, smaller).results(iter(executor.run(row_pass, plan, tasks, number))):
        yield unmade(made) if isinstance(made, Lost) else made


def _portions(units: list[Unit], progress: Progress, options: ReadOptions, ended: list[int]) -> Iterator[Portion]:
    """What is left to read; the number of a unit goes into `ended` when its last portion is on its way."""
    for unit in units:
        number = progress.numbers[unit.key]
        if number in progress.finished:
            continue
        for portion in portions_of(unit, number, options, progress.done.get(number, set())):
            progress.done.setdefault(number, set())
            yield portion
        ended.append(number)


def _settle(parts: Parts, ended: list[int], done: list[tuple[int, int]]) -> None:
    """Results come in order: a unit that has ended before the one that has just come is there whole."""
    latest = done[-1][0] if done else -1
    while ended and ended[0] != latest:
        parts.finish(ended.pop(0))
