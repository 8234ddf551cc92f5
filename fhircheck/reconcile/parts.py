"""The rows of one side on disk: parts that appear whole or not at all, so that a killed comparison can go on.

A part is a folder with a Parquet file for each table and ``part.json``: which portions of which units are in it.
"""

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fhircheck.measures.portability_counts import PortabilityCounts
from fhircheck.model.errors import CouldNotCheck
from fhircheck.reconcile.columns import RESOURCES, TABLES, schemas
from fhircheck.reconcile.lost_portions import DIED
from fhircheck.reconcile.row_pass import RowsMade, Unread, add_facts
from fhircheck.reconcile.units import Unit

ROWS = 150_000
"""Resources a part."""
MANIFEST = "part.json"
_NEW = ".new"


@dataclass(slots=True)
class Progress:
    """What is done of a side. numbers: key of a unit -> its number; done: its portions; finished: it is read whole."""

    numbers: dict[str, int] = field(default_factory=dict)
    done: dict[int, set[int]] = field(default_factory=dict)
    finished: set[int] = field(default_factory=set)


@dataclass(slots=True)
class SideFacts:
    """What is known of a side beside its rows. kept: resources that came from parts of an earlier try."""

    names: dict[int, tuple[str, str]] = field(default_factory=dict)
    used: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    unread: Unread = field(default_factory=Unread)
    sources: dict[int, str] = field(default_factory=dict)
    portability: PortabilityCounts = field(default_factory=PortabilityCounts)
    resources: int = 0
    bytes: int = 0
    kept: int = 0

    def add(self, made: RowsMade) -> None:
        """Add what a pass has found."""
        add_facts(self, made)


class Parts:
    """The parts of one side in `folder`; only this process writes them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._rows = 0
        self._tables: dict[str, list[Any]] = {name: [] for name in TABLES}
        self._made = RowsMade()
        self._finished: list[int] = []
        self._next = 0
        self._numbers: dict[int, Unit] = {}
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    # -- what an earlier try has left ----------------------------------------------------------

    def resume(self, units: list[Unit]) -> tuple[Progress, SideFacts]:
        """What is done already; parts of units that have changed, or cannot be gone on with, are taken away."""
        progress, facts = Progress(), SideFacts()
        parts = dict(self._parts())
        lost = _drop_stale(parts, {unit.key: unit for unit in units})
        for part in parts.values():
            _take(part, lost, progress, facts)
        taken = set(progress.numbers.values())
        free = (number for number in range(len(units) + len(taken)) if number not in taken)
        for unit in units:
            if unit.key not in progress.numbers:
                progress.numbers[unit.key] = next(free)
            self._numbers[progress.numbers[unit.key]] = unit
        facts.sources = {number: unit.shown for number, unit in self._numbers.items()}
        facts.kept = facts.resources
        self._next = max((int(path.name.removeprefix("part-")) for path in parts), default=-1) + 1
        return progress, facts

    def _parts(self) -> Iterator[tuple[Path, dict[str, Any]]]:
        for path in sorted(self.folder.iterdir()):
            if path.name.endswith(_NEW):
                shutil.rmtree(path)
            elif path.name.startswith("part-"):
                try:
                    yield path, json.loads((path / MANIFEST).read_bytes())
                except (OSError, ValueError) as fault:
                    raise CouldNotCheck(f"{path}: this part of an earlier comparison cannot be read: remove it,"
                                        " and it is made again") from fault  # fmt: skip

    # -- what is made now ----------------------------------------------------------------------

    def add(self, made: RowsMade) -> None:
        """Take in rows; a part is written when there are enough, and never with half a portion in it."""
        for tables in made.tables:
            for name, batch in tables.items():
                if batch.num_rows:
                    self._tables[name].append(batch)
            self._rows += tables[RESOURCES].num_rows
        self._made.merge(replace(made, tables=[]))
        if self._rows >= ROWS and made.done:
            self.write()

    def finish(self, unit: int) -> None:
        """Note that a unit has been read whole."""
        self._finished.append(unit)

    def write(self) -> None:
        """Write what is held as a part."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        if not self._made.done and not self._finished:
            return
        target = self.folder / f"part-{self._next:06d}"
        new = target.with_name(target.name + _NEW)
        try:
            new.mkdir(mode=0o700)
            for name, schema in schemas().items():
                table = pa.Table.from_batches(self._tables[name], schema)
                pq.write_table(table, new / f"{name}.parquet", compression="NONE", use_dictionary=["type"])
                _to_disk(new / f"{name}.parquet")
            (new / MANIFEST).write_text(json.dumps(self._manifest()), encoding="utf-8")
            _to_disk(new / MANIFEST)
            os.rename(new, target)
        except OSError as fault:
            raise CouldNotCheck(f"{self.folder}: rows cannot be written: {fault.strerror or fault}") from None
        self._next += 1
        self._rows, self._made, self._finished = 0, RowsMade(), []
        self._tables = {name: [] for name in TABLES}

    def _manifest(self) -> dict[str, Any]:
        made = self._made
        numbers = {number for number, _ in made.done} | set(self._finished)
        units: dict[str, Any] = {}
        for number in sorted(numbers):
            unit = self._numbers[number]
            done = sorted(portion for of, portion in made.done if of == number)
            units[unit.key] = {"number": number, "signature": list(unit.signature), "done": done}
        return {
            "units": units,
            "finished": [self._numbers[number].key for number in self._finished],
            "names": {str(number): list(name) for number, name in made.names.items()},
            "used": [[*key, count] for key, count in sorted(made.used.items())],
            "unread": made.unread.counts,
            "places": made.unread.places,
            "portability": made.portability.form(),
            "resources": made.resources,
            "bytes": made.bytes,
        }

    def pattern(self, table: str) -> str:
        """What names the Parquet files of a table."""
        return str(self.folder / "part-*" / f"{table}.parquet")


def _drop_stale(parts: dict[Path, dict[str, Any]], known: dict[str, Unit]) -> set[str]:
    """Take away the parts that cannot be used any more; returns the units that have lost some of their rows by it.

    Parts with data whose process died are among them: it is tried again, perhaps with more memory.
    """
    finished = {key for part in parts.values() for key in part["finished"]}
    stale = {
        key
        for part in parts.values()
        for key, entry in part["units"].items()
        if key not in known
        or list(known[key].signature) != entry["signature"]
        or not (known[key].repeatable or key in finished)
    }
    lost: set[str] = set()
    while gone := [path for path, part in parts.items() if DIED in part["unread"] or stale & part["units"].keys()]:
        for path in gone:
            lost |= parts.pop(path)["units"].keys()
            shutil.rmtree(path)
        stale |= {key for key in lost if key in known and not known[key].repeatable}
    return lost


def _take(part: dict[str, Any], lost: set[str], progress: Progress, facts: SideFacts) -> None:
    for name, entry in part["units"].items():
        number = progress.numbers[name] = entry["number"]
        progress.done.setdefault(number, set()).update(entry["done"])
        if name in part["finished"] and name not in lost:
            progress.finished.add(number)
    facts.names.update({int(number): (path, facet) for number, (path, facet) in part["names"].items()})
    facts.used.update({(path, facet, system, unit): count for path, facet, system, unit, count in part["used"]})
    places = {kind: [(source, record) for source, record in found] for kind, found in part["places"].items()}
    facts.unread.merge(Unread(Counter(part["unread"]), places))
    facts.portability.merge(PortabilityCounts.of(part["portability"]))
    facts.resources += part["resources"]
    facts.bytes += part["bytes"]


def _to_disk(path: Path) -> None:
    with open(path, "rb") as file:
        os.fsync(file.fileno())
