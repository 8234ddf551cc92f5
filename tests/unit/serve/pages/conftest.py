"""A history of three runs over samples, and clients of the pages that show it."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import fhircheck
from fhircheck.history.store import Store
from fhircheck.monitor.remember import remember
from fhircheck.serve.pages.site import Site
from fhircheck.serve.pages.stored import Stored
from fhircheck.serve.sessions import Sessions
from tests.needs import ROOT

SERIES = "Station 3"
SAMPLES = ("primitive-format", "required-binding", "profile-unknown")


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store, made once; each test gets a copy."""
    path = tmp_path_factory.mktemp("history") / "history.sqlite"
    sources = [str(ROOT / "sample_bundles" / "invalid" / each) for each in SAMPLES]
    with Store.open(str(path)) as store:
        for day in range(3):
            now = datetime(2026, 3, 1, 6, tzinfo=UTC) + timedelta(days=day)
            report = fhircheck.check(*sources[: 2 if day == 0 else 3], offline=True, now=now)
            remember(report, store, SERIES, now=now)
        report = fhircheck.check(str(ROOT / "sample_bundles" / "valid" / "consent.json"), offline=True)
        remember(report, store, "one")
    return path


@pytest.fixture
def history(made: Path, tmp_path: Path) -> Path:
    path = tmp_path / "history.sqlite"
    shutil.copy(made, path)
    return path


@pytest.fixture
def visitor_of(client_of: Callable[..., Any], history: Path) -> Callable[..., Any]:
    """A client of the pages; guards as named."""

    def make(where: str = "", **guards: Any) -> Any:
        sessions = Sessions("fhircheck-8014", False)
        shared = {name: guards[name] for name in ("token", "attempts") if name in guards}
        site = Site(Stored(where or str(history)), sessions, "en", **shared)
        return client_of(pages=site, sessions=sessions, **guards)

    return make


@pytest.fixture
def visitor(visitor_of: Callable[..., Any]) -> Any:
    return visitor_of()
