import json
import subprocess
import sys
from pathlib import Path

import pytest

from fhircheck.report.json import document
from fhircheck.report.shown import View
from tests.golden.sample_reports import CLEAN
from tests.needs import ROOT

OWN = """name = "strict"
summary = "Units above all."
[[criterion]]
score = "units"
measure = "ucum-unit"
weight = 1
reason = "why"
maximum_failing = 0
critical = true
"""


def fhircheck(*arguments: str) -> subprocess.CompletedProcess[str]:
    run = [sys.executable, "-m", "fhircheck", *arguments]
    return subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("stored") / "report.json"
    asked = ("--apart", "file", "--use-case", "image-analysis", "--use-case", "sepsis-diagnosis-support")
    done = fhircheck("check", "sample_bundles/invalid", *asked, "--offline", "--format", "json", "--output", str(file))
    assert done.returncode == 1, done.stderr
    return file


@pytest.mark.parametrize("rubric", ["fhircheck", "published"])
def test_the_same_rubric_applied_again_gives_the_same_bytes(report: Path, tmp_path: Path, rubric: str) -> None:
    file = tmp_path / "first.json"
    done = fhircheck("rubric", "apply", rubric, str(report), "--format", "json", "--output", str(file))
    assert done.returncode == 0, done.stderr
    if rubric == "fhircheck":
        assert file.read_bytes() == report.read_bytes()
    read = json.loads(file.read_text())
    assert {each["rubric"] for each in read["scores"]} == {rubric}
    assert {score["rubric"] for group in read["groups"] for score in group["scores"]} == {rubric}
    back = fhircheck("rubric", "apply", "fhircheck", str(file), "--format", "json")
    assert back.stdout.encode() == report.read_bytes(), "nothing is lost on the way through another rubric"


def test_another_rubric_changes_scores_statuses_and_exit_code(report: Path, tmp_path: Path) -> None:
    own = tmp_path / "strict.toml"
    own.write_text(OWN, encoding="utf-8")
    done = fhircheck("rubric", "apply", str(own), str(report), "--min-score", "100")
    assert done.returncode == 1
    assert "under 100: units" in done.stderr
    assert "critical criteria failed: ucum-unit" in " ".join(done.stdout.split())
    assert "FIX FIRST" in done.stdout
    german = fhircheck("rubric", "apply", str(own), str(report), "--language", "de")
    assert "ZUERST BEHEBEN" in german.stdout
    assert "≥ 100 %" in german.stdout


def test_show_and_check(tmp_path: Path) -> None:
    assert fhircheck("rubric", "show").stdout.split()[0] == "fhircheck"
    shown = fhircheck("rubric", "show", "fhircheck").stdout
    assert "profile-valid" in shown
    assert max(map(len, shown.splitlines())) <= 80
    text = fhircheck("rubric", "show", "published", "--format", "toml").stdout
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    assert fhircheck("rubric", "check", str(tmp_path / "own.toml")).stdout.startswith("rubric published is sound")
    (tmp_path / "bad.toml").write_text(OWN.replace("weight = 1", "weight = -1"), encoding="utf-8")
    done = fhircheck("rubric", "check", str(tmp_path / "bad.toml"))
    assert done.returncode == 2
    assert "bad.toml: criterion[1].weight" in done.stderr


def stored(**changes: object) -> str:
    """A report with little in it, as text."""
    return json.dumps({**document(CLEAN, View()), **changes})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is no JSON"),
        ("[1]", "is no report"),
        ('{"format": "other"}', "is no report"),
        ('{"format": "fhircheck-report", "format_version": "9.0"}', "format version 9.0"),
        (stored(measures=[]), "holds no measures"),
        (stored(measures=[{}]), "report.json: measures[0].numerator: is missing"),
        (stored(scores=None), "report.json: scores: is missing"),
    ],
)
def test_a_report_that_is_none_is_one_line(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "report.json"
    file.write_text(text, encoding="utf-8")
    done = fhircheck("rubric", "apply", "fhircheck", str(file))
    assert done.returncode == 2
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
