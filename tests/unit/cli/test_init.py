"""`fhircheck init`: a first job file from questions or options, which `fhircheck run` can use."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from fhircheck.cli.init import init
from fhircheck.model.errors import UsageError
from fhircheck.monitor.job_file import load_job
from tests.servers.clinic import clinic
from tests.servers.fhir_server import FhirServer

Init = Callable[..., Result]
KBV = "https://fhir.kbv.de/StructureDefinition/KBV_PR_ERP_Prescription|1.1.0"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Init:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FHIRCHECK_PACKAGE_CACHE", str(tmp_path / "packages"))

    def invoke(*args: str, answers: str = "") -> Result:
        return CliRunner().invoke(init, args, input=answers)

    return invoke


def data(folder: Path, *nodes: dict[str, Any]) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "a.ndjson").write_text("".join(json.dumps(each) + "\n" for each in nodes))


def test_without_questions(run: Init, tmp_path: Path) -> None:
    data(tmp_path, {"resourceType": "MedicationRequest", "meta": {"profile": [KBV]}})
    done = run("--source", "data", "--yes", "--name", "night", "--language", "de")
    assert done.exit_code == 0, done.output
    assert "seen: 1 MedicationRequest; 1 profile claimed" in done.output
    assert "to do: fhircheck packages install kbv.ita.erp" in done.output
    job = load_job("job.toml")
    assert (job.name, job.sources, job.language) == ("night", ("data",), "de")
    assert dict(job.options)["packages"] == ("kbv.ita.erp#latest",)
    text = Path("job.toml").read_text()
    assert "# not installed here yet: fhircheck packages install kbv.ita.erp" in text
    assert max(map(len, text.splitlines())) <= 120


def test_with_questions(run: Init, tmp_path: Path) -> None:
    with FhirServer(clinic()) as server:
        answers = f"{server.base}\n\nnone\nclinic\nde\nresearch-cohort\nout\ny\ny\n"
        (tmp_path / "lab").mkdir()
        done = run("lab/job.toml", answers=answers)
    assert done.exit_code == 0, done.output
    assert "12 Patient" in done.output
    job = load_job("lab/job.toml")
    assert (job.name, job.sources, job.language) == ("clinic", (server.base,), "de")
    assert dict(job.options)["use_cases"] == ("research-cohort",)
    assert job.increment is not None
    assert job.server is not None
    assert all(each.path.startswith("out/") for each in job.outputs)
    asked = [each for each in server.asked if each.path != "/metadata"]
    assert all(("_count", "20") in each.query for each in asked)


def test_sign_in_by_reference(run: Init, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "abc-secret")
    with FhirServer(clinic(), token="abc-secret") as server:
        done = run("--source", server.base, "--auth", "bearer", "--secret", "env:TOKEN", "--yes")
        assert done.exit_code == 0, done.output
        assert "12 Patient" in done.output
    assert tomllib.loads(Path("job.toml").read_text())["connection"] == {"auth": "bearer", "secret": "env:TOKEN"}
    assert "abc-secret" not in done.output + Path("job.toml").read_text()


def test_a_secret_is_never_written_down(run: Init) -> None:
    done = run("--source", "http://127.0.0.1:9/fhir", "--auth", "bearer", "--secret", "hunter2", "--yes")
    assert isinstance(done.exception, UsageError)
    assert "env:NAME" in str(done.exception)
    assert "hunter2" not in str(done.exception) + done.output
    done = run("--source", "http://u:hunter2@127.0.0.1:9/fhir", "--yes")
    assert isinstance(done.exception, UsageError)
    assert "hunter2" not in str(done.exception) + done.output
    assert not Path("job.toml").exists()


def test_a_source_that_cannot_be_read_yet_is_said(run: Init) -> None:
    done = run("--source", "not/there", "--yes")
    assert done.exit_code == 0
    assert "could not be read yet: not/there: No such file or directory" in done.output
    assert load_job("job.toml").sources == ("not/there",)


def test_nothing_is_overwritten_without_being_asked(run: Init, tmp_path: Path) -> None:
    data(tmp_path, {"resourceType": "Patient"})
    Path("job.toml").write_text("mine")
    for args, answers in ((("--yes", "--source", "data"), ""), (("--source", "data"), "n\n")):
        done = run(*args, answers=answers)
        assert isinstance(done.exception, UsageError)
        assert Path("job.toml").read_text() == "mine"
    assert run("--yes", "--source", "data", "--force").exit_code == 0
    assert load_job("job.toml").name == "data"


def test_texts_cannot_break_out_of_the_file(run: Init) -> None:
    name = 'a"]\nname = "other'
    done = run("--source", name, "--yes")
    assert done.exit_code == 0
    assert load_job("job.toml").sources == (name,)
