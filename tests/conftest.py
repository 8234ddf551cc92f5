"""Fixtures shared by all tests, and the rule for skips (see tests/needs.py)."""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import settings

from tests.browsing import browser
from tests.needs import ROOT, SHARED, forbidden, shared_path, skips_forbidden
from tests.servers.hapi.fixture import hapi, hapi_run, loaded
from tests.servers.postgres import postgres
from tests.spark_session import small_parts, spark

__all__ = ["browser", "hapi", "hapi_run", "loaded", "postgres", "small_parts", "spark"]

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


# A busy machine is no defect of ours: laws are judged by what they find, not by how long one example took.
settings.register_profile("fhircheck", deadline=None)
settings.load_profile("fhircheck")


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The project's root folder."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder ``../shared`` with real packages and data; skips where it is missing."""
    return shared_path()


def _strict(report: Report) -> Report:
    """Turn a skip that this run forbids into a failure that names the reason."""
    if not (report.skipped and skips_forbidden()) or hasattr(report, "wasxfail"):
        return report
    reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr).removeprefix(
        "Skipped: "
    )
    if forbidden(reason, SHARED.is_dir()):
        report.outcome = "failed"
        report.longrepr = f"skipped, which FHIRCHECK_NO_SKIPS forbids: {reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that skips fails where skips are forbidden."""
    return _strict((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A module that skips as a whole fails where skips are forbidden."""
    return _strict((yield))


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--update-golden`` writes golden files anew instead of comparing with them."""
    parser.addoption("--update-golden", action="store_true", help="write golden files anew")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compare text with a kept file, byte for byte; with --update-golden write the file."""

    def compare(path: Path, text: str) -> None:
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
            return
        assert path.is_file(), f"{path.name} is missing: run pytest --update-golden, then read what it wrote"
        assert text == path.read_bytes().decode()

    return compare
