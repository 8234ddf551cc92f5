"""Forms of a report on the command line: several at once, and any of a stored one later."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.needs import ROOT

FILES = ("r.json", "r.txt", "r.md", "r.csv", "r.measures.csv", "r.sarif", "r.junit.xml", "r.operation-outcome.json",
         "r.measure-report.json")  # fmt: skip
STREAMED = ("r.csv", "r.sarif", "r.operation-outcome.json")


def fhircheck(*arguments: str) -> subprocess.CompletedProcess[str]:
    run = [sys.executable, "-m", "fhircheck", *arguments]
    return subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("forms")
    wanted = [word for name in FILES for word in ("--report", str(folder / name))]
    done = fhircheck("check", "sample_bundles/invalid", "--offline", "--format", "ndjson", *wanted)
    assert done.returncode == 1, done.stderr
    (folder / "all.ndjson").write_text(done.stdout, encoding="utf-8")
    return folder


def test_one_run_writes_them_all(folder: Path) -> None:
    findings = (folder / "all.ndjson").read_text().splitlines()
    with (folder / "r.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [each["fingerprint"] for each in rows] == [json.loads(line)["fingerprint"] for line in findings]
    log = json.loads((folder / "r.sarif").read_text())["runs"][0]
    assert len(log["results"]) == len(findings)
    assert not log["properties"]["leftOut"]


def test_a_stored_report_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    others = [name for name in FILES if name not in STREAMED]
    wanted = [word for name in others for word in ("--report", str(tmp_path / name))]
    done = fhircheck("report", str(folder / "r.json"), *wanted)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    for name in others:
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name


def test_another_language_and_what_a_list_leaves_out(folder: Path) -> None:
    german = fhircheck("report", str(folder / "r.json"), "--language", "de", "--format", "markdown")
    assert "NICHT GÜLTIG" in german.stdout
    assert "hl7.terminology.r4 ist nicht installiert" in german.stdout
    listed = fhircheck("report", str(folder / "r.json"), "--format", "ndjson")
    count = len(listed.stdout.splitlines())
    every = len((folder / "all.ndjson").read_text().splitlines())
    assert count < every
    assert f"ndjson: {every - count} findings are not in it" in listed.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("report", "missing.json"), "report missing.json: no such file"),
        (("check", "sample_bundles/valid", "--report", "x.docx"), "--report x.docx: its ending says no form"),
        (("validate", "sample_bundles/valid", "--report", "x.measures.csv"), "measures are counted by fhircheck check"),
        (("validate", "sample_bundles/valid", "--format", "csv-measures"), "measures are counted by fhircheck check"),
    ],
)
def test_wrong_use_is_one_line(arguments: tuple[str, ...], told: str) -> None:
    done = fhircheck(*arguments)
    assert done.returncode == 2
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
