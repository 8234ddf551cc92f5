"""A Bulk Data server for each test, and a folder for its export; tries follow one another at once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.bulk_server import BulkServer


@pytest.fixture
def server() -> Iterator[BulkServer]:
    with BulkServer() as started:
        yield started


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries follow one another at once."""
    monkeypatch.setattr("fhircheck.fetch.bulk_downloads.Downloads._pause", lambda *_: None)
    monkeypatch.setattr("fhircheck.transport.retry.PAUSE", 0.001)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"
