"""`fhircheck run` through the real command line, in its own process: how it ends, also where somebody ends it."""

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

from fhircheck.history.store import Store
from tests.servers.bulk_server import BulkServer, File, ndjson
from tests.servers.clinic import clinic
from tests.servers.fhir_answers import Reply
from tests.servers.fhir_server import FhirServer

CLEAN = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}


def started(folder: Path, *args: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "fhircheck", "run", *args]
    environment = {**CLEAN, "XDG_STATE_HOME": str(folder / "state"), "PYTHONPATH": os.pathsep.join(sys.path)}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=pipe, stderr=pipe, text=True)


def run(folder: Path, *args: str) -> tuple[int, str, str]:
    with started(folder, *args) as process:
        out, err = process.communicate(timeout=180)
    return process.returncode, out, err


def job(folder: Path, source: str, more: str = "", tables: str = "") -> None:
    text = f'name = "lab"\nsources = ["{source}"]\n{more}\n{tables}\n[history]\nstore = "h.sqlite"\n'
    (folder / "job.toml").write_text(text)


def exit_codes(folder: Path) -> list[int]:
    with Store.open(str(folder / "h.sqlite")) as store:
        return [each.exit_code for each in store.runs("lab")]


def left_behind(folder: Path) -> list[str]:
    """Temporary files."""
    return [str(path) for path in folder.rglob(".*") if path.is_file()]


@pytest.fixture
def server() -> Iterator[FhirServer]:
    with FhirServer(clinic()) as started:
        yield started


class Hanging:
    """A search that does not answer until it is let go."""

    def __init__(self, server: FhirServer) -> None:
        self.asked = self.free = False
        server.routes["GET", "/RiskAssessment"] = self

    def __call__(self, asked: Any) -> Reply:
        self.asked = True
        while not self.free:
            time.sleep(0.05)
        return Reply(500, {}, b"")

    def wait(self, process: "subprocess.Popen[str]") -> None:
        """Until the search is under way."""
        deadline = time.monotonic() + 120
        while not self.asked:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_a_run_says_how_it_ended(server: FhirServer, tmp_path: Path) -> None:
    job(tmp_path, server.base, 'language = "de"\noutputs = ["out/%Y/{name}.json"]')
    code, out, err = run(tmp_path, "job.toml", "--log-file", "events.log", "--now", "2026-03-04T02:30:00+00:00")
    assert (code, err) == (0, "")
    assert out.startswith("lab: KEINE FEHLER GEFUNDEN: ")
    assert "(Lauf 1 von lab)" in " ".join(out.split())
    assert "geschrieben: out/2026/lab.json" in out
    assert max(map(len, out.splitlines())) <= 80
    events = [json.loads(line) for line in (tmp_path / "events.log").read_text().splitlines()]
    assert [each["event"] for each in events][0::5] == ["run-started", "run-finished"]
    assert (events[-1]["exit_code"], events[-1]["outcome"]) == (0, "no-errors-found")
    stored = json.loads((tmp_path / "out" / "2026" / "lab.json").read_text())
    assert stored["header"]["started"] == "2026-03-04T02:30:00+00:00"
    assert exit_codes(tmp_path) == [0]
    assert not left_behind(tmp_path)


def test_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "job.toml").write_text('name = "x"\nsorces = ["a"]\n[history]\nkeep = 0\n')
    code, out, err = run(tmp_path, "job.toml")
    assert (code, out, err.count("\n")) == (2, "", 1)
    code, out, err = run(tmp_path, "--check", "job.toml")
    assert (code, out) == (2, "")
    assert err.splitlines() == [
        "fhircheck: job.toml: sources is missing: What is checked.",
        "fhircheck: job.toml:2: sorces: no such key; did you mean sources?",
        "fhircheck: job.toml:4: history.keep: must be at least 1",
    ]
    assert os.listdir(tmp_path) == ["job.toml"]


def test_sigterm_leaves_nothing_of_the_run(server: FhirServer, tmp_path: Path) -> None:
    job(tmp_path, server.base, 'outputs = ["a.json", "f.ndjson"]')
    hanging = Hanging(server)
    with started(tmp_path, "job.toml", "--log-format", "json") as process:
        hanging.wait(process)
        second = run(tmp_path, "job.toml")
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
    hanging.free = True
    assert process.returncode == 143
    events = [json.loads(line) for line in err.splitlines()]
    assert (events[-1]["event"], events[-1]["signal"]) == ("run-interrupted", "SIGTERM")
    assert second[0] == 3
    assert f"another run is under way: process {process.pid}" in second[2]
    assert second[2].count("\n") == 1
    assert exit_codes(tmp_path) == []
    assert not left_behind(tmp_path)
    assert not (tmp_path / "a.json").exists()
    assert (tmp_path / "locks" / "lab.lock").read_text() == ""


def test_a_killed_run_blocks_nothing(server: FhirServer, tmp_path: Path) -> None:
    job(tmp_path, server.base, 'outputs = ["a.json"]')
    hanging = Hanging(server)
    with started(tmp_path, "job.toml") as process:
        hanging.wait(process)
        process.kill()
    hanging.free = True
    del server.routes["GET", "/RiskAssessment"]
    code, out, err = run(tmp_path, "job.toml", "--log-format", "text", "--quiet")
    assert (code, out) == (0, ""), err
    assert f"lock-stale job=lab run={err.split('run=')[1].split()[0]} pid={process.pid}" in err
    assert exit_codes(tmp_path) == [0]
    assert (tmp_path / "a.json").exists()


def test_an_export_is_fetched_checked_and_removed(tmp_path: Path) -> None:
    patients = ndjson("Patient", range(40), gender="female")
    with BulkServer([File("Patient", patients, count=40)]) as server:
        job(tmp_path, server.base, 'since = "last"\noutputs = ["a.json"]', '[bulk]\ntypes = ["Patient"]')
        first = run(tmp_path, "job.toml")
        assert first[0] == 0, first
        server.gone = False
        server.files.clear()
        second = run(tmp_path, "job.toml")
        assert second[0] == 0, second
        kicked = [each.path for each in server.asked if "$export" in each.path]
    stored = json.loads((tmp_path / "a.json").read_text())
    assert stored["sources"]["names"] == [server.base]
    assert (stored["sources"]["records"], stored["verdict"]["exit_code"]) == (0, 0)
    assert stored["sources"]["since"] < stored["sources"]["until"]
    assert "40 resources checked" in first[1].replace("\n  ", " ")
    assert "_type=Patient" in kicked[0]
    assert "_since" not in kicked[0]
    assert "_since=" in kicked[1]
    assert not list((tmp_path / "state").rglob("*.ndjson"))
