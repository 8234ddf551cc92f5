"""`fhircheck fetch` through the real command line, in its own process."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers.clinic import clinic
from tests.servers.fhir_answers import Reply
from tests.servers.fhir_server import FhirServer
from tests.servers.page_server import PageServer
from tests.servers.stops import canonical, stopped_and_gone_on

CLEAN = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}


def fhircheck(*args: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "fhircheck", *args]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=CLEAN, timeout=120)


def resources(report: dict[str, Any]) -> int:
    return sum(each["count"] for each in report["resources"])


@pytest.fixture
def server() -> Iterator[FhirServer]:
    with FhirServer(clinic()) as started:
        yield started


def test_a_fetched_folder_is_whole_and_can_be_checked(server: FhirServer, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = fhircheck("fetch", server.base, str(out))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"COMPLETE  {out}\n  {len(clinic())} resources")
    manifest = json.loads((out / "manifest.json").read_text())
    checked = json.loads(fhircheck("check", str(out), "--format", "json").stdout)
    assert resources(checked) == len(clinic())
    assert not [each for each in checked["issues"] if "manifest.json" in str(each)]
    assert sum(each["count"] for each in manifest["output"]) == len(clinic())
    again = fhircheck("fetch", server.base, str(out))
    assert again.returncode == 2
    assert "finished fetch" in again.stderr


def test_the_manifest_is_printed_where_that_is_asked(server: FhirServer, tmp_path: Path) -> None:
    done = fhircheck("fetch", server.base, str(tmp_path / "out"), "--type", "Patient", "--format", "json")
    assert json.loads(done.stdout) == json.loads((tmp_path / "out" / "manifest.json").read_text())


def test_what_cannot_be_had_is_said_and_ends_with_3(server: FhirServer, tmp_path: Path) -> None:
    body = b'{"resourceType": "OperationOutcome", "issue": [{"code": "forbidden", "diagnostics": "Erika Muster"}]}'
    server.routes["GET", "/Patient"] = lambda asked: Reply(403, {"Content-Type": "application/fhir+json"}, body)
    done = fhircheck("fetch", server.base, str(tmp_path / "out"), "--language", "de")
    assert done.returncode == 3
    assert done.stdout.startswith("UNVOLLSTÄNDIG")
    assert "server-page-failed" in done.stdout
    assert "Muster" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    del server.routes["GET", "/Patient"]
    assert fhircheck("fetch", server.base, str(tmp_path / "out")).returncode == 0


def test_wrong_data_of_the_server_ends_with_1(tmp_path: Path) -> None:
    with FhirServer(clinic(), ["include-as-match"]) as server:
        args = ("--query", "Observation", "--include", "Observation:subject")
        done = fhircheck("fetch", server.base, str(tmp_path / "out"), *args)
    assert (done.returncode, "server-other-type" in done.stdout) == (1, True)


def test_wrong_use_ends_with_2(tmp_path: Path) -> None:
    for args in (
        ["ftp://example.org", "x"],
        ["http://127.0.0.1:9/fhir", "x", "--since", "soon"],
        ["http://127.0.0.1:9"],
    ):
        done = fhircheck("fetch", *args)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr


def test_ctrl_c_leaves_what_the_same_command_goes_on_with(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with PageServer({"Patient": 2000}, page=10, delay=0.02) as server:
        command = [sys.executable, "-m", "fhircheck", "fetch", server.base, str(out)]
        process = subprocess.Popen(command, env=CLEAN, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        while len(server.asked) < 20:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
        assert process.returncode == 130
        assert "Traceback" not in errors
        asked = len(server.asked)
        assert asked < 150
        server.delay = 0.0
        assert fhircheck("fetch", server.base, str(out), "--resume").returncode == 0
        assert len(server.asked) - asked < 200
    assert [json.loads(line)["id"] for line in (out / "Patient.ndjson").open()] == [
        f"pat-{each}" for each in range(2000)
    ]


def test_kills_at_random_moments_change_nothing(tmp_path: Path) -> None:
    counts = {"Patient": 600, "Observation": 1500, "Condition": 300}
    with PageServer(counts, page=20, delay=0.002) as server:
        whole = fhircheck("fetch", server.base, str(tmp_path / "whole"))
        assert whole.returncode == 0
        kills = stopped_and_gone_on(server.base, tmp_path / "out", seed=7, most=5, longest=1.2)
    assert kills >= 2
    assert canonical(tmp_path / "out") == canonical(tmp_path / "whole")


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_check_reads_all_of_a_server(server: FhirServer, jobs: str) -> None:
    done = fhircheck("check", server.base, "--format", "json", "--jobs", jobs)
    assert resources(json.loads(done.stdout)) == len(clinic())
