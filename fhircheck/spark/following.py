"""``fhircheck.spark.follow``: data that keeps coming, read by Structured Streaming and checked by Spark's executors.

Each micro-batch becomes one Partial, which the driver counts and writes to the checkpoint together with the batch's
number, before Spark notes that the batch is done. A batch that Spark runs twice is counted once.
"""

import os
import pickle
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import Any, Unpack

from fhircheck.api import Options, run_options, without_sink
from fhircheck.distribute.spark_files import plain_path
from fhircheck.distribute.spark_reading import whole_pieces
from fhircheck.distribute.spark_session import plain_errors
from fhircheck.distribute.spark_tables import merged_row
from fhircheck.distribute.spark_worker import _guarded, checker
from fhircheck.model.errors import UsageError
from fhircheck.model.facts import Partial
from fhircheck.model.record import Chunk, Piece
from fhircheck.sources import ReadOptions
from fhircheck.sources.chunked import chunked
from fhircheck.sources.skipped import is_own_file, is_read_in_folders
from fhircheck.stream.clock import Clock, SystemClock
from fhircheck.stream.feed import Portion
from fhircheck.stream.follow import Following
from fhircheck.stream.follow_options import FollowOptions
from fhircheck.stream.library import Span, seconds
from fhircheck.stream.notice import Notice
from fhircheck.stream.position import Position
from fhircheck.stream.watch import Limits
from fhircheck.stream.window import WindowResult

BATCHES = (0, 1)
"""The key under which the number of the last batch is kept."""
_FILES = "path string, modificationTime timestamp, length long, content binary"
_KAFKA = ("topic", "partition", "offset")


def follow(
    spark: Any,
    source: Any,
    *,
    checkpoint: str | os.PathLike[str],
    spark_checkpoint: str = "",
    json_column: str = "",
    trigger: dict[str, Any] | str | None = None,
    files_per_batch: int = 1_000,
    window: Span = "24h",
    every: Span = "5m",
    restart: bool = False,
    silence: Span = "1h",
    late: Span = "1d",
    clock_tolerance: Span = "5m",
    tell: Callable[[Notice], None] = lambda notice: None,
    **options: Unpack[Options],
) -> Iterator[WindowResult]:
    """Follow `source` with the session `spark`; yields a WindowResult at each step's end, as fhircheck.follow does.

    source: a folder on any file system the session knows, to which whole files come (written beside and moved there),
    or a streaming DataFrame with one resource a row in `json_column` (empty: ``value``), such as Kafka's; its columns
    topic, partition and offset name the places of findings. checkpoint: folder of this machine, with Spark's own in it
    unless `spark_checkpoint` says where. trigger: ``10 seconds``, or what DataStreamWriter.trigger takes
    ({"availableNow": True}: what is there, then the end). Other options: as of fhircheck.follow.

    Raises UsageError and CouldNotCheck as fhircheck.spark.check does.
    """
    if isinstance(spark, str | os.PathLike) or not hasattr(spark, "readStream"):
        raise UsageError("fhircheck.spark.follow: the first argument is a SparkSession, the second what to follow")
    given, sink = without_sink(options)
    path = os.fspath(source) if isinstance(source, str | os.PathLike) else ""
    run = run_options((path or "stream",), **given)
    asked = FollowOptions(
        window=seconds(window, "window"),
        every=seconds(every, "every"),
        checkpoint=os.fspath(checkpoint),
        restart=restart,
        limits=Limits(seconds(silence, "silence"), seconds(late, "late"), seconds(clock_tolerance, "clock_tolerance")),
        commit=0.0,
    )
    how = trigger if isinstance(trigger, dict) else {"processingTime": trigger} if trigger else {}
    frame = _frame_of_files(spark, path, files_per_batch) if path else _frame_of_rows(source, json_column)
    return _results(_Batches(spark, frame, path, how, spark_checkpoint), run, asked, sink, tell)


def _results(batches: "_Batches", run: Any, asked: FollowOptions, sink: Any, tell: Any) -> Iterator[WindowResult]:
    folder = str(asked.checkpoint)
    with Following(run, asked, sink, tell, batches.clock, feeds=(batches,)) as following:
        batches.begin(following.ready.plan, os.path.join(folder, "spark"), fresh=not following.resumed)
        yield from following


def _frame_of_files(spark: Any, path: str, files_per_batch: int) -> Any:
    reader = spark.readStream.format("binaryFile").schema(_FILES).option("recursiveFileLookup", "true")
    with plain_errors():
        return reader.option("maxFilesPerTrigger", files_per_batch).load(path).select("path", "content")


def _frame_of_rows(frame: Any, json_column: str) -> Any:
    """(value, where, number) of a streaming DataFrame. Raises UsageError where it is none."""
    from pyspark.sql import functions as sql

    if not getattr(frame, "isStreaming", False):
        raise UsageError("fhircheck.spark.follow: name a folder, or give a streaming DataFrame (spark.readStream)")
    column = json_column or "value"
    if column not in frame.columns:
        raise UsageError(f"fhircheck.spark.follow: there is no column {column!r}: name it with json_column")
    value = sql.col(column).cast("binary").alias("value")
    if set(_KAFKA) <= set(frame.columns):
        where = sql.concat_ws("-", "topic", "partition").alias("where")
        return frame.select(value, where, sql.col("offset").cast("long").alias("number"))
    return frame.select(value, sql.lit("").alias("where"), sql.lit(-1).cast("long").alias("number"))


