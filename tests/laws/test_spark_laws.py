"""The law of engines: Spark's executors and this process say the same of the same data, byte for byte."""

import gzip
import json
import random
import tarfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fhircheck.model.issue import Issue
from fhircheck.model.report import RunReport
from fhircheck.model.spark_options import SparkOptions
from fhircheck.report import RENDERERS
from fhircheck.report.shown import View
from fhircheck.run import RunOptions, run
from tests.needs import shared_path

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SETS = (
    "gematik-labelled",
    "mii-testdata-2025",
    "pathling-testdata",
    "smart-bulk-synthea",
    "smart-generated-synthea-r4",
)


def told(report: RunReport) -> dict[str, Any]:
    """The JSON report without its header."""
    written: list[str] = []
    RENDERERS["json"].finish(report, View("check"), written.append)
    found: dict[str, Any] = json.loads("".join(written))
    found.pop("header")
    return found


def both(options: RunOptions, spark: SparkOptions) -> tuple[RunReport, RunReport]:
    """The reports of both engines, whose findings are the same and in the same order."""
    here: list[Issue] = []
    there: list[Issue] = []
    local = run(options, here.extend)
    remote = run(replace(options, engine="spark", spark=spark), there.extend)
    assert there == here
    assert len(here) > 100
    return local, remote


@pytest.fixture(scope="module")
def shared_sets(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """All shared data sets; packed ones unpacked."""
    folder = tmp_path_factory.mktemp("sets")
    for form in ("json", "xml"):
        with tarfile.open(shared_path("data", "gematik-labelled", f"{form}.tar.xz")) as archive:
            archive.extractall(folder / "labelled" / form, filter="data")
    return str(folder / "labelled"), *(str(shared_path("data", each)) for each in SETS)


@pytest.mark.usefixtures("small_parts")
def test_every_shared_set_gives_the_same_report(spark: Any, shared_sets: tuple[str, ...], shared: Path) -> None:
    package = str(shared / "packages" / "de.basisprofil.r4-1.5.0.tgz")
    options = RunOptions(sources=shared_sets, packages=(package,), offline=True, now=NOW)
    local, remote = both(options, SparkOptions(session=spark, whole_bytes=1 << 20, small_bytes=1 << 16))
    assert told(remote) == told(local)
    assert local.sources.files > 1_000


def patient(number: int, more: str = "") -> str:
    """One line: a Patient, every third with an error."""
    born = "1980-02-30" if number % 3 == 0 else f"19{number % 90 + 10}-05-01"
    managed = '"managingOrganization": {"reference": "Organization/none"}, '
    return f'{{"resourceType": "Patient", "id": "p{number}", {managed}"birthDate": "{born}"{more}}}'


def bundle(size: int, indent: int | None) -> str:
    """A Bundle of Patients."""
    entry = [{"fullUrl": f"urn:uuid:0000-{each}", "resource": json.loads(patient(each))} for each in range(size)]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entry}, indent=indent)


def awkward(folder: Path) -> None:
    """Files that are hard to read, and files that are broken."""
    lines = [patient(each) for each in range(900)]
    long = patient(7, ', "gender": "' + "x" * (9 << 20) + '"')
    files = {
        "plain.ndjson": "\n".join(lines[:700]),
        "ends.ndjson": "\n".join(lines[:400]) + "\n",
        "mark.ndjson": "\ufeff" + "\r\n".join(lines[:300]) + "\r\n\n \t \n" + lines[5],
        "a space, %20 [1] {2}?.ndjson": "\n\n" + "\n".join(lines[:200]),
        "broken.ndjson": "\n".join([*lines[:200], '{"resourceType": "Patient", "id": ', "[1, 2", *lines[200:400]]),
        "long.ndjson": "\n".join([*lines[:100], long, *lines[100:200]]),
        "_hidden.ndjson": "\n".join(lines[:20]),
        "empty.json": "",
        "blank.ndjson": " \n\n",
        "small.json": patient(3),
        "one-line-bundle.json": bundle(400, None),
        "printed-bundle.json": bundle(200, 2),
        "cut-bundle.json": bundle(200, None)[:-3_000],
        "patient.xml": '<Patient xmlns="http://hl7.org/fhir"><birthDate value="1980-02-30"/></Patient>',
        "page.json": "<!doctype html><title>Sign in</title>" + "x" * 5_000,
        "notes.txt": "no data",
        "deep/down/more.json": patient(9),
        ".trash/old.json": patient(9),
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    noise = random.Random(5)
    packed = gzip.compress("\n".join(f"{each} " + "".join(noise.choices("abcdef", k=80)) for each in lines).encode())
    (folder / "packed.ndjson.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    (folder / "packed-cut.ndjson.gz").write_bytes(packed[: len(packed) // 2])
    (folder / "small-cut.ndjson.gz").write_bytes(gzip.compress(lines[0].encode())[:-9])
    (folder / "wide.json").write_bytes(bundle(100, None).encode("utf-16"))
    (folder / "not-utf8.ndjson").write_bytes("\n".join(lines[:100]).encode() + b'\n{"resourceType": "Pat\xffient"}\n')
    with tarfile.open(folder / "in.tar.gz", "w:gz") as archive:
        archive.add(folder / "ends.ndjson", "ends.ndjson")


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize(("whole", "small"), [(32 << 20, 16 << 20), (1 << 14, 0)], ids=["whole", "parts"])
def test_hard_and_broken_files_give_the_same_findings(spark: Any, tmp_path: Path, whole: int, small: int) -> None:
    awkward(tmp_path)
    options = RunOptions(sources=(str(tmp_path), str(tmp_path / "plain.ndjson")), offline=True, now=NOW)
    if whole < 1 << 20:
        # what broke off is told in both engines, but where exactly is the unpacker's choice
        (tmp_path / "packed-cut.ndjson.gz").unlink()
    local, remote = both(options, SparkOptions(session=spark, whole_bytes=whole, small_bytes=small))
    assert told(remote) == told(local)
    kinds = {kind for _, kind, _ in local.totals}
    assert {"json-syntax", "empty-file", "archive-broken", "not-json", "files-skipped", "encoding-not-utf8"} <= kinds
