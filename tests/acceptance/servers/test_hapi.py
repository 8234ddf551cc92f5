"""The real server is what the other tests take it for: loaded as said, open and closed by its two addresses."""

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.needs import ROOT
from tests.servers.hapi.loading import Loaded
from tests.servers.hapi.process import HapiRun, HapiServer


def asked(url: str, **more: Any) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.get(url, timeout=60, **more)


def test_it_holds_what_it_was_loaded_with(hapi: HapiServer, loaded: Loaded) -> None:
    held = {kind: asked(f"{hapi.base}/{kind}?_summary=count").json()["total"] for kind in loaded.counts}
    assert held == loaded.counts
    assert sum(loaded.counts.values()) > 100


def test_what_is_asked_for_again_is_not_loaded_again(hapi_run: HapiRun, loaded: Loaded) -> None:
    from tests.servers.hapi.loading import load

    assert load(hapi_run) == loaded


@pytest.mark.parametrize("method", ["none", "basic", "bearer", "wrong"])
def test_the_second_address_asks_who_is_there(hapi: HapiServer, loaded: Loaded, method: str) -> None:
    ways: dict[str, dict[str, Any]] = {
        "none": {},
        "basic": {"auth": (hapi.user, hapi.password)},
        "bearer": {"headers": {"Authorization": f"Bearer {hapi.token}"}},
        "wrong": {"headers": {"Authorization": f"Bearer {hapi.token}x"}},
    }
    answer = asked(f"{hapi.secured}/Patient/lab-patient", **ways[method])
    assert answer.status_code == (200 if method in {"basic", "bearer"} else 401)
    assert asked(f"{hapi.secured}/metadata").status_code == 200


def test_a_server_of_another_run_is_another(hapi_run: HapiRun, hapi: HapiServer, tmp_path: Path) -> None:
    assert hapi_run.running() == hapi
    assert HapiRun(tmp_path).running() is None
    assert not HapiRun(tmp_path).stop()


def test_it_ends_by_itself_where_nobody_is_left(hapi: HapiServer, tmp_path: Path) -> None:
    """A test run that is killed leaves no server behind."""
    started = "import os, sys; from tests.servers.hapi.process import HapiRun; from pathlib import Path; "
    started += "print(HapiRun(Path(sys.argv[1])).enter(str(os.getpid())).pid)"
    done = subprocess.run(
        [sys.executable, "-c", started, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    process = int(done.stdout)
    deadline = time.monotonic() + 60
    while HapiRun(tmp_path).running() and time.monotonic() < deadline:
        time.sleep(0.5)
    still = HapiRun(tmp_path).running()
    HapiRun(tmp_path).stop()
    assert still is None, process
