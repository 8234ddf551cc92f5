"""Split: records without errors to one file, the others to another; by record, or by patient across all records."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from struct import Struct
from typing import IO, Literal

from fhircheck.model.errors import UsageError
from fhircheck.model.report import SplitSummary
from fhircheck.model.split_line import SplitLine
from fhircheck.model.temporary import lost, temporary_file
from fhircheck.transport.ndjson_files import NdjsonFile

SplitBy = Literal["record", "patient"]
_HEAD = Struct("<BII")
_FRESH = 1 << 16


class Split:
    """Takes records in the data's order; `finish` puts both files in place, `discard` leaves all as it was.

    By patient: a patient is held back with all records that are about them as soon as one of these has an
    error. Records wait in a temporary file until all have been seen; of each such patient 8 bytes are held.
    """

    def __init__(self, valid: str | None, invalid: str | None, by: SplitBy) -> None:
        if valid is not None and valid == invalid:
            raise UsageError(f"--write-valid and --write-invalid name the same file: {valid}")
        self._by = by
        self._valid = NdjsonFile(valid, "--write-valid") if valid else None
        try:
            self._invalid = NdjsonFile(invalid, "--write-invalid") if invalid else None
        except UsageError:
            self.discard()
            raise
        self._waiting: IO[bytes] | None = temporary_file() if by == "patient" else None
        self._bad: set[int] = set()
        self._sorted: array[int] = array("Q")
        self._counts = [0, 0, 0]

    def take(self, lines: Iterable[SplitLine]) -> None:
        """Take the next records."""
        for line in lines:
            if self._waiting is None:
                self._write(line.valid, line.data)
                continue
            if not line.valid:
                self._bad.update(line.patients)
                if len(self._bad) > _FRESH:
                    self._sort()
            self._wait(self._waiting, line)

    def finish(self, unwritten: int) -> SplitSummary:
        """Write what waits, put the files in place; how many went where. unwritten: records that are no line."""
        if self._waiting is not None:
            self._sort()
            self._decide(self._waiting)
            self._waiting.close()
        for file in (self._valid, self._invalid):
            if file is not None:
                file.commit()
        valid, invalid, held_back = self._counts
        return SplitSummary(self._by, valid, invalid, held_back, unwritten)

    def discard(self) -> None:
        """Give up: nothing is written."""
        for name in ("_valid", "_invalid"):
            file = getattr(self, name, None)
            if file is not None:
                file.discard()

    def _write(self, valid: bool, data: bytes) -> None:
        self._counts[not valid] += 1
        file = self._valid if valid else self._invalid
        if file is not None:
            file.write(data)

    def _sort(self) -> None:
        """Take the fresh keys into the sorted ones."""
        if self._bad:
            self._sorted = array("Q", sorted(self._bad.union(self._sorted)))
            self._bad = set()

    def _wait(self, file: IO[bytes], line: SplitLine) -> None:
        try:
            file.write(_HEAD.pack(line.valid, len(line.patients), len(line.data)))
            file.write(array("Q", line.patients).tobytes() + line.data)
        except OSError as error:
            raise lost(error) from error

    def _decide(self, file: IO[bytes]) -> None:
        file.seek(0)
        while head := file.read(_HEAD.size):
            valid, patients, size = _HEAD.unpack(head)
            keys = array("Q")
            keys.frombytes(file.read(8 * patients))
            held_back = bool(valid) and any(map(self._is_bad, keys))
            self._counts[2] += held_back
            self._write(bool(valid) and not held_back, file.read(size))

    def _is_bad(self, key: int) -> bool:
        at = bisect_left(self._sorted, key)
        return at < len(self._sorted) and self._sorted[at] == key
