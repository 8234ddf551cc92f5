"""The first pass in Spark's executors: one merged Partial comes back; rows stay with Spark, for its joins."""

import pickle
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from fhircheck.distribute.spark_files import HadoopFiles, Listing, plain_path
from fhircheck.distribute.spark_inputs import FileFrames, inputs_of
from fhircheck.distribute.spark_lakes import Lake, lake_of, rows_of
from fhircheck.distribute.spark_reading import Reading, Table, check_rows
from fhircheck.distribute.spark_session import encrypts, opened_session, own_copy, plain_errors
from fhircheck.distribute.spark_tables import SparkRows, gather_together, kept_frame, merged_state
from fhircheck.distribute.spark_worker import LINKS, OUTPUT, Job, width_of
from fhircheck.model.errors import CouldNotCheck, UsageError
from fhircheck.model.facts import Partial
from fhircheck.model.issue import Issue
from fhircheck.model.record import Lost
from fhircheck.model.row_facts import WIDTHS
from fhircheck.model.spark_options import FindingsFolder, SparkOptions
from fhircheck.model.spilled_rows import SpilledRows
from fhircheck.sources.options import ReadOptions


class SparkSources:
    """The sources of a run that Spark reads, and what it found of them until `close`.

    given_up: (plan, Lost) -> what a chunk counts as that no process survived.
    """

    def __init__(
        self,
        names: tuple[str, ...],
        options: ReadOptions,
        spark: SparkOptions,
        given_up: Callable[[Any, Lost], Any],
    ) -> None:
        if not names:
            raise UsageError("no source is named: give a file, a folder, a pattern or a table")
        if options.sample is not None:
            raise UsageError("a sample is chosen by the local engine: leave --engine spark or --sample out")
        if options.since:
            raise UsageError("--engine spark reads all there is: since is for the local engine")
        self.spark = spark
        self.options = options
        self.given_up = given_up
        self.lakes: list[Lake] = []
        self._closing = ExitStack()
        try:
            with plain_errors():
                self.session = self._closing.enter_context(opened_session(spark))
                self.hadoop = HadoopFiles(self.session)
                self.listing = self._listed(names)
        except BaseException:
            self._closing.close()
            raise
        self.kept: list[Any] = []
        self.sizes: dict[str, int] = {}

    def _listed(self, names: Iterable[str]) -> Listing:
        listing = Listing(self.hadoop)
        for number, name in enumerate(dict.fromkeys(names)):
            lake = lake_of(self.session, self.hadoop, name, f"{number:06d}/", self.spark)
            if lake is not None:
                self.lakes.append(lake)
            else:
                listing.take(number, name)
        return listing

    def keep(self, frame: Any) -> Any:
        """`frame`, made once; freed by `close`."""
        self.kept.append(kept_frame(frame))
        return self.kept[-1]

    def part(self, kind: str) -> Any:
        """What tasks found of that kind, as one frame."""
        frames = [each.where(f"kind = '{kind}'") for each in self.kept]
        whole = frames[0]
        for each in frames[1:]:
            whole = whole.unionByName(each)
        return whole

    def hand_over(self, merged: Partial) -> None:
        """Put the tables of rows into `merged`, where measures across records look for them."""
        rows = self.part("rows")
        tables: dict[str, Any] = {name: self._table(rows, name, size) for name, size in self.sizes.items()}
        gather_together(rows, tables)
        for name in WIDTHS:
            merged.rows.put(name, tables.get(f"rows.{name}", SpilledRows(WIDTHS[name])))
        for name in LINKS:
            setattr(merged.links, name, tables.get(f"links.{name}", SpilledRows(width_of(f"links.{name}"))))

    def _table(self, rows: Any, name: str, size: int) -> SparkRows:
        return SparkRows(rows.where(f"name = '{name}'"), width_of(name), size, self.spark.small_bytes)

    def close(self) -> None:
        """Free what Spark keeps; a session of our own ends."""
        with plain_errors():
            for each in self.kept:
                each.unpersist()
        self.kept = []
        self._closing.close()


