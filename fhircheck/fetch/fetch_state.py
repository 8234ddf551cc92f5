"""What a fetch remembers on disk while it runs, in one SQLite file that only one run may open."""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fhircheck.fetch.line import Line
from fhircheck.model.errors import CouldNotCheck
from fhircheck.model.issue import Issue, Place
from fhircheck.sources.resource_key import IDENTITY_BYTES

if TYPE_CHECKING:
    from sqlite3 import Connection

_TABLES = """
CREATE TABLE IF NOT EXISTS note(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS part(no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, folder TEXT NOT NULL DEFAULT '',
  cursor TEXT NOT NULL DEFAULT '', done INTEGER NOT NULL DEFAULT 0, size INTEGER NOT NULL DEFAULT 0,
  lines INTEGER NOT NULL DEFAULT 0, repeated INTEGER NOT NULL DEFAULT 0, merged INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS run(part INTEGER, start INTEGER, stop INTEGER, type TEXT, lines INTEGER,
  PRIMARY KEY(part, start)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS seen(key BLOB, part INTEGER, expected INTEGER, PRIMARY KEY(key, part)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS again(key BLOB PRIMARY KEY, taken INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS issue(no INTEGER PRIMARY KEY, part INTEGER, gave_up INTEGER NOT NULL, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS file(name TEXT PRIMARY KEY, size INTEGER NOT NULL, lines INTEGER NOT NULL,
  repeated INTEGER NOT NULL DEFAULT 0, moved INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
"""
_PART = "SELECT no, name, folder, cursor, done, size, lines, repeated, merged FROM part"


@dataclass(slots=True)
class Part:
    """One part of a fetch that is read by itself: a query, a file of an export. See FetchFolder.

    size: bytes of its staged file that count. lines: resources in it; repeated: those that came twice in it.
    """

    no: int
    name: str
    folder: str = ""
    cursor: str = ""
    done: bool = False
    size: int = 0
    lines: int = 0
    repeated: int = 0
    merged: bool = False


