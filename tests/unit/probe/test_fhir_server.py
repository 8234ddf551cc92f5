"""The server in memory that other tests rest on: it searches rightly, judged by counts made by hand."""

import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from tests.servers.clinic import clinic
from tests.servers.fhir_server import FhirServer


@pytest.fixture(scope="module")
def server() -> Iterator[FhirServer]:
    with FhirServer(clinic(), deleted=["Patient/gone"]) as started:
        yield started


def ask(server: FhirServer, path: str, method: str = "GET", body: bytes = b"", **headers: str) -> tuple[int, Any, Any]:
    connection = http.client.HTTPConnection(urlsplit(server.base).netloc, timeout=10)
    connection.request(method, "/fhir" + path, body, {name.replace("_", "-"): text for name, text in headers.items()})
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    kind = answer.headers.get("content-type", "")
    return answer.status, answer.headers, json.loads(data) if "json" in kind else data


def found(server: FhirServer, type_name: str, **query: str) -> int:
    text = urlencode({name.replace("__", ":"): value for name, value in query.items()})
    return int(ask(server, f"/{type_name}?{text}")[2]["total"])


@pytest.mark.parametrize(
    ("type_name", "query", "count"),
    [
        ("Patient", {"gender": "female"}, 4),
        ("Patient", {"gender__not": "female"}, 8),
        ("Patient", {"gender__missing": "true"}, 1),
        ("Patient", {"family": "ei"}, 2),
        ("Patient", {"family__exact": "ei"}, 0),
        ("Patient", {"family__contains": "CH"}, 4),
        ("Patient", {"birthdate": "1943"}, 1),
        ("Patient", {"birthdate": "lt1943"}, 1),
        ("Patient", {"birthdate": "le1943"}, 2),
        ("Patient", {"identifier": "https://example.org/mrn|000003"}, 1),
        ("Patient", {"identifier": "|000003"}, 0),
        ("Observation", {"value-quantity": "gt80||/min"}, 1),
        ("Observation", {"code": "8867-4"}, 12),
        ("Observation", {"code-value-quantity": "8867-4$lt70"}, 5),
        ("Observation", {"patient": "p3"}, 2),
        ("Observation", {"patient.identifier": "000003"}, 2),
        ("RiskAssessment", {"probability": "0.6"}, 1),
        ("Encounter", {"date": "sa2025-07"}, 1),
        ("Encounter", {"date": "eb2025-02"}, 1),
    ],
)
def test_searches_find_what_is_there(server: FhirServer, type_name: str, query: dict[str, str], count: int) -> None:
    assert found(server, type_name, **query) == count


def test_pages_lead_to_all_resources(server: FhirServer) -> None:
    path, seen = "/Patient?_count=5", []
    while path:
        bundle = ask(server, path)[2]
        seen += [entry["resource"]["id"] for entry in bundle["entry"]]
        following = [link["url"] for link in bundle["link"] if link["relation"] == "next"]
        path = following[0].removeprefix(server.base) if following else ""
    assert len(seen) == len(set(seen)) == 12


def test_errors_and_conditional_reads(server: FhirServer) -> None:
    assert ask(server, "/Patient/none")[0] == 404
    assert ask(server, "/Patient/gone")[0] == 410
    assert ask(server, "/Nothing")[0] == 404
    assert ask(server, "/Patient", Accept="image/png")[0] == 406
    assert ask(server, "/Patient?color=red", Prefer="handling=strict")[0] == 400
    status, headers, _ = ask(server, "/Patient/p1")
    assert status == 200
    assert ask(server, "/Patient/p1", If_None_Match=headers["etag"])[0] == 304


def test_post_and_xml(server: FhirServer) -> None:
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    assert ask(server, "/Patient/_search", "POST", b"gender=female", **form)[2]["total"] == 4
    assert ask(server, "/Patient/_search", "POST", b"{}", Content_Type="text/csv")[0] == 415
    assert ask(server, "/Patient/p1?_format=xml")[2].startswith(b"<?xml")


def test_a_token_may_be_asked_for() -> None:
    with FhirServer(clinic(), token="abc") as server:
        assert ask(server, "/Patient")[0] == 401
        assert ask(server, "/metadata")[0] == 200
        assert ask(server, "/Patient", Authorization="Bearer abc")[0] == 200
