"""Tables of rows and merged states that stay with Spark: joins and merges run as its jobs."""

import pickle
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import groupby
from math import ceil
from typing import TYPE_CHECKING, Any, TypeVar

from fhircheck.distribute.spark_session import plain_errors
from fhircheck.distribute.spark_worker import BUCKETS, OUTPUT, Row, _guarded, batch_of, bucketed, payloads
from fhircheck.model.bucket_joins import joined
from fhircheck.model.row_memory import limited_rows
from fhircheck.model.spilled_rows import SpilledRows

if TYPE_CHECKING:
    from fhircheck.model.protocols import State

S = TypeVar("S", bound="State")
WIDTH = 16
"""States merged by one task of the tree."""
TASK_BYTES = 64 << 20
"""Bytes of rows joined by one task, as far as there are buckets for it."""
GATHERED = 64 << 20
"""Bytes of small tables that come here in one job, at most."""
BUCKET_MEMORY = 128 << 20
"""Bytes that the join of one bucket may take in an executor: rows of a key that all records have are more."""
AT_ONCE = 256
"""Pieces of rows that Spark hands to a join at a time: all of a key that all records have were one batch else."""
JOINED = "table int, bucket int, payload binary"
PAYLOAD = "payload binary"


def merged_state(frame: Any) -> Any:
    """What the pickled states in the column ``payload`` of `frame` merge to, as a tree of tasks; None for none."""
    with plain_errors():
        parts = frame.rdd.getNumPartitions()
        frame = frame.mapInArrow(merge_payloads, PAYLOAD)
        while parts > 1:
            parts = ceil(parts / WIDTH)
            frame = frame.repartition(parts).mapInArrow(merge_payloads, PAYLOAD)
        found = frame.collect()
    return pickle.loads(found[0].payload) if found else None


def merge_payloads(batches: Iterable[Any]) -> Iterator[Any]:
    """In an executor: one state of all."""
    return merged_row(pickle.loads(each.as_py()) for batch in batches for each in batch.column(0))


def merged_row(states: Iterable[Any]) -> Iterator[Any]:
    """In an executor: one row with what `states` merge to, pickled; none where there are none."""
    import pyarrow

    state = None
    for each in states:
        if state is None:
            state = each
        else:
            _guarded(partial(state.merge, each))
    if state is not None:
        yield pyarrow.RecordBatch.from_arrays([pyarrow.array([pickle.dumps(state, 5)], pyarrow.binary())], ["payload"])


class SparkRows:
    """A RowTable (model/protocols.py) whose rows are with Spark. frame: rows of OUTPUT of this table alone.

    Joins up to `small` bytes are done here, as Spark does with small tables: a job would take longer than the join.
    """

    def __init__(
        self, frame: Any, width: int, size: int, small: int, release: Callable[[], None] | None = None
    ) -> None:
        self.frame = frame
        self.width = width
        self.small = small
        self._size = size
        self._more = SpilledRows(width)
        self._release = release
        self._here: SpilledRows | None = None

    def __len__(self) -> int:
        return self._size // 8 // self.width + len(self._more)

    @property
    def bytes(self) -> int:
        """Bytes of all rows."""
        return len(self) * 8 * self.width

    def merge(self, other: SpilledRows) -> None:
        """Add the (few) rows of `other`."""
        if len(other):
            self._more.merge(other)
            self._here = None

    def settle(self) -> None:
        """Hold the bound of memory."""
        self._more.settle()

    def pack(self) -> None:
        """Nothing waits to be packed."""

    def close(self) -> None:
        """Forget the rows."""
        self._more.close()
        if self._here is not None:
            self._here.close()
        self._here, self._size = None, 0
        if self._release is not None:
            self._release()
            self._release = None

    def fold(self, part: Callable[..., S], *others: Any) -> S:
        """The merged State of `part` over all groups of equal keys; see RowTable."""
        tables = (self, *others)
        if _bytes(tables) <= self.small:
            return self._local(part, tables)
        found = merged_state(
            _joined(tables).mapInArrow(partial(fold_buckets, pickle.dumps(part), _widths(tables)), PAYLOAD)
        )
        empty: S = part(*(array("Q") for _ in tables))
        return empty if found is None else found

    def derive(self, part: Callable[..., SpilledRows], *others: Any) -> Any:
        """The table of the rows that `part` makes of each group."""
        tables = (self, *others)
        if _bytes(tables) <= self.small:
            return self._local(part, tables)
        width = part(*(array("Q") for _ in tables)).width
        made = _joined(tables).mapInArrow(partial(derive_buckets, pickle.dumps(part), _widths(tables)), OUTPUT)
        kept = kept_frame(made)
        with plain_errors():
            size = kept.selectExpr("sum(octet_length(payload)) AS size").collect()[0].size or 0
        return SparkRows(kept, width, size, self.small, kept.unpersist)

    def _local(self, part: Callable[..., S], tables: tuple[Any, ...]) -> S:
        here = [each.gathered() if isinstance(each, SparkRows) else each for each in tables]
        return here[0].fold(part, *here[1:])

    def gathered(self) -> SpilledRows:
        """All rows in a table of this process; kept, since several joins ask for the same table."""
        if self._here is not None:
            return self._here
        with plain_errors():
            return self.hold(row.payload for row in self.frame.select("payload").collect())

    def hold(self, payloads: Iterable[Any]) -> SpilledRows:
        """Take `payloads`, all that the frame holds, as the rows that are here too."""
        found = SpilledRows(self.width)
        for each in payloads:
            found.rows.frombytes(each)
        found.settle()
        found.merge(self._more)
        self._here = found
        return found


