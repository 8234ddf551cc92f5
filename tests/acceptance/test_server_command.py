"""`fhircheck server` through the real command line, against a server in memory."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
import pytest

from fhircheck.cli import main
from fhircheck.probe.server_form import schema
from tests.servers.clinic import clinic
from tests.servers.fhir_answers import Reply, written
from tests.servers.fhir_server import FhirServer


class Ended(NamedTuple):
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def fhircheck(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ended]:
    """Call `fhircheck server`; in this process, since starting a new one for each call takes longer than all calls."""

    def call(*arguments: str) -> Ended:
        out, err = (TextIOWrapper(BytesIO(), encoding="utf-8", newline="") for _ in range(2))
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)
        with pytest.raises(SystemExit) as ended:
            main(["server", "--retries", "0", *arguments], prog_name="fhircheck")
        texts = []
        for stream in (out, err):
            stream.flush()
            texts.append(stream.buffer.getvalue().decode())  # type: ignore[attr-defined]
        return Ended(int(ended.value.code or 0), *texts)

    return call


@pytest.fixture
def server() -> Iterator[FhirServer]:
    with FhirServer(clinic()) as running:
        yield running


def test_a_server_that_claims_nothing(fhircheck: Any, server: FhirServer) -> None:
    done = fhircheck(server.base, "--no-probes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("NO DEMAND UNMET")
    assert "--against NAME" in done.stdout
    assert done.stderr == ""
    assert [(each.method, each.path) for each in server.asked] == [("GET", "/metadata")]


def test_compared_with_an_actor(fhircheck: Any, server: FhirServer, tmp_path: Path) -> None:
    files = {name: tmp_path / f"{name}.json" for name in ("save", "test-report", "outcome")}
    options = [part for name, path in files.items() for part in (f"--{name}", str(path))]
    done = fhircheck(server.base, "--no-probes", "--against", "isik-basis", "--format", "json", *options)
    assert done.returncode == 1
    assert "DEMANDS UNMET" in done.stderr
    told = json.loads(done.stdout)
    jsonschema.validate(told, schema())
    assert told["exitCode"] == 1
    rows = {each["id"]: each for each in told["actors"][-1]["results"]}
    assert rows["Patient.searchParam:family"]["declared"] == "met"
    assert rows["Account"]["declared"] == "unmet"
    assert {each["probed"] for each in rows.values()} == {"not-tested"}
    assert json.loads(files["save"].read_text())["actors"] == told["actors"]
    assert json.loads(files["test-report"].read_text())["result"] == "fail"
    assert json.loads(files["outcome"].read_text())["resourceType"] == "OperationOutcome"


def test_after_the_vendors_update(fhircheck: Any, server: FhirServer, tmp_path: Path) -> None:
    saved = tmp_path / "before.json"
    assert fhircheck(server.base, "--no-probes", "--save", str(saved)).returncode == 0
    same = fhircheck(server.base, "--no-probes", "--baseline", str(saved))
    assert same.returncode == 0
    assert "CHANGES SINCE THE BASELINE\n  None." in same.stdout
    patient = next(each for each in server.capability["rest"][0]["resource"] if each["type"] == "Patient")
    gone = patient["searchParam"].pop()
    lost = fhircheck(server.base, "--no-probes", "--baseline", str(saved))
    assert lost.returncode == 1
    assert lost.stdout.startswith("INTERFACES LOST")
    assert f"gone          Patient.searchParam:{gone['name']}" in lost.stdout
    assert fhircheck(server.base, "--no-probes", "--baseline", str(saved), "--fail-on", "never").returncode == 0


def test_a_capability_statement_in_xml(fhircheck: Any, server: FhirServer) -> None:
    server.routes["GET", "/metadata"] = lambda asked: written(server.capability, "xml", set())
    done = fhircheck(server.base, "--no-probes", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["capability"]["rest"][0]["resource"][0]["type"]


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(401, {"Content-Type": "text/html"}, b"<html>no</html>"), "HTTP 401"),
        (Reply(200, {"Content-Type": "text/html"}, b"<html>hello Mustermann</html>"), "no FHIR resource"),
        (Reply(200, {}, b"{"), "no FHIR resource"),
        (Reply(200, {}, b'{"resourceType": "OperationOutcome"}'), "no CapabilityStatement but OperationOutcome"),
    ],
)
def test_a_server_without_a_capability_statement_could_not_be_checked(
    fhircheck: Any, server: FhirServer, reply: Reply, words: str
) -> None:
    server.routes["GET", "/metadata"] = lambda asked: reply
    done = fhircheck(server.base, "--no-probes")
    assert done.returncode == 3
    assert words in done.stderr
    assert "Mustermann" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_statement_of_ones_own(fhircheck: Any, server: FhirServer, tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    resource = {"type": "Patient", "searchParam": [{"name": "phone", "type": "token"}]}
    path.write_text(json.dumps({"resourceType": "CapabilityStatement", "title": "Mine",
                                "rest": [{"mode": "server", "resource": [resource]}]}))  # fmt: skip
    done = fhircheck(server.base, "--no-probes", "--against", str(path))
    assert done.returncode == 1
    assert "SHALL   declared unmet  Patient: phone" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("http://127.0.0.1:9/fhir",), 3, "http://127.0.0.1:9/fhir/metadata"),
        (("ftp://x",), 2, "http:// or https://"),
        ((), 2, "name the server"),
        (("http://127.0.0.1:9/fhir", "--against", "nonsense"), 2, "neither a file nor a set of demands"),
        (("http://127.0.0.1:9/fhir", "--only", "nonsense"), 2, "no probe is called"),
        (("http://127.0.0.1:9/fhir", "--baseline", "missing.json"), 2, "missing.json"),
        (("http://127.0.0.1:9/fhir", "--against", "https://x.example/cs"), 2, "no loaded package"),
    ],
)
def test_what_cannot_be_done_is_one_line(fhircheck: Any, arguments: tuple[str, ...], code: int, words: str) -> None:
    done = fhircheck(*arguments)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_the_list_names_all_sets_and_probes(fhircheck: Any) -> None:
    from fhircheck.probe.probes import PROBES
    from fhircheck.probe.requirement_sets import shipped

    listed = fhircheck("--list").stdout
    assert [name for name in (*shipped(), *PROBES.names) if name not in listed] == []


def test_in_a_process_of_its_own(server: FhirServer) -> None:
    command = [sys.executable, "-m", "fhircheck", "server", server.base, "--only", "anonymous-metadata"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "What the server declares of itself" in done.stdout
