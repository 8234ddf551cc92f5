"""Rows of 64-bit numbers: in memory up to a bound, beyond it in buckets on disk."""

import tempfile
from array import array
from collections.abc import Iterator
from typing import IO

from fhircheck.model.errors import CouldNotCheck

LIMIT = 4 << 20
"""Bytes kept in memory by one table before they go to disk."""

BUCKETS = 256


class SpilledRows:
    """A growing table of `width` unsigned 64-bit numbers a row; the first number is the key.

    Past `limit` bytes the rows move to a temporary file without a name (the operating system
    removes it with the process, however that ends), sorted into BUCKETS by the key's highest byte,
    so that two tables are joined one bucket at a time. Keys must be evenly distributed hashes.
    `fresh` takes the numbers of new rows, one after the other; it is packed when the table is settled.
    Errors: CouldNotCheck where the temporary folder cannot take the rows.
    """

    __slots__ = ("_end", "_file", "_segments", "fresh", "limit", "rows", "width")

    def __init__(self, width: int, limit: int = LIMIT) -> None:
        self.width = width
        self.limit = limit
        self.fresh: list[int] = []
        self.rows: array[int] = array("Q")
        self._file: IO[bytes] | None = None
        self._segments: list[list[tuple[int, int]]] = []
        self._end = 0

    def __len__(self) -> int:
        """Number of rows, in memory and on disk."""
        return (len(self.fresh) + len(self.rows) + self._end // 8) // self.width

    @property
    def on_disk(self) -> bool:
        """Whether rows had to go to disk."""
        return self._file is not None

    def pack(self) -> None:
        """Take in the fresh rows."""
        if self.fresh:
            self.rows.extend(array("Q", self.fresh))
            self.fresh = []

    def settle(self) -> None:
        """Take in the fresh rows; move all rows to disk where they are more than the limit."""
        self.pack()
        if len(self.rows) * 8 > self.limit:
            self.spill()

    def merge(self, other: "SpilledRows") -> None:
        """Add the rows of `other`."""
        other.pack()
        self.rows.extend(other.rows)
        for bucket, numbers in other.stored():
            self._write(bucket, numbers)
        self.settle()

    def spill(self) -> None:
        """Move all rows to disk."""
        self.pack()
        width, rows = self.width, self.rows
        parts: list[array[int]] = [array("Q") for _ in range(BUCKETS)]
        for start in range(0, len(rows), width):
            parts[rows[start] >> 56].extend(rows[start : start + width])
        self.rows = array("Q")
        for bucket, numbers in enumerate(parts):
            if numbers:
                self._write(bucket, numbers)

    def _write(self, bucket: int, numbers: "array[int]") -> None:
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="fhircheck-")  # noqa: SIM115
                self._segments = [[] for _ in range(BUCKETS)]
            self._file.seek(self._end)
            self._file.write(numbers.tobytes())
        except OSError as error:
            raise CouldNotCheck(f"temporary folder {tempfile.gettempdir()}: {error.strerror} (set TMPDIR)") from error
        size = len(numbers) * 8
        self._segments[bucket].append((self._end, size))
        self._end += size

    def stored(self) -> Iterator[tuple[int, "array[int]"]]:
        """(bucket, its rows) for the rows on disk, one bucket at a time."""
        for bucket, segments in enumerate(self._segments):
            if segments:
                yield bucket, self._read(segments)

    def _read(self, segments: list[tuple[int, int]]) -> "array[int]":
        assert self._file is not None
        numbers = array("Q")
        try:
            for start, size in segments:
                self._file.seek(start)
                numbers.frombytes(self._file.read(size))
        except OSError as error:
            raise CouldNotCheck(f"temporary folder {tempfile.gettempdir()}: {error.strerror}") from error
        return numbers

    def close(self) -> None:
        """Forget all rows and free the disk."""
        self.fresh = []
        self.rows = array("Q")
        self._segments, self._end = [], 0
        if self._file is not None:
            self._file.close()
            self._file = None

    def __reduce__(self) -> tuple[object, tuple[int, int, bytes]]:
        self.pack()
        if not self.on_disk:
            return _restored, (self.width, self.limit, self.rows.tobytes())
        rows = array("Q", self.rows)
        for _, numbers in self.stored():
            rows.extend(numbers)
        return _restored, (self.width, self.limit, rows.tobytes())


def _restored(width: int, limit: int, data: bytes) -> SpilledRows:
    table = SpilledRows(width, limit)
    table.rows.frombytes(data)
    return table


def side_by_side(*tables: SpilledRows) -> "Iterator[tuple[array[int], ...]]":
    """The rows of all `tables`, bucket by bucket: equal keys come together. One bucket where all is in memory."""
    for table in tables:
        table.pack()
    if not any(table.on_disk for table in tables):
        yield tuple(table.rows for table in tables)
        return
    for table in tables:
        table.spill()
    for bucket in range(BUCKETS):
        yield tuple(table._read(table._segments[bucket]) if table.on_disk else array("Q") for table in tables)
