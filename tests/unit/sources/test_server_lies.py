"""Servers that do not tell the truth: each lie is a finding of its own kind, and without lies there is none."""

import json
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from fhircheck.model.record import Record
from fhircheck.report.messages import text
from fhircheck.sources import ReadOptions, open_sources
from fhircheck.transport.json_reader import read_records
from tests.servers.clinic import clinic
from tests.servers.fhir_answers import Reply
from tests.servers.fhir_server import Asked, FhirServer

Node = dict[str, Any]
Page = Callable[[int], Node]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("fhircheck.sources.search_reading._PAUSE", 0.0)


@pytest.fixture
def server() -> Iterator[FhirServer]:
    with FhirServer(clinic()) as started:
        yield started


def entry(name: str, mode: str = "match", kind: str = "Patient") -> Node:
    return {"resource": {"resourceType": kind, "id": name, "meta": {"versionId": "1"}}, "search": {"mode": mode}}


def serve(server: FhirServer, *pages: Node | list[Node], count: int | None = None, **extra: Any) -> None:
    """Answer searches for Patient by `pages`; a list stands for a page of these entries with a link to the next."""

    def answer(asked: Asked) -> Reply:
        given = dict(asked.query) | dict(parse_qsl(asked.body.decode()))
        if given.get("_summary") == "count":
            node: Node = {"resourceType": "Bundle", "type": "searchset"}
            node |= {} if count is None else {"total": count}
        else:
            number = int(given.get("page", "1"))
            made = pages[min(number, len(pages)) - 1]
            following = (
                f"{server.base}/Patient?page={number + 1}" if number < len(pages) or extra.get("endless") else ""
            )
            link = [{"relation": "next", "url": following}] if following else []
            node = made if isinstance(made, dict) else {"resourceType": "Bundle", "type": "searchset", "entry": made}
            node = {**node, "link": [*link, *extra.get("link", [])]}
            node |= {"total": extra["total"]} if "total" in extra else {}
        kind = {"Content-Type": extra.get("kind", "application/fhir+json")}
        return Reply(200, kind, json.dumps(node).encode())

    server.routes["GET", "/Patient"] = server.routes["POST", "/Patient/_search"] = answer


def read(server: FhirServer, path: str = "/Patient", **options: Any) -> list[Record]:
    chunks = open_sources([server.base + path], ReadOptions(**options))
    return [record for chunk in chunks for piece in chunk for record in read_records(piece)]


def ids(records: list[Record]) -> list[str]:
    return [each.node["id"] for each in records if each.node]


def said(records: list[Record]) -> list[tuple[str, dict[str, Any]]]:
    return [(issue.kind, dict(issue.params)) for each in records if not each.node for issue in each.issues]


def test_a_server_that_does_not_lie(server: FhirServer) -> None:
    found = read(server, "/Observation?_count=2&_include=Observation:subject")
    assert said(found) == []
    assert len(set(ids(found))) == len(found)
    patients = [each for each in found if each.node and each.node["resourceType"] == "Patient"]
    assert patients
    assert not [each for each in server.asked if "_summary" in dict(each.query)]  # total says enough


def test_all_that_can_be_searched_is_read_by_type(server: FhirServer) -> None:
    found = read(server, "")
    assert said(found) == []
    every = [(each["resourceType"], each["id"]) for each in clinic()]
    assert sorted((each.node["resourceType"], each.node["id"]) for each in found if each.node) == sorted(every)
    order = list(dict.fromkeys(each.source.rpartition("/")[2] for each in found))
    assert order == [each for each in server.searching.types if each in order]


def test_a_type_that_is_refused_does_not_stop_the_others(server: FhirServer) -> None:
    server.routes["GET", "/Patient"] = lambda asked: Reply(403, {}, b'{"resourceType": "OperationOutcome"}')
    found = read(server, "/")
    assert [kind for kind, _ in said(found)] == ["server-page-failed"]
    assert len(ids(found)) == sum(each["resourceType"] != "Patient" for each in clinic())


def test_a_server_without_searches_is_said(server: FhirServer) -> None:
    server.capability = {"resourceType": "CapabilityStatement"}
    assert said(read(server, "")) == [("server-declares-no-search", {})]


