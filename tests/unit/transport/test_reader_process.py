"""A source read in a process of its own: the same items, the same faults, and nobody left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fhircheck.model.errors import CouldNotCheck, SourceUnusable
from fhircheck.transport import reader_process
from fhircheck.transport.reader_process import ReaderProcess, start_early
from fhircheck.transport.server_fault import ServerFault
from tests.unit.transport.streams import counted, failing, settings, surroundings, waiting


def gone(process: int, seconds: float = 10.0) -> bool:
    """Whether the process ends within `seconds`."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            os.kill(process, 0)
            state = Path(f"/proc/{process}/stat")
            if state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.02)
    return False


def test_all_items_come_from_one_other_process() -> None:
    found = list(ReaderProcess(counted, 500))
    assert [number for number, _ in found] == list(range(500))
    assert len({process for _, process in found} | {os.getpid()}) == 2


def test_ends_for_good() -> None:
    reader = ReaderProcess(counted, 1)
    assert len(list(reader)) == 1
    assert list(reader) == []


@pytest.mark.parametrize(
    ("reason", "kind", "words"),
    [
        ("source", SourceUnusable, "the server is gone"),
        ("server", ServerFault, "server-refused"),
        ("bug", ZeroDivisionError, "one by nothing"),
        ("unpicklable", CouldNotCheck, "ValueError"),
        ("died", CouldNotCheck, "the process that reads died"),
        ("left", CouldNotCheck, "the process that reads died"),
    ],
)
def test_its_fault_is_raised_in_its_place(reason: str, kind: type[Exception], words: str) -> None:
    reader = ReaderProcess(failing, reason)
    assert next(reader) == 1
    with pytest.raises(kind, match=words) as raised:
        next(reader)
    if reason == "server":
        assert (raised.value.status, raised.value.detail) == (503, "throttled")  # type: ignore[attr-defined]
    if reason == "bug":
        assert "in failing" in raised.value.__notes__[0]


def test_what_is_given_stays_out_of_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FHIRCHECK_TEST_SECRET", "kept")
    ((inherited, command),) = ReaderProcess(settings)
    assert inherited == "kept"
    assert "kept" not in command
    assert "settings" not in command


def test_close_ends_the_process(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    reader = ReaderProcess(waiting, str(told))
    while not told.exists() or not told.read_text():
        time.sleep(0.01)
    reader.close()
    assert gone(int(told.read_text()))


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs a signal that nobody can catch")
def test_it_does_not_outlive_the_one_that_started_it(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    code = (
        "import sys\nfrom fhircheck.transport.reader_process import ReaderProcess\n"
        "from tests.unit.transport.streams import waiting\nnext(ReaderProcess(waiting, sys.argv[1]))"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(told)], cwd=Path(__file__).parents[3])
    while not told.exists() or not told.read_text():
        assert parent.poll() is None
        time.sleep(0.01)
    parent.kill()
    parent.wait()
    assert gone(int(told.read_text()))


def test_a_process_started_early_is_the_one_that_reads() -> None:
    start_early("fhircheck.sources.search_pieces")
    ((_, early),) = reader_process._waiting
    ((_, process),) = ReaderProcess(counted, 1)
    assert process == early.pid
    assert not reader_process._waiting


def test_a_process_started_early_does_not_read_by_an_older_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    start_early("")
    ((_, early),) = reader_process._waiting
    monkeypatch.setenv("SET_AFTER_ITS_START", "seen")
    assert list(ReaderProcess(surroundings, "SET_AFTER_ITS_START")) == ["seen", str(Path.cwd())]
    assert early.poll() is not None


def test_a_process_started_early_does_not_read_in_another_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    start_early("")
    monkeypatch.chdir(tmp_path)
    assert list(ReaderProcess(surroundings, "PATH")) == [os.environ["PATH"], str(tmp_path)]


def test_a_process_that_nobody_needs_ends() -> None:
    code = (
        "from fhircheck.transport.reader_process import _waiting, start_early\n"
        "start_early('fhircheck.sources'); print(_waiting[0][1].pid)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=20)
    assert done.stderr == ""
    assert gone(int(done.stdout))


def test_without_an_interpreter_there_is_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "")
    with pytest.raises(OSError, match="no interpreter"):
        ReaderProcess(counted, 1)
    start_early("")
    assert not reader_process._waiting