def partials_of(
    prepare: Callable[[Any], Callable[[Any], Partial]], plan: Any, sources: SparkSources
) -> Iterator[Partial]:
    """One Partial with all counts, then findings and lines in the data's order, a list at a time."""
    folder = sources.spark.findings
    in_order = plan.keep or bool(plan.split) or plan.write_usable
    if folder is not None:
        _not_there(sources, folder)
        plan = replace(plan, keep=True)
    if (plan.split or plan.write_usable) and not encrypts(sources.session):
        raise UsageError(
            "records are written to files only where Spark encrypts what it keeps on disk:"
            " spark.io.encryption.enabled=true"
        )
    job = pickle.dumps(job_of(sources.session, prepare, plan, sources.given_up), 5)
    with plain_errors():
        read(sources, Reading(job, plain_options(sources.options), in_order))
        yield merged_state(sources.part("partial").select("payload")) or Partial()
        if folder is not None:
            _write(sources, folder)
        if in_order:
            yield from _in_order(sources)


def read(sources: SparkSources, reading: Reading) -> None:
    """Have the executors read all sources; what their tasks find is kept. Raises CouldNotCheck, and errors of Spark."""
    inputs = inputs_of(sources.listing, sources.hadoop, reading, sources.spark.whole_bytes)
    for frame in FileFrames(sources.session, reading).frames(inputs):
        sources.keep(frame)
    session = own_copy(sources.session)
    for lake in sources.lakes:
        table = Table(plain_path(lake.path), lake.name, lake.order)
        rows = rows_of(session, lake, sources.spark)
        sources.keep(rows.mapInArrow(partial(check_rows, reading, table), OUTPUT))
    _measure(sources, len(inputs.whole))


def _not_there(sources: SparkSources, folder: FindingsFolder) -> None:
    if sources.hadoop.status(sources.hadoop.path_of(folder.folder)) is not None:
        raise UsageError(f"--findings {folder.folder}: is there already; name a folder that is not")


def _write(sources: SparkSources, folder: FindingsFolder) -> None:
    """Have the executors write all findings."""
    rows = sources.part("issues").select("payload").mapInArrow(partial(finding_batches, folder.batch_of), folder.schema)
    rows.write.mode("errorifexists").parquet(sources.hadoop.text_path(sources.hadoop.path_of(folder.folder)))


def finding_batches(batch_of: Callable[[list[Issue]], Any], batches: Iterable[Any]) -> Iterator[Any]:
    """In an executor: findings as rows of their table."""
    for batch in batches:
        for each in batch.column(0):
            yield batch_of(pickle.loads(each.as_py()))


def plain_options(options: ReadOptions) -> ReadOptions:
    """The bounds of reading alone: how servers are spoken to is not for executors."""
    return ReadOptions(options.max_record_bytes, options.max_depth, options.chunk_bytes, options.split_bytes)


def job_of(
    session: Any,
    prepare: Callable[[Any], Callable[[Any], Partial]],
    plan: Any,
    given_up: Callable[[Any, Lost], Partial] | None = None,
) -> Job:
    """What executors need; definitions that they cannot have are sent to them."""
    from fhircheck import __version__
    from fhircheck.definitions.embedded import STORE

    stores = []
    for package in plan.recipe.packages:
        path = Path(package.store)
        if path != STORE:
            session.sparkContext.addFile(str(path))
            stores.append((package.store, path.name))
    return Job(prepare, plan, tuple(stores), __version__, given_up)


def _measure(sources: SparkSources, whole: int) -> None:
    """Run the check, and learn how much came of it. Raises CouldNotCheck where Spark left files out."""
    from pyspark.sql import functions as sql

    seen = 0
    for frame in sources.kept:
        found = frame.groupBy("kind", "name").agg(
            sql.sum(sql.octet_length("payload")).alias("size"), sql.sum("minor").alias("minor")
        )
        for row in found.collect():
            if row.kind == "rows":
                sources.sizes[row.name] = sources.sizes.get(row.name, 0) + row.size
            elif row.kind == "seen":
                seen += row.minor
    if seen != whole:
        raise CouldNotCheck(f"Spark gave {seen} of {whole} files: nothing is reported")


def _in_order(sources: SparkSources) -> Iterator[Partial]:
    """Findings and lines, in the data's order."""
    wanted = sources.part("issues").unionByName(sources.part("lines")).unionByName(sources.part("usable"))
    for row in wanted.orderBy("major", "minor").select("kind", "payload").toLocalIterator(prefetchPartitions=True):
        found = Partial()
        setattr(found, row.kind, pickle.loads(row.payload))
        yield found
