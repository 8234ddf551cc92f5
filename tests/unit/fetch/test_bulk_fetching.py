"""A fetch by export as a whole: going on, beginning again, what is left where it fails, and since when."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fhircheck.fetch.bulk import BulkOptions
from fhircheck.fetch.bulk_fetching import fetch_bulk
from fhircheck.fetch.fetching import FetchOptions
from fhircheck.model.connection import Connection
from fhircheck.model.errors import SourceUnusable, UsageError
from fhircheck.sources.bulk_export import Patience
from fhircheck.sources.bulk_request import ExportRequest
from tests.servers.bulk_server import BulkServer, File, ndjson

PATIENTS = ndjson("Patient", range(90))


@pytest.fixture
def server() -> Iterator[BulkServer]:
    with BulkServer([File("Patient", PATIENTS), File("Encounter", ndjson("Encounter", [1]))]) as started:
        yield started


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def fetch(server: BulkServer, out: Path, since: str = "", **options: Any) -> dict[str, Any]:
    bulk = BulkOptions(Connection(retries=0), patience=Patience(first=0.001))
    return fetch_bulk(server.base + "/", str(out), ExportRequest(since=since), bulk, FetchOptions(**options))


def asked(server: BulkServer) -> list[str]:
    return [each.path.partition("?")[2] for each in server.requests("GET", "$export")]


def test_a_finished_fetch_is_replaced_only_when_asked(server: BulkServer, out: Path) -> None:
    assert fetch(server, out)["complete"]
    with pytest.raises(UsageError):
        fetch(server, out)
    server.gone, server.files = False, [File("Patient", ndjson("Patient", range(3)))]
    assert fetch(server, out, restart=True)["complete"]
    assert [each.name for each in sorted(out.iterdir())] == ["Patient.ndjson", "manifest.json"]
    assert server.exports == 2


def test_only_what_is_unfinished_can_be_resumed(server: BulkServer, out: Path) -> None:
    with pytest.raises(UsageError):
        fetch(server, out, resume=True)
    assert not server.asked
    server.files[0].statuses = [500]
    assert not fetch(server, out)["complete"]
    assert fetch(server, out, resume=True)["complete"]
    assert server.exports == 1


def test_an_unfinished_fetch_of_something_else_is_left_alone(server: BulkServer, out: Path) -> None:
    server.files[0].statuses = [500]
    assert not fetch(server, out)["complete"]
    with pytest.raises(UsageError):
        fetch(server, out, since="2026-01-01")
    assert fetch(server, out)["complete"]


def test_a_part_can_be_had(server: BulkServer, out: Path) -> None:
    server.files[0].statuses = [404] * 9
    manifest = fetch(server, out, partial=True)
    assert not manifest["complete"]
    assert [each["file"] for each in manifest["output"]] == ["Encounter.ndjson"]
    assert (out / "Encounter.ndjson").exists()
    assert not server.requests("DELETE")


@pytest.mark.parametrize(
    ("headers", "said"),
    [({}, "it may not know $export"), ({"Content-Location": "http://inner:8080/status/1"}, "behind a proxy")],
)
def test_a_kick_off_that_fails_leaves_nothing(
    server: BulkServer, out: Path, headers: dict[str, str], said: str
) -> None:
    server.kick_off_headers = headers
    with pytest.raises(SourceUnusable) as caught:
        fetch(server, out)
    assert said in str(caught.value)
    assert "inner" not in str(caught.value)
    assert list(out.parent.iterdir()) == []


def test_since_last_moves_on_with_complete_exports_alone(server: BulkServer, out: Path) -> None:
    told: list[str] = []

    def run(name: str) -> bool:
        server.gone = False
        return bool(fetch(server, out.with_name(name), "last", tell=told.append)["complete"])

    assert run("one")
    assert told == ["no complete export of this is known: all is exported"]
    server.manifest = {"transactionTime": "2026-02-01T00:00:00Z"}
    server.files[0].statuses = [500]
    assert not run("two")
    server.manifest["transactionTime"] = "2026-03-01T00:00:00Z"
    assert run("three")
    assert run("two")
    assert asked(server) == ["", *["_since=2026-01-02T03:04:05.678%2B01:00"] * 2]
    assert run("four")
    assert len(told) == 1


def test_what_it_was_since_is_in_the_manifest(server: BulkServer, out: Path) -> None:
    assert fetch(server, out, "2026-01-01")["since"] == "2026-01-01"
