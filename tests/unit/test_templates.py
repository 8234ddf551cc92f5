"""What engineers paste: the hook by pre-commit itself, the templates of GitHub and GitLab by their schemas."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.needs import ROOT, program

yaml = pytest.importorskip("yaml")
START = 'import sys; from fhircheck.cli import main; main(prog_name="fhircheck")'
GOOD = {"resourceType": "Patient", "id": "p1", "birthDate": "1970-01-01"}
BAD = {"resourceType": "Patient", "id": "p2", "birthDate": "1970-02-31"}


def run(*command: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL, timeout=120,
    )  # fmt: skip


def hook() -> dict[str, Any]:
    (found,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    return dict(found)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A small repository that uses the hook; the environment pre-commit would make is the one we run in."""
    program("git", "git")
    entry = hook()["entry"].replace("fhircheck", f"env PYTHONPATH={ROOT} {sys.executable} -m fhircheck", 1)
    local = {"repo": "local", "hooks": [{**hook(), "language": "system", "entry": entry}]}
    files = {
        ".pre-commit-config.yaml": yaml.safe_dump({"repos": [local]}), "fhir/good.json": json.dumps(GOOD),
        "fhir/lines.ndjson": f"{json.dumps(GOOD)}\n", "notes.txt": "no FHIR",
    }  # fmt: skip
    (tmp_path / "fhir").mkdir()
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    for command in (["git", "init", "-q"], ["git", "add", "-A"]):
        subprocess.run(command, cwd=tmp_path, check=True)
    return tmp_path


def test_the_hook_is_run_by_pre_commit(repository: Path) -> None:
    pytest.importorskip("pre_commit")
    command = (sys.executable, "-m", "pre_commit", "run", "--all-files", "--color", "never")
    clean = run(*command, cwd=repository, PRE_COMMIT_HOME=str(repository / "home"))
    assert clean.returncode == 0, clean.stdout + clean.stderr
    assert "fhircheck validate" in clean.stdout
    (repository / "fhir" / "bad.json").write_text(json.dumps(BAD))
    subprocess.run(["git", "add", "-A"], cwd=repository, check=True)
    found = run(*command, cwd=repository, PRE_COMMIT_HOME=str(repository / "home"))
    assert found.returncode == 1
    assert "fhir/bad.json:1:" in found.stdout
    assert "error primitive-format" in found.stdout
    assert "1970" not in found.stdout
    assert "good.json" not in found.stdout


def test_the_manifest_is_one_of_pre_commit(tmp_path: Path) -> None:
    pytest.importorskip("pre_commit")
    manifest = str(ROOT / ".pre-commit-hooks.yaml")
    assert run(sys.executable, "-m", "pre_commit", "validate-manifest", manifest, cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("schema", "name"), [("github-actions", "action.yml"), ("gitlab-ci", "templates/gitlab-ci.yml")]
)
def test_templates_are_what_their_hosts_read(schema: str, name: str, tmp_path: Path) -> None:
    pytest.importorskip("check_jsonschema")
    command = (sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}")
    done = run(*command, str(ROOT / name), cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    broken = tmp_path / "broken.yml"
    text = (ROOT / name).read_text()
    broken.write_text(text.replace("using: composite", "using: magic").replace("script:", "scripts:"))
    assert run(*command, str(broken), cwd=tmp_path).returncode == 1


def test_no_input_is_part_of_a_script() -> None:
    """An expression in ``run:`` is put into the script's text before it runs: so a branch's name would be run."""
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    for step in action["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
    used = (ROOT / "action.yml").read_text()
    assert all(f"inputs.{name}" in used for name in action["inputs"])


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A PATH on which ``fhircheck`` is this checkout, and ``python`` installs nothing."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, text in (
        ("fhircheck", f"PYTHONPATH='{ROOT}' exec '{sys.executable}' -c '{START}' \"$@\""),
        ("python", ":"),
    ):
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


def test_the_action_checks_reports_and_runs_no_input(tmp_path: Path, path: str) -> None:
    """A branch can name a file as it likes: a name is never run, and never an option."""
    named = "bad $(touch pwned) `touch pwned`; touch pwned.json"
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / named).write_text(json.dumps(BAD))
    for name in ("output", "summary"):
        (tmp_path / name).touch()
    done = run(
        "bash", str(ROOT / "templates/github/check.sh"), cwd=tmp_path, PATH=path, RUNNER_TEMP=str(tmp_path / "temp"),
        GITHUB_OUTPUT=str(tmp_path / "output"), GITHUB_STEP_SUMMARY=str(tmp_path / "summary"),
        INPUT_PATHS=f"data/{named}\n--show-values\n", INPUT_MIN_SCORE="",
        INPUT_ARGUMENTS="--offline\n--fail-on\nerror\n",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    outputs = dict(line.split("=", 1) for line in (tmp_path / "output").read_text().splitlines())
    assert outputs == {"exit-code": "3"}, "--show-values is the name of a source that is not there"
    assert "--show-values" in done.stderr
    assert not (tmp_path / "pwned").exists()


def test_the_action_leaves_its_reports(tmp_path: Path, path: str) -> None:
    (tmp_path / "bad.json").write_text(json.dumps(BAD))
    for name in ("output", "summary"):
        (tmp_path / name).touch()
    done = run(
        "bash", str(ROOT / "templates/github/check.sh"), cwd=tmp_path, PATH=path, RUNNER_TEMP=str(tmp_path / "temp"),
        GITHUB_OUTPUT=str(tmp_path / "output"), GITHUB_STEP_SUMMARY=str(tmp_path / "summary"), INPUT_PATHS="bad.json",
        INPUT_ARGUMENTS="--offline",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    outputs = dict(line.split("=", 1) for line in (tmp_path / "output").read_text().splitlines())
    assert outputs["exit-code"] == "1"
    found = json.loads(Path(outputs["sarif"]).read_text())["runs"][0]["results"]
    assert "primitive-format" in {each["ruleId"] for each in found}
    assert json.loads(Path(outputs["report"]).read_text())["verdict"]["exit_code"] == 1
    assert (Path(outputs["folder"]) / "report.html").stat().st_size > 10_000
    assert "primitive-format" in (tmp_path / "summary").read_text()


def test_the_gitlab_job_leaves_its_artifacts(tmp_path: Path, path: str) -> None:
    job = yaml.safe_load((ROOT / "templates/gitlab-ci.yml").read_text())["fhircheck"]
    (tmp_path / "bad.json").write_text(json.dumps(BAD))
    variables = {**job["variables"], "FHIRCHECK_PATHS": "bad.json", "FHIRCHECK_ARGUMENTS": "--offline"}
    script = "\n".join(job["script"])
    done = run("bash", "-eo", "pipefail", "-c", script, cwd=tmp_path, **{**variables, "PATH": path})
    assert done.returncode == 1, done.stderr
    for name in (*job["artifacts"]["reports"].values(), *job["artifacts"]["paths"]):
        assert (tmp_path / name).stat().st_size > 100, name
    found = json.loads((tmp_path / job["artifacts"]["reports"]["codequality"]).read_text())
    assert found[0]["location"] == {"path": "bad.json", "lines": {"begin": 1}}
    assert "NOT VALID" in done.stdout
