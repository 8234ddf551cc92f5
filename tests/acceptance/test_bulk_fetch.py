"""``fhircheck fetch --bulk`` through the real command: whole, killed, interrupted, and with nothing secret said."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.needs import ROOT
from tests.servers.bulk_server import BulkServer, File, ndjson, outcome

PATIENTS, OBSERVATIONS = ndjson("Patient", range(3000)), ndjson("Observation", range(9000), status="final")


@pytest.fixture
def server() -> Iterator[BulkServer]:
    with BulkServer([File("Patient", PATIENTS, count=3000), File("Observation", OBSERVATIONS, count=9000)]) as started:
        yield started


@pytest.fixture(autouse=True)
def _interruptible() -> Iterator[None]:
    """Ctrl-C reaches the command also where the tests run in the background and are not to hear it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def started(*arguments: str, **environment: str) -> "subprocess.Popen[str]":
    """The command under way."""
    return subprocess.Popen(
        [sys.executable, "-m", "fhircheck", "fetch", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(*arguments: str, **environment: str) -> tuple[int, str, str]:
    """Exit code, output, errors."""
    process = started(*arguments, **environment)
    out, said = process.communicate(timeout=120)
    return process.returncode, out, said


def until(what: Callable[[], Any], process: "subprocess.Popen[str]") -> None:
    """Wait until `what` holds."""
    deadline = time.monotonic() + 60
    while not what():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def files(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*.ndjson")}


def test_a_whole_export(server: BulkServer, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, said, errors = run("--bulk", "--type", "Patient,Observation", "--format", "json", server.base, str(out))
    assert (code, errors) == (0, "")
    manifest = json.loads(said)
    assert manifest == json.loads((out / "manifest.json").read_text())
    assert manifest["complete"]
    assert files(out) == {"Patient.ndjson": PATIENTS, "Observation.ndjson": OBSERVATIONS}
    assert server.requests("GET", "$export")[0].path == "/fhir/$export?_type=Patient,Observation"


def test_what_came_is_checked_without_what_is_beside_it(server: BulkServer, tmp_path: Path) -> None:
    """Outcomes and deletions are no data; a broken line is, and never looks checked."""
    out = str(tmp_path / "out")
    deleted = b'{"resourceType": "Bundle", "type": "transaction", "entry": [{"request": {}}]}'
    server.files = [
        File("Patient", PATIENTS[:5000]),
        File("OperationOutcome", outcome("nonsense"), group="error"),
        File("Bundle", deleted, group="deleted"),
    ]
    for code, data in ((0, b""), (1, b"x\n")):
        server.gone, server.files[0].data = False, PATIENTS[: PATIENTS.index(b"\n") + 1] + data
        assert run("--bulk", "--restart", server.base, out)[0] == 1  # the server reported an error
        command = [sys.executable, "-m", "fhircheck", "validate", "--format", "ndjson", out]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == code, done.stdout
        assert ("unreadable/Patient.ndjson" in done.stdout) == bool(data)


def test_a_group_and_its_patients(server: BulkServer, tmp_path: Path) -> None:
    code, _, _ = run("--bulk", "--group", "g", "--patient", "a", server.base, str(tmp_path / "out"))
    assert code == 0
    (asked,) = server.requests("POST")
    assert asked.path == "/fhir/Group/g/$export"
    assert b"Patient/a" in asked.body


def test_since_the_last_run(server: BulkServer, tmp_path: Path) -> None:
    common = ("--bulk", "--patient-level", "--since", "last", server.base)
    assert run(*common, str(tmp_path / "one"))[0] == 0
    server.gone = False
    assert run(*common, str(tmp_path / "two"))[0] == 0
    assert [each.path for each in server.requests("GET", "$export")] == [
        "/fhir/Patient/$export",
        "/fhir/Patient/$export?_since=2026-01-02T03:04:05.678%2B01:00",
    ]


def test_kills_at_any_moment_lose_and_double_nothing(server: BulkServer, tmp_path: Path) -> None:
    out, moments = tmp_path / "out", random.Random(5)
    for file in server.files:
        file.pause, file.breaks = 0.25, [moments.randrange(60_000) for _ in range(3)]
    for _ in range(4):
        server.looked.clear()
        process = started("--bulk", server.base, str(out))
        assert server.looked.wait(60)  # the status request: the export is noted
        time.sleep(moments.uniform(0.2, 1.2))
        process.kill()
        process.communicate()
    for file in server.files:
        file.pause = 0
    assert run("--bulk", server.base, str(out))[0] == 0
    assert files(out) == {"Patient.ndjson": PATIENTS, "Observation.ndjson": OBSERVATIONS}
    assert server.exports == 1
    assert any("range" in each.headers for each in server.requests("GET", "/files/"))
    assert [each.name for each in tmp_path.iterdir() if each.is_dir()] == ["out"]


@pytest.mark.parametrize("waiting", [True, False])
@pytest.mark.parametrize("keep", [(), ("--keep-export",)])
def test_control_c(server: BulkServer, tmp_path: Path, keep: tuple[str, ...], waiting: bool) -> None:
    out = tmp_path / "out"
    if waiting:
        server.looks, server.looks_for_ever = [(202, {"Retry-After": "600"}, b"")], True
    else:
        for file in server.files:
            file.pause = 0.2
    process = started("--bulk", *keep, server.base, str(out))
    until(lambda: server.requests("GET", "/status/" if waiting else "/files/"), process)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in said
    assert len(server.requests("DELETE")) == (0 if keep else 1)
    server.looks = []
    for file in server.files:
        file.pause = 0
    if not keep:
        assert list(tmp_path.iterdir()) == []
        return
    assert run("--bulk", *keep, server.base, str(out))[0] == 0
    assert server.exports == 1
    assert files(out) == {"Patient.ndjson": PATIENTS, "Observation.ndjson": OBSERVATIONS}


def test_nothing_secret_is_said_or_kept(server: BulkServer, tmp_path: Path) -> None:
    """Neither our token nor signatures of links: not on success, not on failure, not in the state."""
    server.token = "t0ken-of-ours"
    server.files = [File("Patient", PATIENTS, signed=True, elsewhere=True, breaks=[50_000] + [0] * 20)]
    out = tmp_path / "out"
    sign_in = ("--auth", "bearer", "--secret", "env:TOKEN", "--retries", "1")
    for breaks in ([50_000] + [0] * 9, []):
        server.files[0].breaks = breaks
        code, told, said = run("--bulk", *sign_in, server.base, str(out), TOKEN=server.token, FHIRCHECK_DEBUG="1")
        assert code == (3 if breaks else 0)
        kept = b"".join(each.read_bytes() for each in tmp_path.rglob("*") if each.is_file())
        for secret in (server.token, "secret-"):
            assert secret not in told + said
            assert secret.encode() not in kept
    assert {each.token for each in server.requests("GET", "/files/")} == {""}
    assert {each.token for each in server.requests("GET", "/status/")} == {f"Bearer {server.token}"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("--patient-level",),
        ("--bulk", "--patient-level", "--group", "g"),
        ("--bulk", "--group", "g", "--group", "h"),
        ("--bulk", "--everything"),
        ("--bulk", "--query", "Patient?active=true"),
        ("--bulk", "--include", "Observation:subject"),
        ("--bulk", "--count", "10"),
        ("--bulk", "--since", "yesterday"),
    ],
)
def test_what_does_not_fit_together(server: BulkServer, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    code, told, said = run(*arguments, server.base, str(tmp_path / "out"))
    assert (code, told, said.count("\n")) == (2, "", 1)
    assert not server.asked
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_exports_nothing_is_one_line(server: BulkServer, tmp_path: Path) -> None:
    server.token = "x"
    code, told, said = run("--bulk", server.base, str(tmp_path / "out"))
    assert (code, told, said.count("\n")) == (3, "", 1)
    assert "the server started no export" in said
    assert list(tmp_path.iterdir()) == []
