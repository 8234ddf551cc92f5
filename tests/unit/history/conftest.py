"""`place`: where a new store may be made, once on SQLite and once on PostgreSQL; `store`: one that is open."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fhircheck.history.store import Store
from tests.unit.history.stores import MADE


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A path, or the URL of an empty database whose password the environment has."""
    if request.param == "sqlite":
        return str(tmp_path / "state" / "history.sqlite")
    server = request.getfixturevalue("postgres")
    monkeypatch.setenv("PGPASSWORD", server.password)
    return f"{server.url()}?schema=test_{next(MADE)}"


@pytest.fixture
def store(place: str) -> Iterator[Store]:
    """An open store."""
    with Store.open(place) as opened:
        yield opened
