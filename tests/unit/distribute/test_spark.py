"""What the Spark engine does around its jobs: words for errors, settings, how files are cut and named. No Java here,
but for the session's own tests at the end."""

import pickle
from array import array
from collections import Counter
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fhircheck
from fhircheck.distribute import spark_inputs, spark_session, spark_tables, spark_worker
from fhircheck.distribute.spark_files import Found, plain_path, plain_uri
from fhircheck.distribute.spark_lakes import json_column
from fhircheck.distribute.spark_reading import Stream, _joined
from fhircheck.distribute.spark_tables import SparkRows, merged_row
from fhircheck.model.errors import CouldNotCheck, UsageError
from fhircheck.model.facts import Partial
from fhircheck.model.issue import Issue
from fhircheck.model.join import Join
from fhircheck.model.spark_options import SparkOptions
from fhircheck.model.spilled_rows import SpilledRows
from tests.marked_data import Marks
from tests.marked_faults import files
from tests.marked_home import leaks
from tests.unit.distribute.pure_functions import dying_of_a_record

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            f"... Traceback ...\n{spark_session.OURS}the executors have fhircheck 9\n  at org.x",
            "executors have fhircheck 9",
        ),
        ("ModuleNotFoundError: No module named 'fhircheck'", "fhircheck is not installed where Spark's executors run"),
        ("[PYTHON_VERSION_MISMATCH] Python in worker has different version", "another Python than this one"),
        ('java.io.IOException: Cannot run program "python9"', "no Python where PYSPARK_PYTHON says"),
        ("Python worker exited unexpectedly (crashed)", "died again and again"),
        ("Caused by: java.io.FileNotFoundException: /secret/Miller.json", "a file went away"),
        ("[UNABLE_TO_X.Y] Miller, born 1980", "Spark failed (UNABLE_TO_X.Y): nothing is reported"),
        ("Caused by: org.apache.SomeException: Miller", "Spark failed (org.apache.SomeException): nothing is reported"),
    ],
)
def test_errors_of_spark_are_one_line_without_data(text: str, says: str) -> None:
    said = spark_session.said(text)
    assert says in said
    assert "\n" not in said
    assert "Miller" not in said


@pytest.mark.parametrize("name", ["spark.hadoop.fs.s3a.secret.key", "spark.my.Password", "spark.fs.access.key"])
def test_secrets_are_refused_in_settings(name: str) -> None:
    with pytest.raises(UsageError, match="can be read by others") as refused:
        spark_session.check_conf(SparkOptions(conf=((name, "hunter2"),)))
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("master", "tried"),
    [("local", "local[1,3]"), ("local[2]", "local[2,3]"), ("local[*]", "local[*,3]"), ("local[2,5]", "local[2,5]")],
)
def test_failing_tasks_are_tried_again_in_local_sessions(master: str, tried: str) -> None:
    assert spark_session._retrying(master) == tried


def test_paths_agree_however_they_are_written() -> None:
    assert plain_uri("file:///a%20b/%2520.json") == plain_path("file:/a b/%20.json") == "file:/a b/%20.json"
    assert plain_path("s3a://bucket/key") == plain_uri("s3a://bucket/key")


def test_parts_of_a_file_begin_where_those_before_them_end() -> None:
    found = Found("file:/x.ndjson", "x.ndjson", "000000/", 39)
    parts = [(20, 2, 21, 1), (0, 2, 16, 2)]  # start, lines, bytes, records: the last line has no end
    rows = [SimpleNamespace(path="file:///x.ndjson", start=a, lines=b, bytes=c, records=d) for a, b, c, d in parts]
    blocks = spark_inputs._blocks([found], {found.path: b"\xef\xbb\xbf{}"}, rows)
    first, second = blocks["file:/x.ndjson", 0], blocks["file:/x.ndjson", 20]
    assert (first.offset, first.line, first.record, first.mark, first.open) == (0, 1, 0, True, False)
    assert (second.offset, second.line, second.record, second.mark, second.open) == (19, 3, 2, False, True)


def cut(text: bytes, at: bytes) -> list[bytes]:
    """The rows that Spark makes of `text`: what ends with a separator has no empty row behind it."""
    parts = text.split(at)
    return parts[:-1] if text.endswith(at) else parts


