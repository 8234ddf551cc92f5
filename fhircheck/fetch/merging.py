"""Parts that were read side by side -> one file for each type, in the order of the parts, resources once."""

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from fhircheck.fetch.fetch_state import FetchState, Part
from fhircheck.fetch.line import line_of

_BLOCK = 1 << 20
_COMMIT = 32 << 20


class Merging:
    """Moves the staged files of all parts into files by type below `folder`; goes on where it was stopped."""

    def __init__(self, state: FetchState, folder: Path, staged: Path) -> None:
        self._state, self._folder, self._staged = state, folder, staged
        self._files: dict[str, BinaryIO] = {}
        self._sizes: dict[str, list[int]] = {}
        self._waiting: list[Part] = []
        self._copied = 0

    def run(self) -> None:
        """Merge what is not merged yet. Raises CouldNotCheck where the disk does not take it."""
        self._begin()
        for part in self._state.parts():
            if part.merged:
                self._drop(part)
            elif not self._move(part):
                self._copy(part)
                if self._copied >= _COMMIT:
                    self._commit()
        self._commit()
        for file in self._files.values():
            file.close()
        with suppress(OSError):
            self._staged.rmdir()

    def _begin(self) -> None:
        """Bring the files to what was last committed, and know what several parts hold."""
        state = self._state
        for name, size, lines, repeated, moved in list(
            state.db.execute("SELECT name, size, lines, repeated, moved FROM file")
        ):
            staged = self._staged / str(moved)
            if moved and staged.exists():
                self._place(name, staged)
            os.truncate(self._folder / name, size)
            self._sizes[name] = [size, lines, repeated]
        with state.transaction():
            state.db.execute("INSERT OR IGNORE INTO again(key) SELECT key FROM seen GROUP BY key HAVING COUNT(*) > 1")
        query = "SELECT DISTINCT part FROM seen WHERE key IN (SELECT key FROM again)"
        self._mixed = {row[0] for row in state.db.execute(query)}

    def _move(self, part: Part) -> bool:
        """Make the staged file the file of its type, where it is the first and holds nothing else."""
        runs = self._state.runs(part)
        if len(runs) != 1 or part.no in self._mixed:
            return False
        name = file_name(part, runs[0][2])
        if name in self._sizes:
            return False
        self._commit()
        part.merged = True
        self._sizes[name] = [part.size, part.lines, 0]
        with self._state.transaction():
            self._state.db.execute("INSERT INTO file VALUES (?, ?, ?, 0, ?)", (name, part.size, part.lines, part.no))
            self._state.keep(part)
        staged = self._staged / str(part.no)
        os.truncate(staged, part.size)
        self._place(name, staged)
        return True

    def _place(self, name: str, staged: Path) -> None:
        (self._folder / name).parent.mkdir(exist_ok=True)
        os.replace(staged, self._folder / name)

    def _copy(self, part: Part) -> None:
        runs = self._state.runs(part)
        if runs:
            with open(self._staged / str(part.no), "rb") as staged:
                for start, stop, name, lines in runs:
                    staged.seek(start)
                    self._copy_run(part, file_name(part, name), staged, stop - start, lines)
        part.merged = True
        self._waiting.append(part)

    def _copy_run(self, part: Part, name: str, staged: BinaryIO, size: int, lines: int) -> None:
        file, sizes = self._file(name)
        self._copied += size
        if part.no in self._mixed:
            for _ in range(lines):
                line = staged.readline()
                if self._is_first(line):
                    file.write(line)
                    sizes[0] += len(line)
                    sizes[1] += 1
                else:
                    sizes[2] += 1
            return
        sizes[0] += size
        sizes[1] += lines
        while size:
            block = staged.read(min(size, _BLOCK))
            if not block:
                raise OSError("a staged file is too short")
            file.write(block)
            size -= len(block)

    def _is_first(self, line: bytes) -> bool:
        """Whether no earlier part held this resource."""
        key = line_of(line).key
        row = self._state.db.execute("SELECT taken FROM again WHERE key = ?", (key,)).fetchone() if key else None
        if row is None:
            return True
        if not row[0]:
            if not self._state.db.in_transaction:
                self._state.db.execute("BEGIN")
            self._state.db.execute("UPDATE again SET taken = 1 WHERE key = ?", (key,))
        return not row[0]

    def _file(self, name: str) -> tuple[BinaryIO, list[int]]:
        file = self._files.get(name)
        if file is None:
            path = self._folder / name
            path.parent.mkdir(exist_ok=True)
            # a file that was never committed may be there from a run that was stopped
            file = self._files[name] = open(path, "ab" if name in self._sizes else "wb")  # noqa: SIM115 - closed by run
        return file, self._sizes.setdefault(name, [0, 0, 0])

    def _commit(self) -> None:
        """Make durable what was copied, and only then give up the staged files."""
        if not self._waiting:
            return
        for file in self._files.values():
            file.flush()
            os.fsync(file.fileno())
        if not self._state.db.in_transaction:
            self._state.db.execute("BEGIN")
        for name, sizes in self._sizes.items():
            self._state.db.execute(
                "INSERT INTO file(name, size, lines, repeated) VALUES (?, ?, ?, ?) ON CONFLICT(name) DO UPDATE "
                "SET size = excluded.size, lines = excluded.lines, repeated = excluded.repeated",
                (name, *sizes),
            )
        for part in self._waiting:
            self._state.keep(part)
        self._state.db.execute("COMMIT")
        for part in self._waiting:
            self._drop(part)
        self._waiting, self._copied = [], 0

    def _drop(self, part: Part) -> None:
        with suppress(FileNotFoundError):
            if not self._is_moving(part):
                os.unlink(self._staged / str(part.no))

    def _is_moving(self, part: Part) -> bool:
        return self._state.db.execute("SELECT 1 FROM file WHERE moved = ?", (part.no,)).fetchone() is not None


def file_name(part: Part, name: str) -> str:
    """Path of the file that holds resources of the type `name` out of `part`, below the folder."""
    return f"{part.folder}/{name}.ndjson" if part.folder else f"{name}.ndjson"
