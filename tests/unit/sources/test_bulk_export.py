"""Kick-off, status and cancelling of a Bulk Data export, against a server on loopback."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from fhircheck.model.connection import Connection
from fhircheck.sources.bulk_export import BulkExport, Patience
from fhircheck.sources.bulk_request import ExportRequest
from fhircheck.transport.http import HttpClient, ServerFault
from tests.servers.bulk_server import FHIR, BulkServer, File, ndjson, outcome


@pytest.fixture
def server() -> Iterator[BulkServer]:
    with BulkServer([File("Patient", ndjson("Patient", range(3)))]) as started:
        yield started


class Client:
    """An export at the server, whose pauses take no time and are kept."""

    def __init__(self, server: BulkServer, **patience: Any) -> None:
        self.pauses: list[float] = []
        self.told: list[str] = []
        self.http = HttpClient(Connection(retries=2), server.base)
        self.export = BulkExport(
            self.http,
            server.base,
            Patience(**patience),
            self.pauses.append,
            lambda progress, pause: self.told.append(progress),
        )

    def status(self) -> str:
        return self.export.kick_off(ExportRequest())


def fault_of(call: Any) -> tuple[str, int, str]:
    with pytest.raises(ServerFault) as caught:
        call()
    return caught.value.reason, caught.value.status, caught.value.detail


def test_the_kick_off_asks_for_an_answer_later(server: BulkServer) -> None:
    status = Client(server).status()
    assert status == f"{server.base}/status/1"
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("GET", "/fhir/$export")
    assert (asked.headers["prefer"], asked.headers["accept"]) == ("respond-async", "application/fhir+json")


def test_a_kick_off_by_post(server: BulkServer) -> None:
    Client(server).export.kick_off(ExportRequest("group", "g", types=("Patient",), post=True))
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("POST", "/fhir/Group/g/$export")
    assert asked.headers["content-type"] == "application/fhir+json"
    assert b'"valueString": "Patient"' in asked.body


def test_a_busy_server_is_asked_again_after_the_pause_it_names(server: BulkServer) -> None:
    server.busy = [(429, {"Retry-After": "7"}), (503, {})]
    client = Client(server)
    assert client.status()
    assert client.pauses == [7, 4]
    assert server.exports == 1


def test_a_kick_off_is_never_repeated_by_itself(server: BulkServer) -> None:
    server.busy = [(500, FHIR)] * 3
    assert fault_of(Client(server).status) == ("server-refused", 500, "throttled")
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({}, ("no-export", 202, "no Content-Location")),
        ({"Content-Location": "http://other.example.org/status/1"}, ("status-elsewhere", 202, "")),
    ],
)
def test_a_kick_off_that_starts_nothing(
    server: BulkServer, headers: dict[str, str], reason: tuple[str, int, str]
) -> None:
    server.kick_off_headers = headers
    assert fault_of(Client(server).status) == reason


def test_a_status_is_asked_for_until_the_manifest_is_there(server: BulkServer) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    server.looks = [
        (202, {"X-Progress": "10 %\tdone"}, b""),
        (202, {"Retry-After": "120", "X-Progress": "x" * 500}, b""),
        (202, {"Retry-After": date}, b""),
        (202, {"Retry-After": "99999"}, b""),
        (202, {"Retry-After": "soon"}, b""),
        (429, {"Retry-After": "3"}, outcome("throttled")),
    ]
    client = Client(server)
    manifest = client.export.manifest(client.status())
    assert [each.type for each in manifest.files] == ["Patient"]
    assert client.pauses[:2] == [1, 120]
    assert 80 < client.pauses[2] <= 90
    assert client.pauses[3:] == [3600, 16, 3]
    assert client.told[0] == "10 % done"
    assert len(client.told[1]) == 60


def test_pauses_grow_to_a_minute(server: BulkServer) -> None:
    server.looks = [(202, {}, b"")] * 9
    client = Client(server)
    client.export.manifest(client.status())
    assert client.pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]


@pytest.mark.parametrize("look", [(500, {}, b""), (502, {}, b"<html>"), (500, FHIR, outcome("transient"))])
def test_what_fails_in_passing_is_looked_at_again(server: BulkServer, look: Any) -> None:
    server.looks = [look, (202, {}, b""), *[look] * 5]
    client = Client(server)
    assert client.export.manifest(client.status()).files


@pytest.mark.parametrize(
    ("look", "reason"),
    [
        ((500, FHIR, outcome("processing", "Meyer")), ("export-failed", 500, "processing")),
        ((200, FHIR, outcome("exception")), ("export-failed", 200, "exception")),
        ((400, {}, b""), ("export-failed", 400, "")),
        ((404, FHIR, outcome("not-found")), ("export-gone", 404, "not-found")),
        ((410, {}, b""), ("export-gone", 410, "")),
        ((401, {}, b""), ("server-refused", 401, "")),
    ],
)
def test_what_fails_for_good_is_said_at_once(server: BulkServer, look: Any, reason: Any) -> None:
    server.looks = [look]
    client = Client(server)
    assert fault_of(lambda: client.export.manifest(client.status())) == reason
    assert not client.pauses


def test_a_status_that_never_recovers_is_given_up(server: BulkServer) -> None:
    server.looks, server.looks_for_ever = [(503, {}, b"")], True
    client = Client(server, failures=3)
    assert fault_of(lambda: client.export.manifest(client.status()))[:2] == ("export-failed", 503)
    assert client.pauses == [2, 4, 8]


def test_a_server_that_is_not_there_is_given_up(server: BulkServer) -> None:
    client = Client(server, failures=2)
    status = client.status()
    server.down = True
    assert fault_of(lambda: client.export.manifest(status))[0] == "connection-broken"
    assert len(client.pauses) == 2


def test_patience_ends(server: BulkServer) -> None:
    server.looks, server.looks_for_ever = [(202, {"Retry-After": "50"}, b"")], True
    client = Client(server, whole=120)
    assert fault_of(lambda: client.export.manifest(client.status())) == ("export-unfinished", 202, "")
    assert client.pauses == [50, 50]


def test_a_pause_of_nothing_is_no_storm(server: BulkServer) -> None:
    server.looks = [(202, {"Retry-After": "0"}, b"")] * 3
    client = Client(server)
    client.export.manifest(client.status())
    assert client.pauses == [1, 1, 1]


def test_a_manifest_of_several_pages(server: BulkServer) -> None:
    server.files = [File("Patient", b"") for _ in range(5)]
    server.page_size = 2
    client = Client(server)
    assert len(client.export.manifest(client.status()).files) == 5
    assert len(server.requests("GET", "/status/")) == 3


@pytest.mark.parametrize(
    ("address", "reason"), [("{base}/status/1", "manifest-loop"), ("http://other.example.org/2", "status-elsewhere")]
)
def test_a_page_that_leads_nowhere_good(server: BulkServer, address: str, reason: str) -> None:
    server.manifest = {"link": [{"relation": "next", "url": address.format(base=server.base)}]}
    client = Client(server)
    assert fault_of(lambda: client.export.manifest(client.status()))[0] == reason


def test_cancelling(server: BulkServer) -> None:
    client = Client(server)
    status = client.status()
    assert client.export.cancel(status)
    assert [each.path for each in server.requests("DELETE")] == ["/fhir/status/1"]
    server.down = True
    assert not client.export.cancel(status)
