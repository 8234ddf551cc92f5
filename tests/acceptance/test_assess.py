"""`fhircheck assess` through the real command line: asked, resumed, from another form filler, faulty."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import fhircheck.assess
from tests.needs import ROOT

EXAMPLES = ROOT / "sample_bundles" / "readiness"
SCHEMA = json.loads(Path(fhircheck.assess.__file__).with_name("readiness.schema.json").read_text(encoding="utf-8"))


def run(*arguments: str, entered: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name != "FHIRCHECK_LANGUAGE"}
    return subprocess.run(
        [sys.executable, "-m", "fhircheck", "assess", *arguments],
        input=entered,
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
        timeout=120,
        env={**kept, **environment},
    )


def test_asked_in_the_terminal_stopped_and_gone_on_with(tmp_path: Path) -> None:
    file = tmp_path / "answers.json"
    first = run(str(file), "--language", "de", entered="Haus Musterstadt\n1\n?\nb\n6\nq\n")
    assert (first.returncode, first.stdout) == (0, ""), first.stderr
    assert "Wem gehört es?" in first.stderr
    assert max(len(line) for line in first.stderr.replace(str(file), "").splitlines()) <= 80
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert kept["status"] == "in-progress"
    assert [each["linkId"] for each in kept["item"][0]["item"]] == ["name", "owner"]
    assert kept["item"][0]["item"][1]["answer"][0]["valueCoding"]["code"] == "owner.private"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    closed = run(str(file), entered="3\n")
    assert closed.returncode == 130
    assert "Going on with" in closed.stderr
    assert json.loads(file.read_text(encoding="utf-8"))["item"][0]["item"][2]["linkId"] == "land"
    rest = run(str(file), "--language", "en", "--format", "json", entered="\n" * 200, FHIRCHECK_HISTORY=str(tmp_path))
    assert rest.returncode == 0, rest.stderr
    document = json.loads(rest.stdout)
    jsonschema.validate(document, SCHEMA)
    assert document["answers"]["answered"] == 3
    assert document["steps"] == []
    assert document["hospital"] == "Haus Musterstadt"
    assert json.loads(file.read_text(encoding="utf-8"))["status"] == "completed"


def test_of_another_form_filler_with_faults(tmp_path: Path) -> None:
    """What is wrong is told by its place and without the answer; the rest is judged."""
    node: dict[str, Any] = json.loads((EXAMPLES / "small-public-cloud" / "answers.json").read_text(encoding="utf-8"))
    hospital = {each["linkId"]: each for each in node["item"][0]["item"]}
    hospital["cases"]["answer"] = [{"valueString": "SECRET-TEXT"}]
    hospital["owner"]["answer"][0]["valueCoding"]["code"] = "owner.martian"
    node["item"][0]["item"].append({"linkId": "made-up", "answer": [{"valueString": "x"}]})
    file = tmp_path / "faulty.json"
    file.write_text(json.dumps(node), encoding="utf-8")
    ended = run("--answers", str(file), "--format", "json")
    assert ended.returncode == 1, ended.stderr
    document = json.loads(ended.stdout)
    jsonschema.validate(document, SCHEMA)
    kinds = {each["kind"] for each in document["answers"]["findings"] if each["severity"] == "error"}
    assert len(kinds) >= 3
    places = " ".join(each["place"] for each in document["answers"]["findings"])
    assert "QuestionnaireResponse.item[0].item[" in places
    assert "SECRET-TEXT" not in ended.stdout + ended.stderr
    assert "cloud-list" in {each["rule"] for each in document["steps"]}
    assert "cases" in {each["question"] for each in document["open"]}


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        ("{", 3, "validate"),
        ('{"resourceType": "Patient"}', 2, "is no QuestionnaireResponse"),
        ('{"resourceType": "QuestionnaireResponse", "questionnaire": "http://example.org/q", "status": "completed"}', 2,
         "answers another Questionnaire"),
        (None, 3, "No such file"),
    ],
)  # fmt: skip
def test_what_is_no_answer_to_the_form_is_one_line(tmp_path: Path, content: str | None, code: int, words: str) -> None:
    file = tmp_path / "answers.json"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    ended = run("--answers", str(file))
    assert ended.returncode == code, ended.stderr
    assert ended.stdout == ""
    assert words.lower() in ended.stderr.lower()
    assert len(ended.stderr.splitlines()) == 1


def test_the_example_with_its_measured_data_and_the_questionnaire(tmp_path: Path) -> None:
    folder = EXAMPLES / "small-public-cloud"
    output = tmp_path / "report.html"
    ended = run("--answers", str(folder / "answers.json"), "--report", f"archive={folder / 'archive.json'}",
                "--format", "html", "--output", str(output), "--language", "de")  # fmt: skip
    assert (ended.returncode, ended.stderr, ended.stdout) == (0, "", "")
    page = output.read_text(encoding="utf-8")
    assert "12,0\N{NO-BREAK SPACE}% der Dokumente kodiert (25 beurteilt)" in page
    assert "Das ist keine Rechtsberatung" in page
    form = run("--questionnaire")
    assert json.loads(form.stdout)["url"] == "https://fhircheck.dev/fhir/Questionnaire/cloud-ai-readiness"
    wrong = run("--answers", str(folder / "answers.json"), "--report", str(folder / "answers.json"))
    assert (wrong.returncode, len(wrong.stderr.splitlines())) == (2, 1)
