"""How many jobs and tasks a run on Spark takes: each costs a tenth of a second, however little it does."""

from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fhircheck
from fhircheck.distribute import spark_worker
from fhircheck.distribute.spark_files import Found
from fhircheck.distribute.spark_inputs import FileFrames
from fhircheck.distribute.spark_reading import Reading
from fhircheck.distribute.spark_tables import SparkRows, gather_together
from fhircheck.sources.options import ReadOptions
from tests.needs import ROOT


@contextmanager
def counted_jobs(spark: Any) -> Iterator[list[int]]:
    """The jobs that run meanwhile."""
    context, jobs = spark.sparkContext, list[int]()
    context.setJobGroup("counted", "")
    try:
        yield jobs
    finally:
        jobs += context.statusTracker().getJobIdsForGroup("counted")
        context.setLocalProperty("spark.jobGroup.id", None)


def test_small_tables_come_here_in_one_job(spark: Any) -> None:
    rows = [("rows", name, 0, "", 0, bytearray(array("Q", [at]).tobytes())) for at in range(4) for name in "abc"]
    frame = spark.createDataFrame(rows, spark_worker.OUTPUT).coalesce(4)
    tables = {name: SparkRows(frame.where(f"name = '{name}'"), 1, 32, 1 << 20) for name in "abc"}
    tables["large"] = SparkRows(frame, 1, 1 << 21, 1 << 20)
    with counted_jobs(spark) as jobs:
        gather_together(frame, tables)
        assert [sorted(tables[name].gathered().rows) for name in "abc"] == [[0, 1, 2, 3]] * 3
    assert len(jobs) == 1
    assert tables["large"]._here is None


def test_the_jobs_of_a_check_do_not_grow_with_its_tables(spark: Any) -> None:
    with counted_jobs(spark) as jobs:
        assert fhircheck.spark.check(spark, ROOT / "sample_bundles" / "use-cases", offline=True).resources
    assert 0 < len(jobs) <= 12


def test_large_files_are_cut_into_large_parts(spark: Any, tmp_path: Path) -> None:
    path = tmp_path / "large.ndjson"
    line = b'{"resourceType": "Basic", "id": "%07d"}' + b" " * 1_000 + b"\n"
    path.write_bytes(b"".join(line % number for number in range(9_000)))
    files = [Found(f"file:{path}", str(path), "000000/", path.stat().st_size)]
    frame = FileFrames(spark, Reading(b"", ReadOptions()))._lines(files, {files[0].path: b"{}"})
    assert frame.rdd.getNumPartitions() == 3  # of 4 MiB
