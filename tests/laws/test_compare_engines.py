"""The law of engines for comparisons: Spark's executors and this machine say the same, byte for byte."""

import copy
import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import fhircheck.spark
from fhircheck.cli import main
from fhircheck.model.connection import Connection
from fhircheck.model.errors import UsageError
from fhircheck.model.reconcile import Difference, ReconcileReport
from fhircheck.model.spark_options import SparkOptions
from fhircheck.reconcile.comparing import CompareOptions, run_comparison
from fhircheck.reconcile.mapping_file import load_renames
from fhircheck.reconcile.reading import Side
from fhircheck.reconcile.rules import Renames, Rules
from fhircheck.report.comparison import FORMS
from fhircheck.report.shown import View
from tests.marked_data import Marks
from tests.marked_faults import files
from tests.marked_home import leaks
from tests.needs import shared_path
from tests.unit.reconcile.two_stores import lines, observation, patient

NOTHING = Connection()


def told(report: ReconcileReport) -> dict[str, Any]:
    """The JSON protocol without its header."""
    found: dict[str, Any] = json.loads(FORMS["json"](report, View("compare")))
    assert found.pop("header")["engine"] in ("local", "spark")
    return found


def both(
    before: tuple[Path, ...], after: tuple[Path, ...], spark: SparkOptions, renames: Renames | None = None
) -> tuple[dict[str, Any], list[Difference]]:
    """What both engines say of the same stores; their differences are the same and in the same order."""
    sides = [Side(name, tuple(map(str, each)), (), NOTHING) for name, each in (("before", before), ("after", after))]
    rules = Rules(renames=renames or Renames())
    found: list[list[Difference]] = [[], []]
    reports = [
        run_comparison(CompareOptions(*sides, rules, moved=True, spark=each), found[number].append)
        for number, each in enumerate((None, spark))
    ]
    assert found[1] == found[0]
    assert told(reports[1]) == told(reports[0])
    return told(reports[0]), found[0]


def bundle(resources: list[Any]) -> str:
    """A Bundle whose entries refer to each other by urn:."""
    entry = [{"fullUrl": f"urn:uuid:{each.get('id')}", "resource": each} for each in resources]
    return json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entry})