class FetchState:
    """The tables behind a FetchFolder. Not thread-safe: the folder locks. Times it commits are the caller's."""

    def __init__(self, path: Path, target: str) -> None:
        """Open or make the file. Raises CouldNotCheck where another run holds it, or it is no such file."""
        import sqlite3

        self._target = target
        # an existing file is not opened here: closing it would let go of this process's own lock on it
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        try:
            self.db: Connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
            self.db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self.db.execute("PRAGMA journal_mode = WAL")
            self.db.execute("PRAGMA synchronous = NORMAL")
            self.db.execute("PRAGMA cache_size = -65536")
            self.db.execute("BEGIN IMMEDIATE")
            self.db.execute("COMMIT")
            self.db.executescript(_TABLES)
        except sqlite3.OperationalError as fault:
            if "locked" in str(fault):
                raise CouldNotCheck(f"{target}: another run is writing into it") from None
            raise CouldNotCheck(f"{target}: its state cannot be written ({fault})") from None
        except sqlite3.DatabaseError:
            raise CouldNotCheck(
                f"{target}: the state of an unfinished fetch is damaged; --restart begins anew"
            ) from None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing of what the block writes. Raises CouldNotCheck where the disk does not take it."""
        import sqlite3

        self.db.execute("BEGIN")
        try:
            yield
            self.db.execute("COMMIT")
        except BaseException as fault:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            if isinstance(fault, (sqlite3.Error, OSError)):
                raise CouldNotCheck(f"{self._target}: could not be written: {_reason(fault)}") from None
            raise

    def close(self) -> None:
        """Give the file free for others."""
        self.db.close()

    # -- notes -----------------------------------------------------------------------------------

    def note(self, name: str, value: str) -> None:
        """Remember `value`."""
        self.db.execute("INSERT OR REPLACE INTO note VALUES (?, ?)", (name, value))

    def noted(self, name: str) -> str:
        """What was noted, empty where nothing was."""
        row = self.db.execute("SELECT value FROM note WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    # -- parts -----------------------------------------------------------------------------------

    def parts(self) -> list[Part]:
        """All parts in their order."""
        return [_part(row) for row in self.db.execute(f"{_PART} ORDER BY no")]

    def part(self, name: str) -> Part | None:
        """The part called `name`."""
        row = self.db.execute(f"{_PART} WHERE name = ?", (name,)).fetchone()
        return _part(row) if row else None

    def add(self, name: str, folder: str) -> Part:
        """A new part behind the others."""
        self.db.execute("INSERT OR IGNORE INTO part(name, folder) VALUES (?, ?)", (name, folder))
        found = self.part(name)
        assert found is not None
        return found

    def keep(self, part: Part) -> None:
        """Write what changed of `part`."""
        self.db.execute(
            "UPDATE part SET cursor = ?, done = ?, size = ?, lines = ?, repeated = ?, merged = ? WHERE no = ?",
            (part.cursor, part.done, part.size, part.lines, part.repeated, part.merged, part.no),
        )

    def forget(self, part: Part) -> None:
        """Take back all that came of `part`."""
        for table in ("run", "seen", "issue"):
            self.db.execute(f"DELETE FROM {table} WHERE part = ?", (part.no,))

    def fresh(self, part: Part, lines: Iterable[Line]) -> list[Line]:
        """Those of `lines` that the part does not hold yet; surprising repetitions are counted."""
        kept = []
        for line in lines:
            if line.key:
                done = self.db.execute(
                    "INSERT OR IGNORE INTO seen VALUES (?, ?, ?)", (line.key, part.no, line.expected)
                )
                if not done.rowcount:
                    part.repeated += not line.expected
                    continue
            kept.append(line)
        return kept

    def add_runs(self, part: Part, lines: Iterable[Line]) -> None:
        """Note which bytes of the staged file hold which type; `part.size` and `part.lines` grow."""
        last = self.db.execute(
            "SELECT start, type, lines FROM run WHERE part = ? ORDER BY start DESC LIMIT 1", (part.no,)
        ).fetchone()
        start, name, count = last if last else (part.size, "", 0)
        runs: dict[int, tuple[int, str, int]] = {}
        for line in lines:
            if line.type != name:
                start, name, count = part.size, line.type, 0
            part.size += len(line.text) + 1
            part.lines += 1
            count += 1
            runs[start] = (part.size, name, count)
        rows = ((part.no, at, stop, kind, number) for at, (stop, kind, number) in runs.items())
        self.db.executemany("INSERT OR REPLACE INTO run VALUES (?, ?, ?, ?, ?)", rows)

    def runs(self, part: Part) -> list[tuple[int, int, str, int]]:
        """(start, stop, type, lines) of the part's staged file."""
        query = "SELECT start, stop, type, lines FROM run WHERE part = ? ORDER BY start"
        return [(row[0], row[1], row[2], row[3]) for row in self.db.execute(query, (part.no,))]

    def counts(self) -> dict[tuple[str, str], tuple[int, int]]:
        """(folder, type) -> resources and bytes so far, those that several parts hold counted in each."""
        query = (
            "SELECT p.folder, r.type, SUM(r.lines), SUM(r.stop - r.start) FROM run r JOIN part p ON p.no = r.part "
            "GROUP BY 1, 2 ORDER BY 1, 2"
        )
        return {(row[0], row[1]): (row[2], row[3]) for row in self.db.execute(query)}

    def repeats_across(self) -> int:
        """Resources that came in several parts, where none of them is a copy that is expected."""
        query = "SELECT COUNT(*) FROM (SELECT key FROM seen GROUP BY key HAVING COUNT(*) > 1 AND SUM(expected) = 0)"
        return int(self.db.execute(query).fetchone()[0])

    def versions_mixed(self) -> int:
        """Resources that came in several versions."""
        query = (
            f"SELECT COUNT(*) FROM (SELECT substr(key, 1, {IDENTITY_BYTES}) FROM seen "
            "GROUP BY 1 HAVING COUNT(DISTINCT key) > 1)"
        )
        return int(self.db.execute(query).fetchone()[0])

    # -- findings --------------------------------------------------------------------------------

    def add_issue(self, part: Part | None, issue: Issue, gave_up: bool) -> None:
        """Remember a finding."""
        value = json.dumps([issue.kind, issue.severity, issue.place.source, issue.place.record, issue.params])
        self.db.execute(
            "INSERT INTO issue(part, gave_up, value) VALUES (?, ?, ?)", (part.no if part else None, gave_up, value)
        )

    def issues(self) -> list[tuple[str, bool, Issue]]:
        """(name of the part or empty, whether the part was given up for it, finding), in the order of parts."""
        query = "SELECT p.name, i.gave_up, i.value FROM issue i LEFT JOIN part p ON p.no = i.part ORDER BY i.part, i.no"
        return [(row[0] or "", bool(row[1]), _issue(row[2])) for row in self.db.execute(query)]


def _part(row: Any) -> Part:
    no, name, folder, cursor, done, size, lines, repeated, merged = row
    return Part(no, name, folder, cursor, bool(done), size, lines, repeated, bool(merged))


def _issue(value: str) -> Issue:
    kind, severity, source, record, given = json.loads(value)
    return Issue(kind, severity, Place(source, record), tuple((name, each) for name, each in given))


def _reason(fault: Exception) -> str:
    return (fault.strerror if isinstance(fault, OSError) else "") or str(fault)
