"""The lock of jobs whose history is a PostgreSQL database: an advisory lock there, also between machines."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from fhircheck.history.place import store_place
from fhircheck.model.errors import CouldNotCheck
from fhircheck.monitor.job_file import load_job
from fhircheck.monitor.lock import Holder, locked
from fhircheck.monitor.run_job import RunAsked, run_job
from tests.servers.postgres import Postgres

HOLD = """
import sys
from fhircheck.history.place import store_place
from fhircheck.monitor.lock import locked
with locked("job", store_place(sys.argv[1], "env:FHIRCHECK_TEST_PASSWORD").url):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def url(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("FHIRCHECK_TEST_PASSWORD", postgres.password)
    return postgres.url()


def hold(url: str, name: str = "job", wait: float = 0.0) -> None:
    """Take the lock and give it back."""
    told: list[tuple[str, Holder]] = []
    place = store_place(url, "env:FHIRCHECK_TEST_PASSWORD").url
    with locked(name, place, wait, lambda event, holder: told.append((event, holder))):
        assert all(event == "lock-waiting" for event, _ in told)


def holder(url: str) -> "subprocess.Popen[str]":
    pipe = subprocess.PIPE
    process = subprocess.Popen([sys.executable, "-c", HOLD, url], stdin=pipe, stdout=pipe, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_run_is_told_who_holds_the_lock(url: str) -> None:
    with holder(url) as other:
        said = rf"another run is under way: process {other.pid} on {socket.gethostname()[:20]}.* since 20"
        with pytest.raises(CouldNotCheck, match=said):
            hold(url)
        hold(url, "another")
        other.communicate("")
    hold(url, wait=10)


def test_a_killed_run_does_not_block(url: str) -> None:
    with holder(url) as other:
        other.kill()
    hold(url, wait=10)


def test_a_database_out_of_reach_is_one_line_without_its_words(url: str, postgres: Postgres) -> None:
    wrong = url.replace(f":{postgres.port}", ":1")
    with pytest.raises(CouldNotCheck, match="gives no lock") as raised:
        hold(wrong)
    assert postgres.password not in str(raised.value)


def test_a_job_whose_database_is_out_of_reach_is_checked_all_the_same(
    url: str, postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "a.json").write_text('{"resourceType": "Patient"}')
    store = url.replace(f":{postgres.port}", ":1")
    history = f'[history]\nstore = "{store}"\npassword = "env:FHIRCHECK_TEST_PASSWORD"\n'
    (tmp_path / "job.toml").write_text(f'name = "job"\nsources = ["a.json"]\noutputs = ["r.json"]\n{history}')
    done = run_job(load_job(str(tmp_path / "job.toml")), RunAsked())
    assert (done.exit_code, done.number, done.report.sources.records) == (3, None, 1)
    assert (tmp_path / "r.json").exists()
    assert (tmp_path / "state" / "fhircheck" / "locks" / "job.lock").exists()
    assert all(postgres.password not in line for line in done.said)


def test_a_job_without_a_folder_that_can_be_written(url: str, postgres: Postgres, tmp_path: Path) -> None:
    """As in a container with a read-only root: nothing but the data is needed."""
    (tmp_path / "a.json").write_text('{"resourceType": "Patient"}')
    history = f'[history]\nstore = "{postgres.make("fhircheck_job")}"\npassword = "env:FHIRCHECK_TEST_PASSWORD"\n'
    (tmp_path / "job.toml").write_text(f'name = "job"\nsources = ["a.json"]\n{history}')
    done = run_job(load_job(str(tmp_path / "job.toml")), RunAsked())
    assert (done.exit_code, done.number) == (0, 1)
    assert sorted(os.listdir(tmp_path)) == ["a.json", "job.toml"]
