"""Rows and joins by Spark: executors make the rows and keep them; the joins are the same SQL as on this machine."""

import pickle
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from itertools import islice
from math import ceil
from typing import Any

from fhircheck import __version__
from fhircheck.distribute.spark_reading import Reading
from fhircheck.distribute.spark_run import SparkSources, plain_options, read
from fhircheck.distribute.spark_session import opened_session, own_copy, plain_errors
from fhircheck.distribute.spark_tables import kept_frame, merged_state
from fhircheck.distribute.spark_worker import Job
from fhircheck.model.errors import CouldNotCheck
from fhircheck.model.spark_options import SparkOptions
from fhircheck.reconcile.columns import RESOURCES, TABLES
from fhircheck.reconcile.parts import SideFacts
from fhircheck.reconcile.reading import CHUNK_BYTES, Side
from fhircheck.reconcile.row_pass import RowPlan
from fhircheck.reconcile.rules import Rules
from fhircheck.reconcile.spark_rows import (
    FRAME_BITS,
    SLICED,
    RowsTask,
    TaskFacts,
    chunk_rows,
    ddl,
    rows_lost,
    slice_batches,
    unpacked,
)
from fhircheck.sources.options import ReadOptions

TASK_BYTES = 64 << 20
"""Bytes of rows that one task of a join is meant to get."""
_PARTITIONS = "spark.sql.shuffle.partitions"
_FEW = {_PARTITIONS: "1", "spark.sql.adaptive.enabled": "false", "spark.sql.codegen.wholeStage": "false"}
"""Settings for rows that one task can hold: plans and generated code would take longer than the joins."""
_PAIRS = 1_000_000
"""Pairs of ids that pass through the driver at once."""