def test_more_than_was_counted(server: FhirServer) -> None:
    serve(server, [entry("a"), entry("b")], total=1)
    assert said(read(server)) == [("server-total-wrong", {"total": 1, "arrived": 2})]


def test_less_than_the_total_that_the_count_denies(server: FhirServer) -> None:
    serve(server, [entry("a"), entry("b")], total=5, count=2)
    assert said(read(server)) == [("server-total-wrong", {"total": 5, "arrived": 2})]


@pytest.mark.parametrize("given", [{"total": 3}, {"count": 3}, {"total": 2, "count": 3}])
def test_fewer_than_there_are(server: FhirServer, given: dict[str, int]) -> None:
    serve(server, [entry("a")], [entry("o", "include", "Organization")], **given)  # type: ignore[arg-type]
    expected = given.get("count", given.get("total"))
    assert said(read(server)) == [("server-resources-missing", {"expected": expected, "arrived": 1})]


def test_a_page_that_comes_again(server: FhirServer) -> None:
    serve(server, [entry("a"), entry("b")], [entry("a"), entry("b")], [entry("c")])
    found = read(server)
    assert ids(found) == ["a", "b", "c"]
    assert said(found) == [("server-page-repeated", {"page": 2}), ("server-resource-repeated", {"count": 2})]


def test_resources_that_come_again(server: FhirServer) -> None:
    included = entry("o", "include", "Organization")
    serve(server, [entry("a"), entry("b"), included], [entry("b"), entry("c"), included], total=3)
    found = read(server)
    assert ids(found) == ["a", "b", "o", "c"]
    assert said(found) == [("server-resource-repeated", {"count": 1})]


def test_ever_new_links_without_anything_new(server: FhirServer) -> None:
    serve(server, [entry("a")], [entry("b")], endless=True)
    found = read(server)
    assert ids(found) == ["a", "b"]
    assert [kind for kind, _ in said(found)] == [
        "server-page-repeated",
        "server-resource-repeated",
        "server-next-endless",
    ]
    serve(server, [entry("a")], [], endless=True)
    assert [kind for kind, _ in said(read(server))] == ["server-next-endless"]


def test_links_that_go_back_and_forth(server: FhirServer) -> None:
    def answer(asked: Asked) -> Reply:
        page = dict(asked.query).get("page", "a")
        url = f"{server.base}/Patient?page={'b' if page == 'a' else 'a'}"
        node = {"resourceType": "Bundle", "type": "searchset", "entry": [entry(page)]}
        node["link"] = [{"relation": "next", "url": url}]  # type: ignore[list-item]
        return Reply(200, {"Content-Type": "application/fhir+json"}, json.dumps(node).encode())

    server.routes["GET", "/Patient"] = answer
    assert "server-next-loop" in [kind for kind, _ in said(read(server))]
    assert len(server.asked) < 8


def test_matches_of_another_type(server: FhirServer) -> None:
    serve(
        server, [entry("a"), entry("g", kind="Group"), entry("h", kind="Group"), entry("o", "include", "Organization")]
    )
    found = read(server)
    assert ids(found) == ["a", "g", "h", "o"]
    assert said(found) == [("server-other-type", {"type": "Patient", "count": 2, "types": "Group"})]


def test_another_type_makes_up_for_nothing_that_is_missing(server: FhirServer) -> None:
    serve(server, [entry("a"), entry("g", kind="Group")], total=2, count=2)
    assert said(read(server)) == [
        ("server-other-type", {"type": "Patient", "count": 1, "types": "Group"}),
        ("server-resources-missing", {"expected": 2, "arrived": 1}),
    ]


def test_a_self_link_that_dropped_a_parameter(server: FhirServer) -> None:
    link = [{"relation": "self", "url": f"{server.base}/Patient?active=true&_count=5"}]
    serve(server, [entry("a")], link=link)
    found = read(server, "/Patient?active=true&name:exact=Muster&_format=json")
    assert said(found) == [("server-parameter-dropped", {"names": "name:exact"})]


def test_entries_without_a_resource(server: FhirServer) -> None:
    serve(server, [entry("a"), {"fullUrl": "x", "search": {"mode": "match"}}, {"search": {"mode": "outcome"}}])
    found = read(server)
    assert ids(found) == ["a"]
    assert said(found) == [("server-entry-empty", {"count": 1})]