def planted(folder: Path) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Two stores, of lines, Bundles, packed files and a broken one, with a difference of every kind."""
    people = [patient(number) for number in range(1, 120)]
    values = [observation(number, 1 + number % 119) for number in range(1, 400)]
    nameless = [{key: value for key, value in observation(1).items() if key != "id"}] * 3
    letter = {"resourceType": "DocumentReference", "id": "d1", "content": [{"attachment": {"data": "QUJD"}}]}
    copied = [patient(200, meta={"versionId": "1"}), patient(200, meta={"versionId": "2"}, gender="female")]
    before = folder / "before"
    (before / "deep").mkdir(parents=True)
    (before / "a.ndjson").write_text(lines([*people[:60], *values[:200], *nameless, letter]))
    (before / "b.json").write_text(bundle([*people[60:], *copied]))
    (before / "deep" / "c.ndjson.gz").write_bytes(gzip.compress(lines(values[200:]).encode()))
    (before / "xml.xml").write_text(
        '<Patient xmlns="http://hl7.org/fhir"><id value="x"/><active value="true"/></Patient>'
    )
    people, values = copy.deepcopy(people), copy.deepcopy(values)
    people[4]["birthDate"] = "1980-02-04"
    values[5]["valueQuantity"]["unit"] = "g/l"
    values[6]["subject"]["reference"] = "Patient/p3"
    letter["content"] = [{"attachment": {"data": "QUJE"}}]
    for number in (90, 91, 92):
        people[number]["id"] = f"new-{number}"
    values[91]["id"], values[93]["id"] = "new-o92", "o900"
    new = {f"Patient/p{number + 1}": f"Patient/new-{number}" for number in (90, 91, 92)}
    for each in values:
        reference = each["subject"]["reference"]
        each["subject"]["reference"] = new.get(reference, reference)
    after = folder / "after"
    after.mkdir()
    (after / "all.ndjson").write_text(lines([*people[1:], *nameless[:1], {**nameless[0], "status": "amended"}, letter]))
    (after / "values.ndjson").write_text(lines([*values[:300], *values[301:], observation(3, 4), copied[0], copied[0]]))
    (after / "xml.json").write_text('{"resourceType": "Patient", "id": "x", "active": true}')
    (after / "broken.ndjson").write_text(lines(['{"resourceType": "Patient", "id": ', patient(300), ""]))
    (after / "empty.json").write_text("")
    return (before,), (after, after / "all.ndjson")


@pytest.mark.usefixtures("small_parts")
def test_all_that_is_planted_is_found_alike(spark: Any, tmp_path: Path) -> None:
    """By joins of Spark, of files read whole and in parts, with ids and systems that were meant to change."""
    before, after = planted(tmp_path)
    mapping = tmp_path / "map.toml"
    (tmp_path / "ids.csv").write_text("Patient/p91,Patient/new-90\nPatient/none,Patient/nobody\n")
    mapping.write_text('ids-file = "ids.csv"\n[code-systems]\n"http://old.example" = "http://x.example"\n')
    how = SparkOptions(session=spark, small_bytes=0, whole_bytes=1 << 14)
    report, found = both(before, after, how, load_renames(str(mapping)))
    assert {each.status for each in found} == {"missing", "extra", "changed", "moved", "extra-copy"}
    assert {each["kind"] for each in report["after"]["unread"]} >= {"json-syntax", "empty-file"}
    assert {each["change"] for each in report["elements"]} >= {"date", "unit", "reference", "attachment"}
    assert report["references"]["lost"]


def test_shared_sets_are_found_alike(spark: Any) -> None:
    """Few rows, which are joined here."""
    one, other = shared_path("data", "mii-testdata-2025"), shared_path("data", "pathling-testdata", "ndjson")
    report, found = both((one, other), (one,), SparkOptions(session=spark))
    assert {each.status for each in found} == {"missing"}
    assert min(len(found), report["counts"]["same"]) > 100


def test_a_table_is_the_same_as_its_lines_and_options_are_one_line(spark: Any, tmp_path: Path) -> None:
    texts = [json.dumps(each) for each in (patient(1), observation(1), {**observation(2), "id": None})]
    (tmp_path / "lines.ndjson").write_text(lines(texts))
    (tmp_path / "table").mkdir()
    for number, each in enumerate((texts[:1], texts[1:])):
        pq.write_table(pa.table({"resource": each}), tmp_path / "table" / f"{number}.parquet")
    found: list[Difference] = []
    report = fhircheck.spark.compare(
        spark, tmp_path / "lines.ndjson", tmp_path / "table", moved=True, sink=found.append
    )
    assert (report.verdict.outcome, report.counts.same, report.engine, found) == ("complete", 3, "spark", [])
    assert report.before.digest == report.after.digest
    (tmp_path / "other.ndjson").write_text(lines([patient(1)]))
    fhircheck.spark.compare(spark, tmp_path / "other.ndjson", tmp_path / "table", sink=found.append)
    nameless = f"Observation ({tmp_path}/table/1.parquet:2)"
    assert [each.after for each in found] == ["Observation/o1", nameless]
    with pytest.raises(UsageError, match="no option is called 'jobs'"):
        fhircheck.spark.compare(spark, "a", "b", jobs=2)  # type: ignore[call-arg]
    with pytest.raises(UsageError, match="fetch from a server first"):
        fhircheck.spark.compare(spark, tmp_path / "lines.ndjson", "https://fhir.example/r4")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(("--engine", "spark", "--work", "w"), "--work keeps rows"), (("--json-column", "x"), "is for --engine spark")],
)
def test_wrong_options_are_one_line(
    arguments: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "a").write_text(lines([patient(1)]))
    with pytest.raises(SystemExit) as ended:
        main(["compare", str(tmp_path / "a"), str(tmp_path / "a"), *arguments])
    told = capsys.readouterr().err
    assert (ended.value.code, told.count("\n")) == (2, 1)
    assert says in told


def test_the_command_shows_no_personal_value(spark: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    marks = Marks()
    for number, (name, data) in enumerate(files(marks).items()):
        for side in ("before", "after")[: 1 + number % 2]:
            (tmp_path / side).mkdir(exist_ok=True)
            (tmp_path / side / Path(name).name).write_bytes(data)
    reports = [tmp_path / f"report.{form}" for form in ("html", "md", "json", "csv")]
    with pytest.raises(SystemExit) as ended:
        main(["compare", *(str(tmp_path / side) for side in ("before", "after")), "--engine", "spark",
              *(each for path in reports for each in ("--report", str(path)))])  # fmt: skip
    out, err = capsys.readouterr()
    assert ended.value.code == 3
    assert "engine spark" in out
    for text in (out, err, *(path.read_text() for path in reports)):
        assert leaks(text, marks) == []
