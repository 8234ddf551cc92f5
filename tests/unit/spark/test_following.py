"""Following on Spark: the report of a check of the same files, also where a batch runs twice; rows of a stream."""

import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fhircheck.model.errors import UsageError
from fhircheck.run import run
from tests.needs import ROOT, lack, program
from tests.unit.stream.streams import NOW, as_bytes, line, observation, patient, run_of


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    """The session that runs here, else a small one."""
    if importlib.util.find_spec("pyspark") is None:
        lack("PySpark", "pip install 'fhircheck[spark]'")
    if not os.environ.get("JAVA_HOME"):
        program("Java", "java")
    from fhircheck.distribute.spark_session import opened_session
    from fhircheck.model.spark_options import SparkOptions

    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    os.environ["PYSPARK_PYTHON"] = sys.executable
    conf = (("spark.driver.memory", "1g"), ("spark.sql.shuffle.partitions", "1"))
    with opened_session(SparkOptions(conf=conf) if running() else SparkOptions(master="local[1]", conf=conf)) as found:
        yield found


def running() -> bool:
    from pyspark.sql import SparkSession

    return SparkSession.getActiveSession() is not None


def followed(session: Any, source: Any, kept: Path, **more: Any) -> Any:
    from fhircheck import spark

    given: dict[str, Any] = {"trigger": {"availableNow": True}, "offline": True, "now": NOW, **more}
    return list(spark.follow(session, source, checkpoint=kept, **given))[-1]


def test_micro_batches_give_the_report_of_a_check_and_count_once(
    session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fhircheck.spark.following import _Batches

    data, kept = tmp_path / "in", tmp_path / "kept"
    data.mkdir()
    (data / "a.ndjson").write_bytes(b"".join(line(patient(each)) for each in range(3)))
    (data / "b.ndjson").write_bytes(b"".join(line(observation(each)) for each in range(6)))
    found: list[Any] = []
    first = followed(session, str(data), kept, files_per_batch=1, sink=found.extend)
    assert as_bytes(first.total) == as_bytes(run(run_of(str(data))))
    assert found

    (data / "c.json").write_bytes(line(observation(9)))
    batch, twice = _Batches._batch, []

    def again(self: Any, frame: Any, number: int) -> None:
        """Spark runs a batch again where it was not noted as done: here always."""
        batch(self, frame, number)
        batch(self, frame, number)
        twice.append(number)

    monkeypatch.setattr(_Batches, "_batch", again)
    second = followed(session, str(data), kept)
    assert len(twice) == 1
    assert as_bytes(second.total) == as_bytes(run(run_of(str(data))))


def test_rows_of_a_stream_are_resources_and_wrong_use_is_one_line(session: Any, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "rows.txt").write_bytes(line(observation(1)) + line(observation(5)) + b"{broken\n")
    frame = session.readStream.text(str(tmp_path / "in")).withColumnRenamed("value", "resource")
    total = followed(session, frame, tmp_path / "kept", json_column="resource").total
    assert total.sources.records == 3
    assert total.sources.unreadable == 1
    assert {name: count for name, count, _ in total.resources} == {"Observation": 2}
    for source, more in ((frame, {}), (session.createDataFrame([("x",)], ["value"]), {})):
        with pytest.raises(UsageError):
            followed(session, source, tmp_path / "other", **more)
    with pytest.raises(UsageError):
        followed("session", "path", tmp_path / "other")
