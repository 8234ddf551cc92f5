"""One run of a job at a time: the lock says who holds it, and is free again however a run ends."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fhircheck.model.errors import CouldNotCheck
from fhircheck.monitor.lock import Holder, locked

HOLD = """
import sys
from pathlib import Path
from fhircheck.monitor.lock import locked
with locked("job", Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(folder: Path) -> "subprocess.Popen[str]":
    """Another process that holds the lock until its standard input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def hold(name: str, folder: Path, wait: float = 0.0) -> None:
    """Take the lock and give it back."""
    with locked(name, folder, wait):
        pass


def test_a_second_run_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    with holder(tmp_path) as other:
        said = rf"another run is under way: process {other.pid} on .+ since 20.*; --wait 10m"
        with pytest.raises(CouldNotCheck, match=said):
            hold("job", tmp_path)
        hold("another", tmp_path)
        other.communicate("")
    with locked("job", tmp_path, told=lambda event, _: pytest.fail(event)):
        assert json.loads((tmp_path / "job.lock").read_text())["pid"] == os.getpid()
    assert (tmp_path / "job.lock").read_text() == ""


def test_waiting_until_the_other_run_has_ended(tmp_path: Path) -> None:
    told: list[tuple[str, int]] = []
    with holder(tmp_path) as other:

        def waiting(event: str, found: Holder) -> None:
            told.append((event, found.pid))
            assert other.stdin is not None
            other.stdin.close()

        with locked("job", tmp_path, 30, waiting):
            pass
        other.wait()
    assert told == [("lock-waiting", other.pid)]


def test_waiting_has_an_end(tmp_path: Path) -> None:
    with locked("job", tmp_path), pytest.raises(CouldNotCheck, match=r"\(waited 0\.3s\)"):
        hold("job", tmp_path, 0.3)


def test_a_killed_run_is_recognised_and_does_not_block(tmp_path: Path) -> None:
    other = holder(tmp_path)
    os.kill(other.pid, signal.SIGKILL)
    other.communicate()
    told: list[tuple[str, int]] = []
    with locked("job", tmp_path, told=lambda event, found: told.append((event, found.pid))):
        pass
    assert told == [("lock-stale", other.pid)]
    with locked("job", tmp_path, told=lambda event, found: pytest.fail(event)):
        pass


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CouldNotCheck, match="no lock can be kept"), locked("job", tmp_path / "file" / "locks"):
        pytest.fail("held")