class _Batches:
    """The feed of a follower: micro-batches as Spark runs them, one after the other."""

    several = False

    def __init__(self, spark: Any, frame: Any, path: str, trigger: dict[str, Any], spark_checkpoint: str) -> None:
        self._spark, self._frame, self._path, self._trigger = spark, frame, path, trigger
        self._spark_checkpoint = spark_checkpoint
        self.clock: Clock = SystemClock()
        self._waiting: queue.Queue[tuple[int, Partial]] = queue.Queue()
        self._counted = threading.Condition()
        self._done, self._moved = -1, -1
        self._closed = False
        self._query: Any = None
        self._fault: BaseException | None = None
        self._job = b""
        self.ended = False

    def begin(self, plan: Any, folder: str, fresh: bool) -> None:
        """Start the query. fresh: our checkpoint is new, so that Spark's own in it must not be an old one."""
        from shutil import rmtree

        from fhircheck.distribute.spark_run import job_of
        from fhircheck.first_pass import first_pass

        place = self._spark_checkpoint or folder
        if fresh and not self._spark_checkpoint:
            rmtree(folder, ignore_errors=True)
        with plain_errors():
            self._job = pickle.dumps(job_of(self._spark, first_pass, plan), 5)
            writer = self._frame.writeStream.foreachBatch(self._batch).option("checkpointLocation", place)
            self._query = (writer.trigger(**self._trigger) if self._trigger else writer).start()

    def _batch(self, frame: Any, number: int) -> None:
        """Called by Spark; returns when the batch is counted and written."""
        if number <= self._done:
            return
        try:
            merged = self._checked(frame, number)
        except BaseException as error:
            self._fault = error
            raise
        self._waiting.put((number, merged))
        self.clock.wake()
        with self._counted:
            while self._done < number and not self._closed:
                self._counted.wait(1.0)
        if self._done < number:
            raise RuntimeError("following has ended")

    def _checked(self, frame: Any, number: int) -> Partial:
        work = partial(check_files, self._job, self._path) if self._path else partial(check_rows, self._job, number)
        merged = Partial()
        for row in frame.mapInArrow(work, "payload binary").toLocalIterator():
            merged.merge(pickle.loads(row.payload))
        return merged

    # -- as a feed --------------------------------------------------------------------------------

    def restore(self, positions: Iterable[Position]) -> None:
        """The batches up to this one are counted."""
        for each in positions:
            if each.key == BATCHES:
                self._done = self._moved = each.record

    def take(self, now: float) -> Iterator[Portion]:
        """Batches that are checked. Raises CouldNotCheck where Spark failed."""
        while not self._waiting.empty():
            number, found = self._waiting.get()
            yield Portion([], Position(0, *BATCHES, record=number), found=found)
        if self._query is not None and not self._query.isActive and self._waiting.empty():
            self.ended = True
            if self._fault is not None or self._query.exception() is not None:
                with plain_errors():
                    raise self._fault or self._query.exception()

    def moved(self, portion: Portion) -> None:
        """The batch is counted, and is to be written."""
        assert portion.after is not None
        self._moved = portion.after.record

    def changed(self) -> tuple[list[Position], list[tuple[int, int]]]:
        """The number of the last batch."""
        return ([Position(0, *BATCHES, record=self._moved)] if self._moved > self._done else []), []

    def committed(self) -> None:
        """The batch is written: Spark may go on."""
        with self._counted:
            self._done = self._moved
            self._counted.notify_all()

    def rest(self) -> Iterator[Chunk]:
        """Nothing waits for its end."""
        return iter(())

    def waiting(self, now: float) -> int:
        """What Spark has to read is not known."""
        return 0

    def close(self) -> None:
        """End the query; a batch under way is run again by the next one."""
        with self._counted:
            self._closed = True
            self._counted.notify_all()
        if self._query is not None:
            with plain_errors():
                self._query.stop()


def check_files(job: bytes, root: str, batches: Iterable[Any]) -> Iterator[Any]:
    """In an executor: files that came whole (path, content), those that a check of the folder would read."""
    options = ReadOptions()

    def pieces() -> Iterator[Piece]:
        for batch in batches:
            for path, content in zip(batch.column(0).to_pylist(), batch.column(1), strict=True):
                name = _name(plain_path(path), root)
                base = name.rpartition("/")[2]
                if not is_own_file(base) and is_read_in_folders(base):
                    yield from whole_pieces(content.as_py(), name, options)

    yield from _checked(job, chunked(pieces(), options.chunk_bytes))


def _name(path: str, root: str) -> str:
    """The name of a file as a check of the folder `root` gives it."""
    whole = plain_path(root) if ":" in root else f"file:{os.path.abspath(root)}"
    whole = whole.rstrip("/")
    return root.rstrip("/") + path[len(whole) :] if path.startswith(whole + "/") else path


def check_rows(job: bytes, number: int, batches: Iterable[Any]) -> Iterator[Any]:
    """In an executor: rows with one resource each (value, where, number)."""
    options, count = ReadOptions(), 0

    def pieces() -> Iterator[Piece]:
        nonlocal count
        for batch in batches:
            for value, where, at in zip(*(batch.column(each).to_pylist() for each in range(3)), strict=True):
                yield Piece(where or f"batch {number}", "resource", value or b"null", first=at if at >= 0 else count)
                count += 1

    yield from _checked(job, chunked(pieces(), options.chunk_bytes))


def _checked(job: bytes, chunks: Iterable[Chunk]) -> Iterator[Any]:
    """One row with what all chunks gave."""
    check = _guarded(lambda: checker(job))
    return merged_row(chain((Partial(),), (_guarded(partial(check, chunk)) for chunk in chunks)))
