"""Rows of 64-bit numbers: in memory up to a bound, beyond it in buckets on disk."""

from array import array
from collections.abc import Callable, Iterator
from typing import IO, TYPE_CHECKING, TypeVar

from fhircheck.model.row_memory import RowMemory, row_memory
from fhircheck.model.temporary import lost, temporary_file

if TYPE_CHECKING:
    from fhircheck.model.protocols import RowTable, State

S = TypeVar("S", bound="State")
BUCKETS = 256
PIECE = 1 << 20
"""Bytes that are read at a time where all rows are, at most."""
_HEAD = 8 * (BUCKETS + 1)
_ZERO = bytes(8)


class SpilledRows:
    """A growing table of `width` unsigned 64-bit numbers a row; the first number is the key.

    What does not fit the memory of the run (model/row_memory.py), or is more than `limit` bytes where that is given,
    moves to a temporary file without a name, sorted into BUCKETS by one byte of the key (the highest, or the one
    `depth` bytes below), so that tables are joined one bucket at a time. Keys must be evenly distributed hashes.
    `fresh` takes the numbers of new rows, one after the other; it is packed when the table is settled.
    Errors: CouldNotCheck where the temporary folder cannot take the rows.

    The file is a list of runs, each written when rows were moved: where its buckets begin, counted in bytes from the
    end of that list, then the buckets. `_runs` holds where runs begin, `_sizes` the bytes of each bucket in all runs.
    """

    __slots__ = (
        "__weakref__", "_end", "_file", "_runs", "_said", "_sizes",
        "depth", "fresh", "limit", "memory", "rows", "width",
    )  # fmt: skip

    def __init__(self, width: int, limit: int | None = None, depth: int = 0) -> None:
        self.width = width
        self.limit = limit
        self.depth = depth
        self.memory: RowMemory = row_memory()
        self.fresh: list[int] = []
        self.rows: array[int] = array("Q")
        self._said = 0
        self._file: IO[bytes] | None = None
        self._runs: array[int] = array("Q")
        self._sizes: array[int] = array("Q")
        self._end = 0

    def __len__(self) -> int:
        """Number of rows, in memory and on disk."""
        return self.size // 8 // self.width

    @property
    def on_disk(self) -> bool:
        """Whether rows had to go to disk."""
        return self._file is not None

    @property
    def held(self) -> int:
        """Bytes of rows in memory."""
        return (len(self.fresh) + len(self.rows)) * 8

    @property
    def size(self) -> int:
        """Bytes of rows, in memory and on disk."""
        return self.held + sum(self._sizes)

    def pack(self) -> None:
        """Take in the fresh rows."""
        if self.fresh:
            self.rows.extend(array("Q", self.fresh))
            self.fresh = []

    def settle(self) -> None:
        """Take in the fresh rows; move all rows to disk where they are more than the limit, or more than others'."""
        self.pack()
        if self.limit is not None and self.held > self.limit:
            self.spill()
        else:
            grown, self._said = self.held - self._said, self.held
            self.memory.settle(self, grown)

    def merge(self, other: "SpilledRows") -> None:
        """Add the rows of `other`."""
        for piece in other.pieces():
            self.rows.extend(piece)
            self.settle()

    def spill(self) -> None:
        """Move all rows to disk."""
        self.pack()
        self._said = 0
        rows, self.rows = self.rows, array("Q")
        step = self._step(self.memory.limit // 8)
        for start in range(0, len(rows), step):
            self._write(self._parts(rows[start : start + step] if step < len(rows) else rows))

    def _parts(self, rows: "array[int]") -> "list[array[int]]":
        """The rows of each bucket."""
        width, shift = self.width, 56 - 8 * self.depth
        parts: list[array[int]] = [array("Q") for _ in range(BUCKETS)]
        for start in range(0, len(rows), width):
            parts[rows[start] >> shift & 255].extend(rows[start : start + width])
        return parts

    def _step(self, size: int) -> int:
        """Numbers of as many rows as are in so many bytes, of one row at least."""
        return max(size // (8 * self.width), 1) * self.width

    def _write(self, parts: "list[array[int]]") -> None:
        if self._file is None:
            self._file = temporary_file()
            self._sizes = array("Q", bytes(8 * BUCKETS))
        head = array("Q", _ZERO)
        for bucket, numbers in enumerate(parts):
            size = len(numbers) * 8
            self._sizes[bucket] += size
            head.append(head[-1] + size)
        try:
            self._file.seek(self._end)
            self._file.write(head.tobytes())
            for numbers in parts:
                self._file.write(numbers.tobytes())
            self._file.flush()
        except OSError as error:
            raise lost(error) from error
        self._runs.append(self._end)
        self._end += _HEAD + head[-1]

    def bucket_size(self, bucket: int) -> int:
        """Bytes of the rows on disk in this bucket."""
        return self._sizes[bucket] if self._sizes else 0

    def bucket(self, bucket: int) -> "array[int]":
        """The rows on disk in this bucket."""
        numbers = array("Q")
        for piece in self.bucket_pieces(bucket):
            numbers.extend(piece)
        return numbers

    def bucket_pieces(self, bucket: int) -> "Iterator[array[int]]":
        """The rows on disk in this bucket, a run at a time."""
        for run in self._runs if self.bucket_size(bucket) else ():
            begin, end = self._read(run + 8 * bucket, 16)
            if begin < end:
                yield from self._span(run + _HEAD + begin, end - begin)

    def stored(self) -> "Iterator[tuple[int, array[int]]]":
        """(bucket, its rows) for the rows on disk, one bucket at a time."""
        for bucket in range(BUCKETS):
            if self.bucket_size(bucket):
                yield bucket, self.bucket(bucket)

    def _span(self, start: int, size: int) -> "Iterator[array[int]]":
        step = self._step(min(PIECE, self.memory.piece)) * 8
        for at in range(start, start + size, step):
            yield self._read(at, min(step, start + size - at))

    def pieces(self) -> "Iterator[array[int]]":
        """All rows there are now, piece by piece; they may go to disk meanwhile, as others need their room."""
        self.pack()
        rows, runs = self.rows, tuple(self._runs)
        step = self._step(min(PIECE, self.memory.piece))
        for start in range(0, len(rows), step):
            yield rows[start : start + step]
        for run in runs:
            (size,) = self._read(run + 8 * BUCKETS, 8)
            yield from self._span(run + _HEAD, size)

    def whole(self) -> "array[int]":
        """All rows."""
        self.pack()
        if not self.on_disk:
            return self.rows
        numbers = array("Q")
        for piece in self.pieces():
            numbers.extend(piece)
        return numbers

    def _read(self, start: int, size: int) -> "array[int]":
        assert self._file is not None
        numbers = array("Q")
        try:
            self._file.seek(start)
            numbers.frombytes(self._file.read(size))
        except OSError as error:
            raise lost(error) from error
        return numbers

    def fold(self, part: "Callable[..., S]", *others: "RowTable") -> S:
        """The merged State of `part` over the rows of this table and `others`; see model/row_joins.py `fold`."""
        from fhircheck.model.bucket_joins import joined

        tables = [self]
        for each in others:
            assert isinstance(each, SpilledRows), "model/row_joins.py: fold finds who joins tables of several classes"
            tables.append(each)
        return joined(part, tables)

    def close(self) -> None:
        """Forget all rows and free the disk."""
        self.fresh = []
        self.rows = array("Q")
        self._runs, self._sizes, self._end = array("Q"), array("Q"), 0
        if self._file is not None:
            self._file.close()
            self._file = None

    def __reduce__(self) -> tuple[object, tuple[int, int | None, bytes]]:
        return _restored, (self.width, self.limit, self.whole().tobytes())


def _restored(width: int, limit: int | None, data: bytes) -> SpilledRows:
    table = SpilledRows(width, limit)
    table.rows.frombytes(data)
    return table
