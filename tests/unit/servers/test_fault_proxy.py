"""The proxy breaks what it says it breaks, the same way for the same seed, and passes all else through."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.servers.clinic import clinic
from tests.servers.fault_proxy import FaultProxy
from tests.servers.faults import FAULTS, LIES, PASSING
from tests.servers.fhir_answers import Reply
from tests.servers.fhir_server import FhirServer

# what a client without any patience sees: an exception, a status, or a body that is no FHIR
BROKEN: dict[str, type[Exception] | tuple[type[Exception], ...]] = {
    "drop-before-headers": requests.exceptions.ConnectionError,
    "reset": requests.exceptions.ConnectionError,
    "stall": (requests.exceptions.Timeout, requests.exceptions.ConnectionError),
    "drop-after-headers": requests.exceptions.ChunkedEncodingError,
    "reset-in-body": (requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError),
    "stall-in-body": (requests.exceptions.Timeout, requests.exceptions.ConnectionError),
    "truncated": requests.exceptions.ChunkedEncodingError,
    "truncated-in-chunks": requests.exceptions.ChunkedEncodingError,
    "gzip-broken": requests.exceptions.ContentDecodingError,
}
STATUS = {"429": 429, "429-with-date": 429, "429-without-pause": 429, "500": 500, "502": 502, "503": 503, "504": 504}
SOUND = {"close-when-idle", "slow-drip", "gzip-sound"}
NO_BUNDLE = {"truncated-without-length", "gzip-truncated", "html", "html-as-fhir", "outcome-as-answer", "empty"}


@pytest.fixture(scope="module")
def server() -> Iterator[FhirServer]:
    with FhirServer(clinic()) as made:
        yield made


def broken(server: FhirServer, fault: str, seed: int = 1) -> FaultProxy:
    return FaultProxy(server.base.removesuffix("/fhir"), seed, rate=1.0, faults=[fault], stall=0.3)


def asked(url: str, timeout: float = 5) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.get(url, timeout=timeout)


def bundle(response: requests.Response) -> Any:
    """The searchset, None for anything else."""
    try:
        node = json.loads(response.content)
    except ValueError:
        return None
    return node if isinstance(node, dict) and node.get("type") == "searchset" else None


def said(response: requests.Response) -> Any:
    """What a page says; each search has links with a number of its own."""
    node = bundle(response)
    links = [(each["relation"], re.sub(r"_page=\w+", "", each["url"])) for each in node["link"]]
    return node.get("entry"), node.get("total"), links


def test_every_fault_is_tested_here() -> None:
    assert {*BROKEN, *STATUS, *SOUND, *NO_BUNDLE, *LIES} == set(FAULTS)
    assert PASSING.isdisjoint(LIES)


@pytest.mark.parametrize("fault", BROKEN)
def test_what_breaks_the_connection(server: FhirServer, fault: str) -> None:
    with broken(server, fault) as proxy, pytest.raises(BROKEN[fault]):
        asked(f"{proxy.root}/fhir/Patient?_count=5", timeout=0.15)


@pytest.mark.parametrize("fault", STATUS)
def test_what_refuses(server: FhirServer, fault: str) -> None:
    with broken(server, fault) as proxy:
        answer = asked(f"{proxy.root}/fhir/Patient")
    assert answer.status_code == STATUS[fault]
    assert ("retry-after" in answer.headers) == (fault in {"429", "429-with-date", "503"})


@pytest.mark.parametrize("fault", sorted(SOUND))
def test_what_is_odd_but_whole(server: FhirServer, fault: str) -> None:
    with broken(server, fault) as proxy:
        through = asked(f"{proxy.root}/fhir/Patient?_count=5")
    assert said(through) == said(asked(f"{server.base}/Patient?_count=5"))


@pytest.mark.parametrize("fault", sorted(NO_BUNDLE))
def test_what_is_no_bundle(server: FhirServer, fault: str) -> None:
    with broken(server, fault) as proxy:
        answer = asked(f"{proxy.root}/fhir/Patient?_count=5")
    assert answer.status_code == 200
    assert bundle(answer) is None


@pytest.mark.parametrize("fault", LIES)
def test_what_looks_sound_and_is_not(server: FhirServer, fault: str) -> None:
    first, second = f"{server.base}/Patient?_count=5", bundle(asked(f"{server.base}/Patient?_count=5"))["link"]
    second_url = next(each["url"] for each in second if each["relation"] == "next")
    with broken(server, fault) as proxy:
        for url in (first, second_url):
            there = asked(url.replace(server.base, f"{proxy.root}/fhir"))
            sound = asked(url)
    assert there.status_code == 200
    assert said(there) != said(sound)
    assert proxy.happened()[-1] == fault


def test_a_lie_needs_a_bundle(server: FhirServer) -> None:
    with broken(server, "entry-lost") as proxy:
        assert asked(f"{proxy.root}/fhir/Patient/p1").content == asked(f"{server.base}/Patient/p1").content
        assert [(each.number, each.method, each.path, each.fault, each.status) for each in proxy.log] == [
            (1, "GET", "/fhir/Patient/p1", "", 200)
        ]


def test_lines_of_json_pass_as_they_are(server: FhirServer) -> None:
    text = b'{"resourceType": "Patient"}\n{"resourceType": "Patient"}\n'
    server.routes["GET", "/lines"] = lambda asked: Reply(200, {"Content-Type": "application/fhir+ndjson"}, text)
    with broken(server, "entry-lost") as proxy:
        assert asked(f"{proxy.root}/fhir/lines").content == text


def test_the_same_seed_breaks_the_same_requests(server: FhirServer) -> None:
    root = server.base.removesuffix("/fhir")
    ways = []
    for seed in (3, 3, 4):
        with FaultProxy(root, seed, rate=0.5, first=2, last=40) as proxy:
            ways.append([proxy.seeded(number)[0] for number in range(1, 60)])
    assert ways[0] == ways[1] != ways[2]
    assert not any(ways[0][:2])
    assert not any(ways[0][40:])
    assert 10 < sum(map(bool, ways[0])) < 30


def test_who_follows_a_stranger_is_noted(server: FhirServer) -> None:
    with broken(server, "next-to-stranger") as proxy:
        links = bundle(asked(f"{proxy.root}/fhir/Patient?_count=5"))["link"]
        assert proxy.strays == []
        asked(next(each["url"] for each in links if each["relation"] == "next"))
        assert len(proxy.strays) == 1


def test_what_writes_passes(server: FhirServer) -> None:
    with broken(server, "reset") as proxy, requests.Session() as session:
        session.trust_env = False
        assert session.post(f"{proxy.root}/fhir/Patient", json={}, timeout=5).status_code == 405
        assert proxy.happened() == []


def test_a_server_that_has_gone_is_502() -> None:
    with FhirServer([]) as gone:
        root = gone.base.removesuffix("/fhir")
    with FaultProxy(root, 1, rate=0) as proxy:
        assert asked(f"{proxy.root}/fhir/Patient").status_code == 502
