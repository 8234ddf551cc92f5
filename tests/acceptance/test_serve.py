"""``fhircheck serve`` as its users have it: the real command, its workers, real connections."""

import json
import os
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.certificates import Authority
from tests.serving import COMMAND, Served

PATIENT = json.dumps({"resourceType": "Patient", "gender": "female"}).encode()


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    found = Served("--max-body", "1")
    yield found
    if found.process.poll() is None:
        found.process.kill()
        found.process.wait()


def test_it_validates_and_ends_in_peace(served: Served) -> None:
    """All in one: the server is started once. First answers, then those who misbehave, then Ctrl-C."""
    assert served.url.startswith("http://127.0.0.1:")
    status, outcome = served.post("/fhir/Patient/$validate", PATIENT)
    assert (status, outcome["issue"][0]["details"]["text"]) == (200, "All OK")
    for _ in range(10):
        assert served.post("/fhir/$validate", b" " * 1_100_000)[0] == 413, "told, not cut off"
        assert served.post("/fhir/$validate", PATIENT, Origin="http://evil.example")[0] == 403

    port = int(served.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=15) as slow:
        slow.sendall(b"POST /fhir/$validate HTTP/1.1\r\nHost: localhost\r\n")
        began = time.monotonic()
        assert slow.recv(100) == b"", "a client that sends its headers too slowly is let go"
        assert 8 < time.monotonic() - began < 14
    assert served.post("/fhir/Patient/$validate", PATIENT)[0] == 200

    assert served.stop(signal.SIGINT) == 0
    text = "".join(served.lines)
    assert text.splitlines()[-1] == "fhircheck: stopped"
    assert "Traceback" not in text
    assert text.count(" request ") == 22


def test_elsewhere_it_asks_for_a_token_and_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    made = authority.issue("server", hosts=("127.0.0.1",))
    other = Served(
        "--host", "0.0.0.0", "--certificate", str(made.certificate), "--key", str(made.key),
        "--token", "env:SERVE_TOKEN", "--log-format", "json", "--show-values", SERVE_TOKEN="a-token-of-enough-length",
    )  # fmt: skip
    try:
        other.url = other.url.replace("0.0.0.0", "127.0.0.1")
        trust = ssl.create_default_context(cafile=str(authority.certificate))
        body = json.dumps({"resourceType": "Patient", "birthDate": "SHOWN"}).encode()
        assert other.post("/fhir/$validate", body, trust)[0] == 401
        token = {"Authorization": "Bearer a-token-of-enough-length"}
        status, outcome = other.post("/fhir/$validate", body, trust, **token)
        assert status == 200
        assert "SHOWN" in json.dumps(outcome), "values by option of the server"
    finally:
        code = other.stop(signal.SIGTERM)
    assert code == 0
    log = "".join(other.lines)
    assert "a-token" not in log
    assert [json.loads(line)["status"] for line in other.lines if line.startswith("{")] == [401, 200]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--host", "0.0.0.0"], "--certificate"),
        (["--host", "192.0.2.1", "--public-url", "https://x.example"], "no terminal"),
        (["--host", "0.0.0.0", "--public-url", "https://u:p@x.example"], "--public-url"),
        (["--certificate", "x.pem"], "belong together"),
        (["--certificate", "missing.pem", "--key", "missing.key"], "No such file"),
        (["--token", "hunter2-hunter2-hunter2"], "is not written down"),
        (["--token", "env:TOO_SHORT"], "fewer than 16"),
    ],
)
def test_what_would_be_unsafe_is_refused(options: list[str], words: str) -> None:
    environment = {**os.environ, "TOO_SHORT": "short"}
    done = subprocess.run(
        [*COMMAND, *options], capture_output=True, text=True, env=environment, timeout=60, check=False
    )
    assert done.returncode == 2, done.stderr
    assert words in done.stderr
    assert "hunter2" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_port_that_is_taken_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = subprocess.run(
            [*COMMAND, "--port", str(taken.getsockname()[1])], capture_output=True, text=True, timeout=60, check=False
        )
    assert done.returncode == 3
    assert "cannot listen there" in done.stderr
