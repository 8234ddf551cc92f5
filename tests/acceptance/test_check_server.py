"""`fhircheck validate URL`: the same findings as from a file, however many processes, and an end that leaves nobody."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.acceptance.test_fetch import CLEAN, fhircheck
from tests.servers.page_server import PageServer, made


def broken(kind: str, number: int) -> dict[str, object]:
    """Every seventh has a wrong status or gender."""
    node = made(kind, number)
    return {**node, "gender": "x", "status": "x"} if number % 7 == 3 else node


def test_the_findings_are_those_of_the_same_data_in_a_file(tmp_path: Path) -> None:
    counts = {"Observation": 700, "Patient": 150}
    with PageServer(counts, page=40, make=broken) as server:
        runs = [fhircheck("validate", "--format", "ndjson", *jobs, server.base) for jobs in ([], ["--jobs", "2"])]
    lines = [json.dumps(broken(kind, number)) for kind in counts for number in range(counts[kind])]
    (tmp_path / "data.ndjson").write_text("\n".join(lines))
    local = fhircheck("validate", "--format", "ndjson", str(tmp_path / "data.ndjson"))
    assert runs[0].stdout == runs[1].stdout
    assert [run.returncode for run in (*runs, local)] == [1, 1, 1]

    def told(text: str) -> list[tuple[str, ...]]:
        found = [json.loads(line) for line in text.splitlines()]
        return sorted((each["kind"], each["expression"]) for each in found if each["severity"] == "error")

    assert told(runs[0].stdout) == told(local.stdout)
    assert len(told(local.stdout)) > 100


def test_ctrl_c_ends_the_reader_too() -> None:
    with PageServer({"Patient": 5000}, page=10, delay=0.02) as server:
        command = [sys.executable, "-m", "fhircheck", "validate", server.base]
        process = subprocess.Popen(
            command, env=CLEAN, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        while len(server.asked) < 20:
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all of them
        _, errors = process.communicate(timeout=20)
        assert process.returncode == 130
        assert "Traceback" not in errors
        asked = len(server.asked)
        time.sleep(0.3)
        assert len(server.asked) <= asked + 1
