"""Sources apart, cards and measures as FHIR through the real command."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PATIENT = '{"resourceType": "Patient", "id": "p", "birthDate": "1950-02-01"}\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("ehr", "lab"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.ndjson").write_text(PATIENT, encoding="utf-8")
    return tmp_path


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "fhircheck", *options, "--offline"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


def test_folders_are_told_apart(folder: Path) -> None:
    done = run(folder, "check", "ehr", "lab", "--apart", "file", "--format", "json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert [group["name"] for group in report["groups"]] == ["ehr", "lab"]
    assert [barrier["kind"] for barrier in report["pairs"][0]["barriers"]] == ["no-identifiers"]


def test_names_of_sources_are_hidden_where_asked(folder: Path) -> None:
    done = run(folder, "check", "ehr", "lab", "--apart", "file", "--hash-ids")
    assert done.returncode == 0, done.stderr
    assert "SOURCES APART" in done.stdout
    assert "ehr" not in done.stdout


def test_cards_are_written_and_say_what_they_lack(folder: Path) -> None:
    done = run(folder, "check", "ehr", "--card", "d.ttl", "--card", "ehr/d.croissant.json", "--output", "r.txt")
    assert done.returncode == 0, done.stderr
    assert "dcat:Dataset" in (folder / "d.ttl").read_text(encoding="utf-8")
    assert "d.ttl: the card lacks mandatory facts (--card-facts): title, description" in done.stderr
    again = run(folder, "check", "ehr", "--format", "json")
    assert again.returncode == 0, "a card beside the data is none of it: " + again.stdout[:500]
    measures = {each["name"]: each for each in json.loads(again.stdout)["measures"]}
    assert measures["dataset-documented"]["numerator"] == 1


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (("check", "ehr", "--apart", "ward"), "--apart ward: must be file"),
        (("check", "ehr", "--card", "d.txt"), "--card d.txt: the name must end in"),
        (("check", "ehr", "--card", "none/d.ttl"), "--card none/d.ttl: the folder is not there"),
        (("check", "ehr", "--card-facts", "f.toml"), "--card-facts f.toml: no card is asked for"),
        (("validate", "ehr", "--format", "measure-report"), "measures are counted by fhircheck check alone"),
    ],
)
def test_wrong_use_is_one_line(options: tuple[str, ...], fault: str, folder: Path) -> None:
    done = run(folder, *options)
    assert done.returncode == 2
    assert fault in done.stderr
    assert done.stderr.count("\n") == 1
    assert not done.stdout


def test_measures_as_fhir_are_sound(folder: Path) -> None:
    assert run(folder, "check", "ehr", "--format", "measure-report", "--output", "m.json").returncode == 0
    done = run(folder, "validate", "m.json", "--format", "json")
    report = json.loads(done.stdout)
    assert done.returncode == 0
    assert not [each for each in report["totals"] if each["severity"] in ("error", "fatal")]
    kinds = {each["type"]: each["count"] for each in report["resources"]}
    assert kinds["Measure"] == kinds["MeasureReport"] > 40 - 5
