"""The HTTP client against real sockets: what is sent, and that answers are whole."""

import gzip

import pytest

from fhircheck.transport.http import HttpClient, ServerFault
from tests.loopback import Loopback
from tests.unit.transport.http_client.asking import JSON, OK, client


def test_an_answer_is_whole_with_headers_and_time(server: Loopback) -> None:
    server.answer = lambda asked: (404, {**JSON, "ETag": 'W/"1"'}, b"{}")
    with client(server) as one:
        answer = one.get(server.base + "/Patient/x", {"Accept": "application/fhir+json"})
    assert (answer.status, answer.content_type, answer.body) == (404, "application/fhir+json", b"{}")
    assert answer.headers["etag"] == 'W/"1"'
    assert 0 < answer.seconds < 5
    assert server.asked[0].headers["accept"] == "application/fhir+json"
    assert server.asked[0].headers["user-agent"].startswith("fhircheck/")


def test_one_connection_serves_many_requests(server: Loopback) -> None:
    server.answer = lambda asked: (200, {"Content-Encoding": "gzip"}, gzip.compress(b"{}" * 50_000))
    with client(server) as one:
        for _ in range(5):
            assert len(one.get(server.base).body) == 100_000
    assert server.connections == 1


def test_methods_bodies_and_headers_are_sent_as_given(server: Loopback) -> None:
    server.answer = lambda asked: OK
    with client(server) as one:
        one.post(server.base, b"{}")
        one.post(server.base, b"a=b", {"content-type": "application/x-www-form-urlencoded"})
        one.send("options", server.base, headers={"Origin": "https://a.example"})
    assert [each.method for each in server.asked] == ["POST", "POST", "OPTIONS"]
    assert server.sent("content-type")[:2] == ["application/fhir+json", "application/x-www-form-urlencoded"]
    assert [each.body for each in server.asked[:2]] == [b"{}", b"a=b"]


@pytest.mark.parametrize(
    "url", ["file:///etc/hostname", "ftp://127.0.0.1/x", "http://", "http://a b/", "http://.x/", "x", ""]
)
def test_what_cannot_be_asked_for_is_said_at_once(url: str, pauses: list[float]) -> None:
    with HttpClient() as one, pytest.raises(ServerFault, match="not-a-url") as raised:
        one.get(url)
    assert (raised.value.status, pauses) == (0, [])
    with HttpClient() as one, pytest.raises(ServerFault, match="not-a-url"), one.stream(url):
        pass


def test_a_header_that_cannot_be_sent_is_said_without_its_value(server: Loopback) -> None:
    with client(server) as one, pytest.raises(ServerFault) as raised:
        one.get(server.base, {"X-Own": "s3cret\nX-Other: 1"})
    assert raised.value.shown == "header-not-possible"


def test_answers_without_a_body_are_whole(server: Loopback) -> None:
    server.answer = lambda asked: (304, {"Content-Encoding": "gzip", "ETag": "1"}, b"")
    with client(server) as one:
        assert [one.send(method, server.base).body for method in ("GET", "HEAD", "DELETE")] == [b"", b"", b""]
