"""A FHIR server search on loopback: paging, and every way a server may disappoint."""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from fhircheck.model.connection import Connection
from fhircheck.model.errors import SourceUnusable
from fhircheck.model.record import Record
from fhircheck.sources import ReadOptions, open_sources
from fhircheck.transport import http, retry
from fhircheck.transport.http import redacted, same_place
from fhircheck.transport.json_reader import read_records
from tests.module_time import set_time

Reply = tuple[int, dict[str, str], bytes | Iterator[bytes]]
Answers = Callable[[str, dict[str, str]], Reply]


class Server:
    """Answers GET requests on loopback by `answer(path, headers)`."""

    def __init__(self) -> None:
        self.answer: Answers = lambda path, headers: (404, {}, b"")
        self.asked: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                status, headers, body = outer.answer(self.path, dict(self.headers))
                self.send_response(status)
                blocks = iter([body]) if isinstance(body, bytes) else body
                size = {"Content-Length": str(len(body))} if isinstance(body, bytes) else {}
                for name, value in {**size, **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                with contextlib.suppress(OSError):
                    for block in blocks:
                        self.wfile.write(block)

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self._server.server_port}/fhir"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(retry, "PAUSE", 0.01)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("fhircheck.sources.search_reading._PAUSE", 0.0)
    started = Server()
    yield started
    started.close()


def page(server: Server, ids: list[str], following: str = "", **extra: Any) -> Reply:
    link = [{"relation": "next", "url": following}] if following else []
    entry = [{"resource": {"resourceType": "Patient", "id": each}} for each in ids]
    bundle = {"resourceType": "Bundle", "type": "searchset", "link": link, "entry": entry, **extra}
    return 200, {"Content-Type": "application/fhir+json"}, json.dumps(bundle, indent=1).encode()


def read(server: Server, path: str = "/Patient?_count=2", **options: Any) -> list[Record]:
    chunks = open_sources([server.base + path], ReadOptions(**options))
    return [record for chunk in chunks for piece in chunk for record in read_records(piece)]


def searched(server: Server) -> list[str]:
    """Paths that were asked for data, without those that only count."""
    return [path for path in server.asked if "_summary=count" not in path]


def told(records: list[Record]) -> list[str]:
    return [each.issues[0].kind if each.issues else str(each.node and each.node["id"]) for each in records]


def paged(server: Server, **pages: Reply) -> None:
    server.answer = lambda path, headers: pages[path.rpartition("page=")[2] if "page=" in path else "first"]


def test_pages_are_followed_and_each_entry_is_a_record(server: Server) -> None:
    paged(
        server,
        first=page(server, ["a", "b"], f"{server.base}?page=2"),
        **{"2": page(server, ["c"], "fhir?page=3"), "3": page(server, [])},
    )
    found = read(server)
    assert told(found) == ["a", "b", "c"]
    assert [each.record for each in found] == [0, 1, 2]
    assert {each.source for each in found} == {server.base + "/Patient?_count=2"}
    assert len(searched(server)) == 3


def test_the_server_is_asked_for_fhir_json(server: Server) -> None:
    def answer(path: str, headers: dict[str, str]) -> Reply:
        assert headers["Accept"].startswith("application/fhir+json")
        return page(server, ["a"])

    server.answer = answer
    assert told(read(server)) == ["a"]


def test_one_resource_may_be_named(server: Server) -> None:
    server.answer = lambda path, headers: (200, {}, b'{"resourceType": "Patient", "id": "a",}')
    with pytest.raises(SourceUnusable, match="broken-json"):
        read(server, "/Patient/a")
    server.answer = lambda path, headers: (200, {}, b'{"resourceType": "Patient", "id": "a"}')
    assert told(read(server, "/Patient/a")) == ["a"]


@pytest.mark.parametrize(
    ("following", "kind"),
    [
        ("{base}/Patient?_count=2", "server-next-loop"),
        ("http://127.0.0.1:9/fhir?page=2", "server-next-foreign"),
        ("https://example.org/fhir?page=2", "server-next-foreign"),
        ("file:///etc/hostname", "server-next-foreign"),
        ("http://[", "server-next-foreign"),
    ],
)
def test_a_next_link_that_loops_or_leads_away_is_not_followed(server: Server, following: str, kind: str) -> None:
    server.answer = lambda path, headers: page(server, ["a"], following.format(base=server.base))
    found = read(server)
    assert told(found) == ["a", kind]
    assert found[1].issues[0].severity == "error"
    assert len(searched(server)) == 1


def test_a_loop_over_several_pages_ends(server: Server) -> None:
    paged(
        server,
        first=page(server, ["a"], f"{server.base}?page=2"),
        **{"2": page(server, ["b"], f"{server.base}?page=3"), "3": page(server, ["c"], f"{server.base}?page=2")},
    )
    assert told(read(server)) == ["a", "b", "c", "server-next-loop"]
    assert told(read(server, page_limit=2)) == ["a", "b", "server-page-limit"]