@given(st.lists(st.sampled_from([b"ab", b",", b"\n", b"x"]), min_size=1), st.sampled_from([b",", b"\n", b"b,"]))
def test_what_spark_cut_is_put_together_again(words: list[bytes], at: bytes) -> None:
    text = b"".join(words)
    rows = cut(text, at)
    slices = [pyarrow.record_batch([pyarrow.array([row], pyarrow.binary())], ["value"]) for row in rows]
    assert b"".join(_joined(slices, Stream("x", "", at, len(text), False))) == text


@given(st.lists(st.integers(0, 2**64 - 1), max_size=40))
def test_buckets_hold_every_row_once_and_equal_keys_together(keys: list[int]) -> None:
    numbers = array("Q", (number for key in keys for number in (key, 7)))
    buckets = dict(spark_worker.bucketed(numbers, 2))
    assert sorted(number for part in buckets.values() for number in part[::2]) == sorted(keys)
    assert all(key >> 54 == bucket for bucket, part in buckets.items() for key in part[::2])
    assert all(bucket < spark_worker.BUCKETS for bucket in buckets)


def columns(*pairs: tuple[str, str]) -> Any:
    return SimpleNamespace(
        fields=[SimpleNamespace(name=n, dataType=SimpleNamespace(typeName=lambda t=t: t)) for n, t in pairs]
    )


def test_a_task_merges_states_into_one_row_or_none() -> None:
    (row,) = merged_row(Partial(records=number) for number in (3, 4, 5))
    assert [pickle.loads(each.as_py()).records for each in row.column("payload")] == [12]
    assert not list(merged_row(()))