class SparkJoins:
    """An engine over a Spark session. Its names are in a copy of the session: those of the user stay untouched.

    Raises UsageError where PySpark is missing, CouldNotCheck where Spark does not start.
    """

    name = "spark"

    def __init__(self, options: SparkOptions) -> None:
        self._closing = ExitStack()
        with plain_errors():
            session = self._closing.enter_context(opened_session(options))
            self._session = own_copy(session)
        self._spark = SparkOptions(session=session, format=options.format, json_column=options.json_column,
                                   small_bytes=options.small_bytes, whole_bytes=options.whole_bytes)  # fmt: skip
        self._given = {name: str(self._session.conf.get(name)) for name in _FEW}
        self._bytes = 0

    # -- both sides ----------------------------------------------------------------------------

    def read(self, letter: str, side: Side, rules: Rules) -> SideFacts:
        """Have the executors make the rows of a side and name its tables.

        Raises UsageError for sources that make no sense, CouldNotCheck for one that cannot be read at all.
        """
        side.check_bases()
        options = plain_options(ReadOptions(chunk_bytes=CHUNK_BYTES))
        sources = SparkSources(side.sources, options, self._spark, rows_lost)
        self._closing.callback(sources.close)
        sources.listing.files = list({each.name: each for each in sources.listing.files}.values())
        plan = RowPlan(rules, side.own_bases(), rename=side.name == "before")
        job = pickle.dumps(Job(chunk_rows, plan, (), __version__, rows_lost), 5)
        with plain_errors():
            read(sources, Reading(job, options, True, RowsTask))
            found: TaskFacts = merged_state(sources.part("partial").select("payload")) or TaskFacts()
            numbers = {place: number for number, place in enumerate(sorted(found.sources))}
            self._tables(letter, sources, numbers)
        facts = SideFacts(sources={number: found.sources[place] for place, number in numbers.items()})
        facts.add(found.made)
        return facts

    def _tables(self, letter: str, sources: SparkSources, numbers: dict[str, int]) -> None:
        """Name the tables of a side; those that are used again and again are kept as they are used."""
        if len(sources.kept) >> FRAME_BITS:
            raise CouldNotCheck("too many tables on one side: compare folders or patterns of them, some at a time")
        known = self._session.sparkContext.broadcast(numbers)
        for name in TABLES:
            whole = self._empty(ddl(name))
            for at, frame in enumerate(sources.kept):
                cells = frame.where(f"kind = 'rows' AND name = '{name}'").select("payload")
                whole = whole.unionAll(cells.mapInArrow(partial(unpacked, name, at, known), ddl(name)))
            self._name(f"{letter}_{name}", whole, keep=name != RESOURCES)
        self._bytes += sum(sources.sizes.values())
        self._size_up()

    def _size_up(self) -> None:
        """Fit the settings of the joins to what there is to join."""
        conf = self._session.conf
        if self._bytes > TASK_BYTES:
            parts = max(int(self._given[_PARTITIONS]), ceil(self._bytes / TASK_BYTES))
            made = {**self._given, _PARTITIONS: str(parts)}
        else:
            made = _FEW
        for name, value in made.items():
            conf.set(name, value)

    def _empty(self, columns: str) -> Any:
        """A frame without rows; what is united with it belongs to the session of the joins."""
        cells = (f"CAST(NULL AS {each.split()[1]}) {each.split()[0]}" for each in columns.split(", "))
        return self._session.sql(f"SELECT {', '.join(cells)} WHERE 1 = 0")

    # -- an engine -----------------------------------------------------------------------------

    def given(self, pairs: Iterator[tuple[int, int, int, int]]) -> None:
        """Make the table ``given``; pairs go to the executors a million at a time."""
        import pyarrow as pa

        names = ("b1", "b2", "a1", "a2")
        whole = None
        with plain_errors():
            while held := list(islice(pairs, _PAIRS)):
                columns = zip(names, zip(*held, strict=True), strict=True)
                table = pa.table({name: pa.array(column, pa.int64()) for name, column in columns})
                frame = self._session.createDataFrame(table).localCheckpoint()
                whole = frame if whole is None else whole.unionAll(frame)
            if whole is None:
                whole = self._empty(", ".join(f"{name} bigint" for name in names))
            whole.createOrReplaceTempView("given")

    def view(self, name: str, sql: str) -> None:
        """Give a query a name; its rows are kept when they are first asked for."""
        with plain_errors():
            self._name(name, self._session.sql(sql), keep=True)

    def table(self, name: str, sql: str) -> None:
        """Run a query and keep its rows under a name, without what they came of."""
        with plain_errors():
            self._name(name, self._session.sql(sql).localCheckpoint())

    def _name(self, name: str, frame: Any, keep: bool = False) -> None:
        if keep:
            frame = kept_frame(frame)
            self._closing.callback(frame.unpersist)
        frame.createOrReplaceTempView(name)

    def number(self, sql: str) -> int:
        """The one number a query gives."""
        with plain_errors():
            return int(self._session.sql(sql).collect()[0][0] or 0)

    def rows(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, a partition at a time in memory."""
        with plain_errors():
            for row in self._session.sql(sql).toLocalIterator():
                yield tuple(row)

    def mixed(self, *columns: str) -> str:
        """An expression: 64 bits that columns come to."""
        return f"xxhash64({', '.join(columns)})"

    def slices(self, table: str, columns: tuple[str, ...], number: int) -> Iterator[tuple[int, list[bytes]]]:
        """Sorted columns: all slices in one sort."""
        names = ", ".join(f"coalesce({name}, 0) {name}" for name in columns)
        sql = f"SELECT CAST(c1 & {number - 1} AS INT) slice, {names} FROM {table} ORDER BY slice, {', '.join(columns)}"
        with plain_errors():
            for row in self._session.sql(sql).mapInArrow(slice_batches, SLICED).toLocalIterator():
                yield row.slice, [bytes(each) for each in row.payload]

    @property
    def is_small(self) -> bool:
        """Whether the rows of both sides are so few that their joins are not worth a job."""
        return self._bytes <= self._spark.small_bytes

    def gathered(self) -> Iterator[tuple[str, Any]]:
        """All tables of both sides, each with its name, as Arrow tables in this process."""
        with plain_errors():
            for letter in ("b", "a"):
                for name in TABLES:
                    yield f"{letter}_{name}", self._session.table(f"{letter}_{name}").toArrow()

    def close(self) -> None:
        """Free what executors keep; a session of our own ends."""
        with plain_errors():
            for each in self._session.catalog.listTables():
                if each.isTemporary:
                    self._session.catalog.dropTempView(each.name)
            self._closing.close()
