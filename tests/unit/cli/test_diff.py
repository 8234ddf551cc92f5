"""``fhircheck diff``: reports, runs of a history and server reports beside each other."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fhircheck.history.store import Store
from tests.golden.test_difference_golden import both
from tests.unit.cli.conftest import Ended
from tests.unit.history.runs import run
from tests.unit.probe.server_samples import EVERYTHING

Call = Callable[..., Ended]


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    names = tmp_path / "before.json", tmp_path / "after.json"
    for path, document in zip(names, both(), strict=True):
        path.write_text(json.dumps(document), encoding="utf-8")
    return str(names[0]), str(names[1])


@pytest.fixture
def history(tmp_path: Path) -> str:
    place = str(tmp_path / "history.sqlite")
    with Store.open(place) as store:
        for document in both():
            store.add_run("ward", document)
    return place


def test_two_files(fhircheck: Call, files: tuple[str, str]) -> None:
    found = fhircheck("diff", *files)
    assert found.code == 1
    assert found.stdout.startswith("ALARMING CHANGES")
    assert "Score ai-readiness fell from 80.0 to 60.0" in found.stdout
    assert fhircheck("diff", files[0], files[0]).code == 0


@pytest.mark.parametrize(("fail_on", "codes"), [("alarming", (1, 0)), ("any", (1, 1)), ("never", (0, 0))])
def test_exit_codes(fhircheck: Call, files: tuple[str, str], tmp_path: Path, fail_on: str, codes: Any) -> None:
    calm = tmp_path / "calm.json"
    calm.write_text(json.dumps(run(resources={"Patient": 1_200})), encoding="utf-8")
    same = tmp_path / "same.json"
    same.write_text(json.dumps(run(resources={"Patient": 1_000})), encoding="utf-8")
    assert fhircheck("diff", *files, "--fail-on", fail_on).code == codes[0]
    assert fhircheck("diff", str(same), str(calm), "--fail-on", fail_on).code == codes[1]


@pytest.mark.parametrize("names", [("ward@1", "ward@2"), ("ward@previous", "ward@latest"), ("ward@1", "ward")])
def test_two_runs(fhircheck: Call, history: str, names: tuple[str, str]) -> None:
    found = fhircheck("diff", *names, "--history", history, "--format", "json")
    form = json.loads(found.stdout)
    assert found.code == 1
    assert (form["before"]["name"], form["after"]["number"]) == ("ward@1", 2)
    assert form["alarming"] == sum(each["alarming"] for each in form["changes"]) > 0


def test_a_run_and_a_file(fhircheck: Call, history: str, files: tuple[str, str]) -> None:
    found = fhircheck("diff", "ward@1", files[1], "--history", history, "--format", "markdown", "--language", "de")
    assert found.code == 1
    assert found.stdout.startswith("## Auffällige Änderungen")


def test_output(fhircheck: Call, files: tuple[str, str], tmp_path: Path) -> None:
    target = tmp_path / "diff.md"
    assert fhircheck("diff", *files, "--format", "markdown", "--output", str(target)).stdout == ""
    assert target.read_text(encoding="utf-8").startswith("## Alarming changes")


def test_two_server_reports(fhircheck: Call, tmp_path: Path) -> None:
    from fhircheck.probe.server_form import server_json_text

    before, after = tmp_path / "before.json", tmp_path / "after.json"
    before.write_text(server_json_text(EVERYTHING), encoding="utf-8")
    saved = json.loads(before.read_text(encoding="utf-8"))
    resources = saved["capability"]["rest"][0]["resource"]
    gone = resources.pop(0)["type"]
    saved["server"]["software"] = "Example 9"
    after.write_text(json.dumps(saved), encoding="utf-8")
    found = fhircheck("diff", str(before), str(after))
    assert found.code == 1
    assert f"! Server: {gone} is not offered any more" in found.stdout
    assert "- Server: software was " in found.stdout


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "no such file or directory"),
        ("{", "is no JSON"),
        ('{"format": "other"}', "is no report of `fhircheck check --format json`"),
        ('{"format": "fhircheck-report"}', "one is no whole report of fhircheck (KeyError)"),
    ],
)
def test_what_is_no_report(fhircheck: Call, files: tuple[str, str], tmp_path: Path, content: Any, said: str) -> None:
    path = tmp_path / "odd.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    found = fhircheck("diff", files[0], str(path))
    assert found.code == 2
    assert found.stdout == ""
    assert "odd.json" in found.stderr
    assert said in found.stderr
    assert found.stderr.count("\n") == 1


def test_a_run_that_is_not_there(fhircheck: Call, history: str) -> None:
    found = fhircheck("diff", "ward@7", "ward@1", "--history", history)
    assert (found.code, found.stderr.count("\n")) == (2, 1)
    missing = fhircheck("diff", "ward@1", "ward@2", "--history", f"{history}-none.sqlite")
    assert (missing.code, missing.stderr.count("\n")) == (3, 1)
    assert "ward@1: no such file" in missing.stderr