def test_the_column_with_the_resources() -> None:
    assert json_column(columns(("id", "long"), ("doc", "string")), "", "t") == "`doc`"
    assert json_column(columns(("id", "string"), ("resource", "binary")), "", "t") == "`resource`"
    assert json_column(columns(("a", "string"), ("b`c", "string")), "b`c", "t") == "`b``c`"
    for schema, asked in ((columns(("a", "string"), ("b", "string")), ""), (columns(("a", "long")), "a")):
        with pytest.raises(UsageError, match="json-column"):
            json_column(schema, asked, "t")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--findings", "x"], "--findings is for --engine spark"),
        (["--spark-conf", "a=b"], "--spark-conf is for --engine spark"),
        (["--engine", "spark", "--spark-conf", "a"], "must be KEY=VALUE"),
        (["--engine", "spark", "--spark-conf", "spark.x.password=y"], "can be read by others"),
        (["--engine", "spark", "--sample", "3"], "chosen by the local engine"),
    ],
)
def test_wrong_options_are_one_line(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    from fhircheck.cli import main

    with pytest.raises(SystemExit) as ended:
        main(["check", "x.ndjson", "--offline", *arguments])
    assert ended.value.code == 2
    assert says in capsys.readouterr().err


# -- with a session ----------------------------------------------------------------------------------------------------


def resources(count: int) -> list[str]:
    """Patients, every fourth with an error."""
    dates = ("1980-02-30", "1980-02-03", "1981", "1982-07")
    return [f'{{"resourceType": "Patient", "id": "p{n}", "birthDate": "{dates[n % 4]}"}}' for n in range(count)]


def test_a_chunk_that_kills_its_worker_is_named_and_the_rest_is_checked(
    spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = resources(12)
    lines[5] = lines[5].replace("p5", "killer")
    (tmp_path / "a.ndjson").write_text("\n".join(lines))
    (tmp_path / "b.json").write_text(lines[0])
    monkeypatch.setattr("fhircheck.first_pass.first_pass", dying_of_a_record)
    found: list[Issue] = []
    report = fhircheck.spark.validate(spark, tmp_path, offline=True, now=NOW, sink=found.extend)
    counts = {kind: count for _, kind, count in report.totals}
    assert counts["check-died"] == 1
    assert (report.sources.files, report.sources.records) == (2, 13)
    died = [each for each in found if each.kind == "check-died"]
    assert [(each.place.source, each.place.record) for each in died] == [(str(tmp_path / "a.ndjson"), 5)]


def places(issues: list[Issue]) -> list[tuple[int, str]]:
    return [(each.place.record, each.kind) for each in issues]


def test_tables_with_a_resource_a_row_and_findings_as_parquet(spark: Any, tmp_path: Path) -> None:
    lines = resources(1_000)
    folder = tmp_path / "lake"
    folder.mkdir()
    for number, part in enumerate((lines[:700], [*lines[700:], None, ""])):
        table = pyarrow.table({"id": [str(each) for each in range(len(part))], "resource": part})
        pyarrow.parquet.write_table(table, folder / f"part-{number}.parquet", row_group_size=200)
    (tmp_path / "same.ndjson").write_text("\n".join(lines))
    here = fhircheck.check(tmp_path / "same.ndjson", offline=True, now=NOW)
    there = fhircheck.spark.check(spark, folder, offline=True, now=NOW, findings=tmp_path / "found")
    assert {kind: count for kind, count, _ in here.resources} == {"Patient": 1_000}
    assert [each for each in there.resources if each[0] == "Patient"] == list(here.resources)
    assert (there.sources.files, there.sources.records, there.sources.unreadable) == (2, 1_002, 2)
    local: list[Issue] = []
    fhircheck.check(tmp_path / "same.ndjson", offline=True, now=NOW, sink=local.extend)
    expected = Counter((f"{folder}/part-{r // 700}.parquet", r % 700, kind) for r, kind in places(local))
    rows = duckdb.sql(f"SELECT source, record, kind FROM '{tmp_path}/found/*.parquet'").fetchall()
    known = Counter(rows)
    extra = known - expected
    assert known - extra == expected
    assert len(local) >= 250
    assert {each[:2] for each in extra} == {(f"{folder}/part-1.parquet", 300), (f"{folder}/part-1.parquet", 301)}
    with pytest.raises(UsageError, match="is there already"):
        fhircheck.spark.check(spark, folder, offline=True, findings=tmp_path / "found")
    with pytest.raises(UsageError, match="lacks Delta Lake"):
        fhircheck.spark.check(spark, folder, offline=True, format="delta")


def test_findings_as_parquet_hold_no_personal_value(spark: Any, tmp_path: Path) -> None:
    marks = Marks()
    folder = tmp_path / "data"
    folder.mkdir()
    for name, data in files(marks).items():
        (folder / Path(name).name).write_bytes(data)
    fhircheck.spark.validate(spark, folder, offline=True, findings=tmp_path / "found")
    rows = duckdb.sql(f"SELECT * EXCLUDE (source) FROM '{tmp_path}/found/*.parquet'").fetchall()
    assert len(rows) > 100
    assert leaks(repr(rows), marks) == []


class Sum:
    """Sums of products of equal keys."""

    def __init__(self, value: int = 0) -> None:
        self.value = value

    def merge(self, other: "Sum") -> None:
        self.value += other.value


def products(left: "array[int]", right: "array[int]") -> Sum:
    values = {left[at]: left[at + 1] for at in range(0, len(left), 2)}
    return Sum(sum(values.get(key, 0) for key in right))


def doubled(left: "array[int]", right: "array[int]") -> SpilledRows:
    table = SpilledRows(1)
    table.rows = array("Q", left[::2])
    table.rows.extend(right)
    return table


def same(numbers: "array[int]") -> Sum:
    return Sum(len(numbers))


def _know(known: set[int] | None, left: "array[int]", right: "array[int]") -> set[int]:
    return (known or set()) | set(right)


PIECES: list[int] = []


def _count(known: set[int], left: "array[int]", right: "array[int]") -> Sum:
    PIECES.append(len(left))
    return Sum(sum(left[at + 1] for at in range(0, len(left), 2) if left[at] in known))


def _those(known: set[int], left: "array[int]", right: "array[int]") -> SpilledRows:
    table = SpilledRows(1)
    table.rows = array("Q", (left[at + 1] for at in range(0, len(left), 2) if left[at] in known))
    return table


@pytest.mark.parametrize("memory", [1 << 16, 1 << 28])
def test_a_key_that_nearly_all_rows_have_is_joined_in_pieces(memory: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spark_tables, "BUCKET_MEMORY", memory)
    PIECES.clear()
    keys = [*[7] * 5_000, 9, 11]
    left, right = array("Q", (number for at, key in enumerate(keys) for number in (key, at))), array("Q", [7, 11])
    cells = [(0, 0, left[:6_000].tobytes()), (0, 0, left[6_000:].tobytes()), (1, 0, right.tobytes())]
    columns = [pyarrow.array(list(each)) for each in zip(*cells, strict=True)]
    batch = pyarrow.RecordBatch.from_arrays(columns, names=["table", "bucket", "payload"])
    expected = [*range(5_000), 5_001]

    (row,) = spark_tables.fold_buckets(pickle.dumps(Join(_know, _count)), (2, 1), [batch])
    assert pickle.loads(row.column("payload")[0].as_py()).value == sum(expected)
    assert (max(PIECES) < len(left) // 4) == (memory == 1 << 16)
    found = array("Q")
    for made in spark_tables.derive_buckets(pickle.dumps(Join(_know, _those)), (2, 1), [batch]):
        for each in made.column("payload"):
            found.frombytes(each.as_py())
    assert sorted(found) == expected


def test_joins_in_executors_are_the_joins_here(spark: Any) -> None:
    keys = [(n * 0x9E3779B97F4A7C15) & (2**64 - 1) for n in range(3_000)]
    left, right = SpilledRows(2), SpilledRows(1)
    left.rows = array("Q", (number for at, key in enumerate(keys) for number in (key, at)))
    right.rows = array("Q", keys[::3] * 2)
    rows = [
        ("rows", "x", bucket, "", 0, bytearray(part.tobytes()))
        for start in range(0, 6_000, 1_000)
        for bucket, part in spark_worker.bucketed(left.rows[start : start + 1_000], 2)
    ]
    frame = spark.createDataFrame(rows, spark_worker.OUTPUT)
    for small in (0, 1 << 30):
        remote = SparkRows(frame, 2, len(left.rows) * 8, small)
        assert len(remote) == len(left)
        assert remote.fold(products, right).value == left.fold(products, right).value
        made = remote.derive(doubled, right)
        assert made.fold(same).value == 3_000 + 2_000
        made.close()
        empty = SparkRows(frame.where("kind = ''"), 2, 0, -1)
        assert empty.fold(products, SpilledRows(1)).value == 0


def test_definitions_travel_where_they_are_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("pyspark")
    from pyspark import SparkFiles

    from fhircheck.definitions.definition_set import load_definitions

    monkeypatch.setattr(SparkFiles, "get", classmethod(lambda cls, name: str(tmp_path / name)))
    recipe = load_definitions(offline=True).recipe()
    core = recipe.packages[0]
    moved = partial(spark_worker.replace, recipe)
    elsewhere = moved(packages=(spark_worker.replace(core, store="/elsewhere/core.sqlite"),))
    assert spark_worker._located(elsewhere, {}).packages == (core,)
    with pytest.raises(spark_worker.Stopped, match="did not reach the executors"):
        spark_worker._located(elsewhere, {"/elsewhere/core.sqlite": "core.sqlite"})
    (tmp_path / "core.sqlite").write_bytes(b"")
    found = spark_worker._located(elsewhere, {"/elsewhere/core.sqlite": "core.sqlite"})
    assert found.packages[0].store == str(tmp_path / "core.sqlite")
    assert pickle.loads(pickle.dumps(found)) == found


def test_another_version_on_the_executors_is_one_line() -> None:
    job = spark_worker.Job(dying_of_a_record, None, (), "0.0.1", lambda plan, lost: Partial())
    with pytest.raises(spark_worker.Stopped, match=r"the driver 0\.0\.1: install the same"):
        spark_worker._same_version(job)


def test_tasks_tell_where_they_failed_and_nothing_else() -> None:
    def broken() -> None:
        raise ValueError("Miller, 1980")

    with pytest.raises(spark_worker.Stopped) as stopped:
        spark_worker._guarded(broken)
    assert "ValueError" in str(stopped.value)
    assert "Miller" not in str(stopped.value)
    with pytest.raises(spark_worker.Stopped, match="a source"):
        spark_worker._guarded(lambda: (_ for _ in ()).throw(CouldNotCheck("a source")))