def gather_together(frame: Any, tables: Mapping[str, SparkRows]) -> None:
    """Gather the smallest `tables` of those in `frame` (rows of OUTPUT, by name) in one job, up to GATHERED bytes.

    A job for each takes longer than all of their joins.
    """
    from pyspark.sql import functions as sql

    left, found = GATHERED, dict[str, list[Any]]()
    for name, table in sorted(tables.items(), key=lambda item: item[1].bytes):
        left -= table.bytes
        if left < 0 or table.bytes > table.small:
            break
        found[name] = []
    if not found:
        return
    with plain_errors():
        rows = frame.where(sql.col("name").isin(list(found))).select("name", "payload").collect()
    for row in rows:
        found[row.name].append(row.payload)
    for name, held in found.items():
        tables[name].hold(held)


def kept_frame(frame: Any) -> Any:
    """`frame`, made once and kept on the executors' disks."""
    from pyspark import StorageLevel

    return frame.persist(StorageLevel.DISK_ONLY)


def _bytes(tables: Iterable[Any]) -> int:
    return sum(len(each) * each.width * 8 for each in tables)


def _joined(tables: tuple[Any, ...]) -> Any:
    """Rows of all tables (JOINED), those of a bucket together and in order."""
    from pyspark.sql import functions as sql

    session = next(each for each in tables if isinstance(each, SparkRows)).frame.sparkSession
    session.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", str(AT_ONCE))
    frames = []
    for number, table in enumerate(tables):
        if isinstance(table, SparkRows):
            frames.append(table.frame.select(sql.lit(number).alias("table"), "bucket", "payload"))
        here = table._more if isinstance(table, SparkRows) else table
        if len(here):
            frames.append(session.createDataFrame([*_rows_of(number, here)], JOINED))
    whole = frames[0]
    for each in frames[1:]:
        whole = whole.unionByName(each)
    tasks = min(BUCKETS, max(session.sparkContext.defaultParallelism, ceil(_bytes(tables) / TASK_BYTES)))
    return whole.repartition(tasks, "bucket").sortWithinPartitions("bucket")


def _rows_of(number: int, table: SpilledRows) -> Iterator[tuple[int, int, bytearray]]:
    for numbers in table.pieces():
        for bucket, rows in bucketed(numbers, table.width):
            for payload in payloads(rows, table.width):
                yield number, bucket, bytearray(payload)


def _widths(tables: Iterable[Any]) -> tuple[int, ...]:
    return tuple(each.width for each in tables)


def _buckets(batches: Iterable[Any], widths: tuple[int, ...]) -> Iterator[list[SpilledRows]]:
    """In an executor: the tables of each bucket, one bucket at a time. What does not fit the memory goes to disk."""
    rows = (row for batch in batches for row in zip(*(batch.column(at) for at in range(3)), strict=True))
    for _, group in groupby(rows, key=lambda row: row[1].as_py()):
        with limited_rows(BUCKET_MEMORY):
            tables = [SpilledRows(width) for width in widths]
        for table, _, payload in group:
            own = tables[table.as_py()]
            own.rows.frombytes(payload.as_py())
            own.settle()
        yield tables
        for each in tables:
            each.close()


def _join(part: Callable[..., S], tables: list[SpilledRows]) -> S:
    """In an executor: `part` of one bucket; the rows of a key that many have come to it in pieces."""
    with limited_rows(BUCKET_MEMORY):
        return joined(part, tables)


def fold_buckets(packed: bytes, widths: tuple[int, ...], batches: Iterable[Any]) -> Iterator[Any]:
    """In an executor: one state of all buckets of this task."""
    part = pickle.loads(packed)
    return merged_row(_guarded(partial(_join, part, tables)) for tables in _buckets(batches, widths))


def derive_buckets(packed: bytes, widths: tuple[int, ...], batches: Iterable[Any]) -> Iterator[Any]:
    """In an executor: the rows that come of each bucket, as rows of OUTPUT."""
    part = pickle.loads(packed)
    for tables in _buckets(batches, widths):
        table: SpilledRows = _guarded(partial(_join, part, tables))
        for numbers in table.pieces():
            found = bucketed(numbers, table.width)
            rows: list[Row] = [
                ("rows", "", bucket, "", 0, payload)
                for bucket, each in found
                for payload in payloads(each, table.width)
            ]
            if rows:
                yield batch_of(rows)
        table.close()