@pytest.mark.parametrize(
    ("kind", "shown"), [("text/html; charset=utf-8", "text/html"), ("", "(none)"), ("<x>", "(none)")]
)
def test_another_content_type(server: FhirServer, kind: str, shown: str) -> None:
    serve(server, [entry("a")], [entry("b")], kind=kind)
    found = read(server)
    assert ids(found) == ["a", "b"]
    assert said(found) == [("server-content-type", {"type": shown})]


def test_half_a_body_is_asked_for_again(server: FhirServer) -> None:
    serve(server, [entry("a")], [entry("b")])
    whole = server.routes["GET", "/Patient"]
    broken = iter([b'{"resourceType": "Bund', b"<html>gateway</html>"])

    def answer(asked: Asked) -> Reply:
        if dict(asked.query).get("page") == "2" and (body := next(broken, b"")):
            return Reply(200, {"Content-Type": "application/fhir+json"}, body)
        return whole(asked)

    server.routes["GET", "/Patient"] = answer
    found = read(server)
    assert (ids(found), said(found)) == (["a", "b"], [])


def test_post_search_sends_parameters_in_the_body(server: FhirServer) -> None:
    found = read(server, "/Patient/_search?gender=female&_count=1")
    assert said(found) == []
    assert {each.node["gender"] for each in found if each.node} == {"female"}
    first = server.asked[0]
    assert (first.method, first.path, first.query) == ("POST", "/Patient/_search", [])
    assert first.body == b"gender=female&_count=1"


@pytest.mark.parametrize(
    ("lie", "kinds"),
    [
        ("page-lost", {"server-resources-missing"}),
        ("page-loop", {"server-next-loop"}),
        ("total-wrong", {"server-resources-missing"}),
        ("include-as-match", {"server-other-type", "server-resource-repeated"}),
        ("self-forgets", {"server-parameter-dropped"}),
        ("unknown-type-200", set()),
    ],
)
def test_lies_of_the_server_in_memory(lie: str, kinds: set[str]) -> None:
    with FhirServer(clinic(), [lie]) as server:
        found = read(server, "/Observation?_count=2&status=final&_include=Observation:subject")
    assert {kind for kind, _ in said(found)} == kinds


def test_the_words_of_all_findings_are_filled(server: FhirServer) -> None:
    serve(server, [entry("a"), entry("g", kind="Group")], [entry("a"), {}], endless=True, total=9, kind="text/x")
    for record in read(server, "/Patient?name=Muster"):
        for issue in record.issues if not record.node else ():
            for language in ("en", "de"):
                words = text(issue, language)
                assert "?" not in re.sub(r"\?name", "", words)
                assert "{" not in words
            assert "Muster" not in str(issue)


def soon(holds: Callable[[], bool]) -> bool:
    """Whether it holds within twenty seconds: a busy machine lets threads wait."""
    end = time.monotonic() + 20
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    return holds()


def test_searches_are_read_ahead_but_bounded(server: FhirServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fhircheck.sources.search_pieces._AHEAD", 5000)
    serve(server, *([entry(f"p{number}")] for number in range(200)))
    records = iter(open_sources([server.base + "/Patient"], ReadOptions(chunk_bytes=1)))
    next(records)
    time.sleep(0.3)
    ahead = len(server.asked)
    assert 2 <= ahead < 20
    del records
    assert soon(lambda: not [each for each in threading.enumerate() if each.name.startswith("read-ahead")])
    assert len(server.asked) <= ahead + 2


def test_reading_begins_before_the_first_record_is_asked_for(server: FhirServer) -> None:
    chunks = open_sources([server.base + "/Patient"], ReadOptions())
    assert soon(lambda: bool(server.asked))
    assert sys.getswitchinterval() < 0.005
    del chunks
    assert soon(lambda: sys.getswitchinterval() == 0.005)


def test_urls_that_are_shown_hold_no_values(server: FhirServer) -> None:
    found = read(server, "/Patient?name=nobody-of-that-name")
    assert [each.source for each in found] == [f"{server.base}/Patient?name=***"]
    assert urlsplit(found[0].source).path == "/fhir/Patient"
