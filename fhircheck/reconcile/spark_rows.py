"""Rows made in Spark's executors by the function that makes them here: what a task collects, and how it travels."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from fhircheck.distribute.spark_session import OURS
from fhircheck.distribute.spark_worker import HELD, Stopped, Task, _guarded
from fhircheck.model.record import Chunk, Lost
from fhircheck.reconcile.columns import RESOURCES, TABLES, schemas
from fhircheck.reconcile.lost_portions import unmade
from fhircheck.reconcile.row_pass import Portion, RowPlan, RowsMade, row_pass

FRAME_BITS, TASK_BITS = 8, 20
"""A row is named by frame, task and its number in the task; where Spark makes rows again, they get the same names."""
_ROW_BITS = 63 - FRAME_BITS - TASK_BITS
_SOURCES = b"sources"
_DDL = {"int64": "bigint", "int32": "int", "string": "string", "bool": "boolean"}


def chunk_rows(plan: RowPlan) -> Callable[[Chunk], RowsMade]:
    """The function from a chunk to its rows, which are counted from zero."""
    work = row_pass(plan)
    return lambda chunk: work([Portion(0, 0, chunk)])


def rows_lost(plan: RowPlan, lost: Lost) -> RowsMade:
    """What a record counts as that no process survived."""
    return unmade(Lost([Portion(0, 0, lost.chunk)], lost.code))  # type: ignore[list-item]


@dataclass(slots=True)
class TaskFacts:
    """What is known beside rows. sources: where a source stands in the data's order -> its name. files: unused."""

    made: RowsMade = field(default_factory=RowsMade)
    sources: dict[str, str] = field(default_factory=dict)
    files: int = 0

    def merge(self, other: "TaskFacts") -> None:
        """Add what another task found."""
        self.made.merge(other.made)
        self.sources.update(other.sources)


class RowsTask(Task):
    """Collects the rows of one task; a chunk holds pieces of one source."""

    nothing = RowsMade

    def __init__(self, packed: bytes) -> None:
        from pyspark import TaskContext

        super().__init__(packed)
        context = TaskContext.get()
        number = context.partitionId() if context is not None else 0
        if number >> TASK_BITS:
            raise Stopped(f"{OURS}too many tasks: set spark.sql.files.maxPartitionBytes higher")
        self._next = number << _ROW_BITS
        self._whole = TaskFacts()
        self._tables: dict[str, list[Any]] = {name: [] for name in TABLES}
        self._places: dict[str, int] = {}

    def check(self, chunk: Chunk, major: str, minor: int) -> Iterator[Any]:
        """Make the rows of `chunk`, whose source stands at `major` in the data's order."""
        made: RowsMade = _guarded(lambda: self._checked(chunk))
        tables, made.tables, made.done = made.tables, [], []
        for each in tables:
            self._take(each, major, chunk[0].source)
        self._whole.made.merge(made)
        if self._held > HELD:
            self._put_rows()
        if self._out_bytes > HELD:
            yield self._batch()

    def _take(self, tables: dict[str, Any], major: str, source: str) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        place = self._places.setdefault(major, len(self._places))
        self._whole.sources[major] = source
        first = pa.scalar(self._next, pa.int64())
        self._next += tables[RESOURCES].num_rows
        for name, batch in tables.items():
            if not batch.num_rows:
                continue
            new = {"seq": pc.add(batch.column("seq"), first)}
            if name == RESOURCES:
                new["source"] = pa.repeat(pa.scalar(place, pa.int32()), batch.num_rows)
            batch = _with(batch, new, batch.schema)
            self._tables[name].append(batch)
            self._held += batch.nbytes

    def _put_rows(self) -> None:
        """Hand on the rows that are held, a cell for each table."""
        places = json.dumps(list(self._places)).encode()
        for name, batches in self._tables.items():
            if batches:
                self._put("rows", name, 0, _packed(batches, places))
        self._tables, self._places, self._held = {name: [] for name in TABLES}, {}, 0


def _with(batch: Any, new: dict[str, Any], schema: Any) -> Any:
    """The columns of `schema` out of the batch, others in the place of those that `new` names."""
    import pyarrow as pa

    columns = [new.get(name, batch.column(name)) for name in schema.names]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _packed(batches: list[Any], places: bytes) -> bytes:
    """Batches as an Arrow stream; `places` go with its schema."""
    import pyarrow as pa

    schema = batches[0].schema.with_metadata({_SOURCES: places})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_table(pa.Table.from_batches(batches).combine_chunks().replace_schema_metadata(schema.metadata))
    return bytes(sink.getvalue())


def unpacked(name: str, frame: int, numbers: Any, batches: Iterable[Any]) -> Iterator[Any]:
    """In an executor: the rows of table `name` out of the cells of frame number `frame`.

    numbers: a broadcast of where a source stands in the data's order -> its number.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    base = pa.scalar(frame << (63 - FRAME_BITS), pa.int64())
    schema = schemas()[name]
    for batch in batches:
        for cell in batch.column(0):
            with pa.ipc.open_stream(cell.as_buffer()) as stream:
                places = json.loads(stream.schema.metadata[_SOURCES])
                known = pa.array([numbers.value[each] for each in places], pa.int32())
                for each in stream:
                    new = {"seq": pc.add(each.column("seq"), base)}
                    if name == RESOURCES:
                        new["source"] = known.take(each.column("source"))
                    yield _with(each, new, schema)


def ddl(name: str) -> str:
    """The columns of a table as Spark writes them."""
    return ", ".join(f"{each.name} {_DDL.get(str(each.type), 'array<bigint>')}" for each in schemas()[name])


SLICED = "slice int, payload array<binary>"


def slice_batches(batches: Iterable[Any]) -> Iterator[Any]:
    """In an executor: sorted rows (slice, columns of 64-bit numbers) as rows of SLICED."""
    import pyarrow as pa

    from fhircheck.reconcile.columns import raw_bytes

    for batch in batches:
        slices = batch.column(0).to_pylist()
        start = 0
        while start < len(slices):
            at = slices[start]
            end = start + slices[start:].count(at)
            part = batch.slice(start, end - start)
            cells = [raw_bytes(column) for column in part.columns[1:]]
            yield pa.RecordBatch.from_arrays(
                [pa.array([at], pa.int32()), pa.array([cells], pa.list_(pa.binary()))], names=["slice", "payload"]
            )
            start = end
