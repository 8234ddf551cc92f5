"""What a follower goes on from: positions and counts, written together or not at all (SQLite, one transaction).

A folder of the user's own with one file. It holds hashes, counts, places of a few examples, names of devices and
systems; no value of the data. Without a folder it is a temporary one, which only keeps the panes of the window.
"""

import json
import os
import secrets
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path
from typing import Any

from fhircheck.model.errors import CouldNotCheck, UsageError
from fhircheck.stream.packed import Part, packed, unpacked
from fhircheck.stream.position import Position

FORM = 1
"""Number of the form of these files."""
FILE = "follow.sqlite"
LARGEST = 32 << 20
"""Bytes (packed) of parts that are not merged any more."""
_MANY = 24
_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE positions (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE parts (
    number INTEGER PRIMARY KEY, first_pane INTEGER NOT NULL, last_pane INTEGER NOT NULL, size INTEGER NOT NULL,
    data BLOB NOT NULL
);
"""


class Checkpoint:
    """folder: None for a temporary one. identity: what must be as it was, by name. restart: forget what is there.

    Raises UsageError where the folder makes no sense or was made by another run, CouldNotCheck where it cannot be used.
    """

    def __init__(self, folder: str | None, identity: dict[str, str], restart: bool = False) -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="fhircheck-") if folder is None else None
        self._folder = Path(self._temporary.name if self._temporary is not None else str(folder))
        self.shown = str(folder) if folder is not None else "temporary folder"
        self.durable = folder is not None
        with self._named():
            if self.durable:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._database = self._connected()
            try:
                self._hold()
                if restart:
                    self._emptied()
                self.resumed = self._begun(identity)
            except BaseException:
                self.close()
                raise

    def _connected(self) -> sqlite3.Connection:
        path = self._folder / FILE
        if self.durable and not path.exists() and any(self._folder.iterdir()):
            raise UsageError(f"--checkpoint {self.shown}: is not empty, and holds no checkpoint")
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        os.close(handle)
        return sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)

    def _hold(self) -> None:
        """One follower at a time: the lock goes with the process, however that ends."""
        database = self._database
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        database.execute(f"PRAGMA synchronous = {'FULL' if self.durable else 'OFF'}")
        database.execute("PRAGMA auto_vacuum = INCREMENTAL")
        database.execute("BEGIN EXCLUSIVE")
        database.execute("COMMIT")

    def _emptied(self) -> None:
        with self._transaction() as database:
            for name in ("meta", "positions", "parts"):
                database.execute(f"DROP TABLE IF EXISTS {name}")

    def _begun(self, identity: dict[str, str]) -> bool:
        """Whether there was something to go on from."""
        if not self._database.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
            with self._transaction() as database:
                for statement in _TABLES.split(";"):
                    database.execute(statement)
                self._set(form=FORM, identity=identity, salt=secrets.token_hex(16))
            return False
        if self.get("form") != FORM:
            raise UsageError(f"--checkpoint {self.shown}: is of another form: start again with --restart")
        known = self.get("identity")
        for name in sorted({*known, *identity}):
            if known.get(name) != identity.get(name):
                what = f"({known.get(name)}, this is {identity.get(name)})" if name == "version" else ""
                raise UsageError(
                    f"--checkpoint {self.shown}: was made with another {name} {what}".rstrip()
                    + ": its counts do not go with those of this run; start again with --restart"
                )
        return True

    # -- reading ----------------------------------------------------------------------------------

    def get(self, name: str) -> Any:
        """What was set under a name; None for nothing."""
        row = self._database.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else None

    def positions(self) -> Iterator[Position]:
        """How far files were read."""
        for (value,) in self._database.execute("SELECT value FROM positions ORDER BY name"):
            yield Position(*json.loads(value))

    def parts(self, first_pane: int | None = None) -> Iterator[Part]:
        """What was counted, all of it, or in the panes from `first_pane` on; one at a time, the oldest first."""
        least = first_pane if first_pane is not None else -(1 << 62)
        wanted = "SELECT number FROM parts WHERE first_pane >= ? ORDER BY number"
        with self._named():
            for (number,) in self._database.execute(wanted, (least,)).fetchall():
                row = self._database.execute("SELECT data FROM parts WHERE number = ?", (number,)).fetchone()
                yield unpacked(row[0])

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return (self._folder / FILE).stat().st_size

    # -- writing ----------------------------------------------------------------------------------

    def commit(
        self,
        part: Part | None,
        pane: int,
        positions: Iterable[Position] = (),
        gone: Iterable[tuple[int, int]] = (),
        **more: Any,
    ) -> None:
        """Write all of it or nothing; more: what `get` gives. Raises CouldNotCheck."""
        with self._named(), self._transaction() as database:
            for key in gone:
                database.execute("DELETE FROM positions WHERE name = ?", (_name(key),))
            for each in positions:
                value = json.dumps(astuple(each))
                database.execute("INSERT OR REPLACE INTO positions VALUES (?, ?)", (_name(each.key), value))
            if part is not None:
                self._add(part, pane, pane)
            self._set(**more)

    def _add(self, part: Part, first: int, last: int, number: int | None = None) -> None:
        data = packed(part)
        row = (number, first, last, len(data), data)
        self._database.execute("INSERT INTO parts VALUES (?, ?, ?, ?, ?)", row)

    def _set(self, **more: Any) -> None:
        for name, value in more.items():
            self._database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, json.dumps(value)))

    def tidy(self, pane: int, window_first: int) -> None:
        """Parts of the pane `pane`, which is over, become one; so do those that no window needs any more.

        Without a folder the latter go: what is needed of them is in memory.
        """
        with self._named():
            if not self.durable:
                self._database.execute("DELETE FROM parts WHERE last_pane < ?", (window_first,))
            else:
                self._together("last_pane < ?", window_first, _MANY)
            self._together("first_pane = ? AND first_pane = last_pane", pane, 2)
            self._database.execute("PRAGMA incremental_vacuum")

    def _together(self, where: str, number: int, many: int) -> None:
        """Merge small neighbours, up to LARGEST each, where there are so many of them."""
        asked = f"SELECT number, size, first_pane, last_pane FROM parts WHERE {where} AND size < ? ORDER BY number"
        rows = self._database.execute(asked, (number, LARGEST)).fetchall()
        if len(rows) < many:
            return
        group: list[Any] = []
        for row in [*rows, None]:
            if row is not None and sum(each[1] for each in group) + row[1] <= LARGEST:
                group.append(row)
                continue
            if len(group) > 1:
                self._merge(group)
            group = [row]

    def _merge(self, rows: list[Any]) -> None:
        merged = Part()
        with self._transaction() as database:
            for number, *_ in rows:
                data = database.execute("SELECT data FROM parts WHERE number = ?", (number,)).fetchone()[0]
                merged.merge(unpacked(data))
            marks = ",".join("?" * len(rows))
            database.execute(f"DELETE FROM parts WHERE number IN ({marks})", [row[0] for row in rows])
            self._add(merged, min(row[2] for row in rows), max(row[3] for row in rows), rows[0][0])
        merged.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield self._database
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Errors of the disk and the database in one line, which names the folder."""
        try:
            yield
        except sqlite3.OperationalError as error:
            busy = "locked" in str(error)
            reason = "another follower uses it" if busy else "cannot be written (disk full, or no permission)"
            raise CouldNotCheck(f"--checkpoint {self.shown}: {reason}") from None
        except sqlite3.DatabaseError:
            raise CouldNotCheck(f"--checkpoint {self.shown}: is damaged: start again with --restart") from None
        except OSError as error:
            raise CouldNotCheck(f"--checkpoint {self.shown}: {error.strerror or 'cannot be used'}") from None

    def close(self) -> None:
        """Let go of it."""
        self._database.close()
        if self._temporary is not None:
            self._temporary.cleanup()


def _name(key: tuple[int, int]) -> str:
    return f"{key[0]}:{key[1]}"
