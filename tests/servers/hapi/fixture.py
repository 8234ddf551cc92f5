"""Fixtures: `hapi` is one server for a whole test run, whatever the number of its processes; `loaded` what it holds.

Tests only read from it: what one writes, all others see.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.needs import lack
from tests.servers.hapi.build import ServerUnusable, missing_programs
from tests.servers.hapi.loading import Loaded, load
from tests.servers.hapi.process import HapiRun, HapiServer


@pytest.fixture(scope="session")
def hapi_run(tmp_path_factory: pytest.TempPathFactory) -> HapiRun:
    """The folder of this run's server, or FHIRCHECK_HAPI_RUN: that of one started by hand, which is quicker."""
    named = os.environ.get("FHIRCHECK_HAPI_RUN")
    here = tmp_path_factory.getbasetemp()
    shared_by_workers = here.parent if os.environ.get("PYTEST_XDIST_WORKER") else here
    return HapiRun(Path(named) if named else shared_by_workers / "hapi")


@pytest.fixture(scope="session")
def hapi(hapi_run: HapiRun) -> Iterator[HapiServer]:
    """A real FHIR server; skips where it cannot be had."""
    if missing := missing_programs():
        lack("Java", f"no {', '.join(missing)} on the PATH")
    user = str(os.getpid())
    try:
        server = hapi_run.enter(user)
    except ServerUnusable as fault:
        lack("HAPI FHIR", str(fault))
    yield server
    hapi_run.leave(user)


@pytest.fixture(scope="session")
def loaded(hapi: HapiServer, hapi_run: HapiRun) -> Loaded:
    """What `hapi` holds: the samples, and of ../shared where that is there."""
    return load(hapi_run)
