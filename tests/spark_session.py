"""One Spark session for all tests of a process: two cores of this machine, a failing task is tried again."""

import os
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.needs import ROOT, pyspark


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """A session as `fhircheck check --engine spark` makes it; skips where Spark cannot run."""
    pyspark()
    from fhircheck.distribute.spark_session import opened_session
    from fhircheck.model.spark_options import SparkOptions

    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    conf = {
        "spark.driver.memory": "1g",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",  # short runs: quick to warm up
        "spark.sql.shuffle.partitions": "2",
        "spark.default.parallelism": "2",
    }
    with opened_session(SparkOptions(master="local[2]", conf=tuple(conf.items()))) as session:
        yield session


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that are cut at all are cut into parts of 256 KiB."""
    from fhircheck.distribute import spark_inputs

    settings = {"spark.sql.files.maxPartitionBytes": str(256 << 10), "spark.sql.files.minPartitionNum": "1"}
    monkeypatch.setattr(spark_inputs, "_fixed_parts", lambda _session, _size: settings)