OUTCOME = b'{"resourceType": "OperationOutcome", "issue": [{"code": "forbidden", "diagnostics": "Erika Muster"}]}'


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ((200, {"Content-Type": "text/html"}, b"<!DOCTYPE html><html>sign in</html>"), "no FHIR JSON .html"),
        ((200, {}, b'{"error": "x"}'), "no FHIR JSON .json-without-resourceType"),
        ((200, {}, b"hello"), "no FHIR JSON .text"),
        ((200, {}, OUTCOME), "outcome-instead, HTTP 200, forbidden"),
        ((403, {}, OUTCOME), "server-refused, HTTP 403, forbidden"),
        ((404, {"Content-Type": "text/html"}, b"<html>no</html>"), "server-refused, HTTP 404, html"),
        ((401, {}, b""), "server-refused, HTTP 401"),
        ((302, {"Location": "http://127.0.0.1:9/login"}, b""), "redirect-to-another-host"),
        ((200, {"Content-Length": "99"}, b"{"), "answer-broken-off|no-connection"),
    ],
)
def test_a_first_answer_that_is_no_data_makes_the_source_unusable(server: Server, reply: Reply, said: str) -> None:
    server.answer = lambda path, headers: reply
    with pytest.raises(SourceUnusable, match=said) as raised:
        read(server, "/Patient?name=Muster&_count=2")
    assert "Muster" not in str(raised.value)
    assert raised.value.exit_code == 3
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ((404, {}, OUTCOME), "server-page-failed"),
        ((200, {}, b"<html>sign in</html>"), "server-not-fhir"),
        ((200, {}, b'{"resourceType": "Bundle", "type": "search'), "server-answer-broken"),
        ((200, {}, b""), "server-answer-broken"),
        ((200, {}, OUTCOME), "server-outcome-instead"),
    ],
)
def test_a_later_page_that_fails_is_a_finding(server: Server, reply: Reply, kind: str) -> None:
    paged(server, first=page(server, ["a"], f"{server.base}?page=2"), **{"2": reply})
    found = read(server)
    assert told(found) == ["a", kind]
    assert "Erika" not in str(found[1].issues)


def test_a_busy_server_is_asked_again(server: Server) -> None:
    replies = iter([(429, {"Retry-After": "0"}, b""), (503, {"Retry-After": "0"}, b"")])
    server.answer = lambda path, headers: next(replies, page(server, ["a"]))
    assert told(read(server)) == ["a"]
    assert len(searched(server)) == 3


def test_a_server_may_not_put_us_off_for_hours(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    set_time(monkeypatch, http, sleep=pauses.append)
    replies = iter([(429, {"Retry-After": "86400"}, b"")])
    server.answer = lambda path, headers: next(replies, page(server, ["a"]))
    assert told(read(server)) == ["a"]
    assert pauses == [Connection().longest_pause]


def test_an_answer_is_bounded_in_size(server: Server) -> None:
    server.answer = lambda path, headers: page(server, ["x" * 60] * 100)
    with pytest.raises(SourceUnusable, match="answer-too-large"):
        read(server, connection=Connection(answer_bytes=5000))


def test_a_server_that_stalls_or_drips_is_given_up(server: Server) -> None:
    def stall(path: str, headers: dict[str, str]) -> Reply:
        time.sleep(1.5)
        return page(server, ["a"])

    server.answer = stall
    with pytest.raises(SourceUnusable, match="no-answer-in-time"):
        read(server, connection=Connection(read_timeout=0.2, retries=1))

    def drip() -> Iterator[bytes]:
        for _ in range(100):
            yield b" "
            time.sleep(0.05)

    server.answer = lambda path, headers: (200, {"Content-Length": "100"}, drip())
    with pytest.raises(SourceUnusable, match="answer-too-slow"):
        read(server, connection=Connection(read_timeout=2, answer_timeout=0.3, retries=1))


def test_what_is_no_address_is_said_at_once() -> None:
    for name in ("http://[", "https://", "http://user:secret@"):
        with pytest.raises(SourceUnusable, match="no address") as raised:
            open_sources([name], ReadOptions())
        assert "secret" not in str(raised.value)


def test_a_server_that_is_not_there_is_said_at_once(server: Server) -> None:
    server.close()
    started = time.monotonic()
    with pytest.raises(SourceUnusable, match="no-connection"):
        read(server)
    assert time.monotonic() - started < 5


def test_outcomes_among_the_results_are_said_and_no_records(server: Server) -> None:
    outcome = {"resource": json.loads(OUTCOME), "search": {"mode": "outcome"}}
    patient = {"resource": {"resourceType": "Patient", "id": "a"}}
    server.answer = lambda path, headers: page(server, [], entry=[outcome, patient, {"fullUrl": "x"}, 5])
    found = read(server)
    assert told(found) == ["a", "server-outcome", "server-entry-empty"]
    assert dict(found[1].issues[0].params)["codes"] == "forbidden"


def test_a_search_without_results_is_said(server: Server) -> None:
    server.answer = lambda path, headers: page(server, [])
    assert told(read(server)) == ["nothing-to-read"]


def test_urls_are_shown_without_what_is_secret() -> None:
    url = "https://user:secret@example.org:8443/fhir/Patient?name=Muster&_count=5&access_token=abc&_id=17&_sort=-date"
    expected = "https://example.org:8443/fhir/Patient?name=***&_count=5&access_token=***&_id=***&_sort=-date"
    assert redacted(url) == expected
    for url in ("https://me:secret/part@example.org/fhir", "https://me:1234/secret@example.org", "http://[secret"):
        assert redacted(url) == "(not a URL)"


def test_only_the_same_origin_may_be_followed() -> None:
    assert same_place("https://a.org/x", "https://A.org:443/y")
    assert same_place("https://a.org/x", "http://a.org/y")
    assert not same_place("http://a.org/x", "https://a.org/y")
    assert not same_place("https://a.org:8443/x", "https://a.org/y")
    assert not same_place("https://b.org/x", "https://a.org/y")
