"""What the HTTP client tries again, how often and after which pause."""

import time
from collections.abc import Iterator
from email.utils import formatdate

import pytest

from fhircheck.transport import retry
from fhircheck.transport.http import ServerFault
from tests.loopback import Loopback, Reply
from tests.unit.transport.http_client.asking import OK, client, in_turn


@pytest.mark.parametrize("status", [408, 429, 502, 503, 504])
def test_busy_servers_are_asked_again_with_growing_pauses(server: Loopback, pauses: list[float], status: int) -> None:
    in_turn(server, (status, {}, b""), (status, {}, b""), (status, {}, b""), OK)
    with client(server) as one:
        assert one.get(server.base).status == 200
    assert len(server.asked) == 4
    shares = [pause / (retry.PAUSE * 2**number) for number, pause in enumerate(pauses)]
    assert all(0.5 <= each <= 1 for each in shares)
    assert len({round(each, 6) for each in shares}) == 3, "without jitter all clients return at the same moment"


def test_the_last_answer_stands_when_tries_are_used_up(server: Loopback, pauses: list[float]) -> None:
    server.answer = lambda asked: (503, {}, b"busy")
    with client(server, retries=2) as one:
        answer = one.get(server.base)
    assert (answer.status, answer.body, len(server.asked)) == (503, b"busy", 3)


@pytest.mark.parametrize(("status", "times"), [(500, 2), (400, 1), (401, 1), (404, 1), (501, 1)])
def test_what_would_come_again_is_hardly_tried_again(server: Loopback, status: int, times: int) -> None:
    server.answer = lambda asked: (status, {}, b"")
    with client(server) as one:
        assert one.get(server.base).status == status
    assert len(server.asked) == times


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [("7", 7, 7), ("0", 0, 0), ("86400", 60, 60), ("soon", 0, 0.1), ("-5", 0, 0.1), ("", 0, 0.1),
     ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0), ("9" * 400, 0, 0.1)],
)  # fmt: skip
def test_retry_after_is_honoured_and_bounded(
    server: Loopback, pauses: list[float], value: str, least: float, most: float
) -> None:
    in_turn(server, (429, {"Retry-After": value}, b""), OK)
    with client(server) as one:
        assert one.get(server.base).status == 200
    assert least <= pauses[0] <= most


def test_retry_after_may_be_a_date(server: Loopback, pauses: list[float]) -> None:
    in_turn(server, (503, {"Retry-After": formatdate(time.time() + 20, usegmt=True)}, b""), OK)
    with client(server) as one:
        one.get(server.base)
    assert 17 <= pauses[0] <= 20


def broken() -> Iterator[bytes]:
    yield b"{"


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ((0, {}, b""), "connection-broken"),
        ((200, {"Content-Length": "99"}, b"{"), "answer-broken-off"),
        ((200, {"Transfer-Encoding": "chunked"}, b"5\r\n{"), "answer-broken-off"),
        ((200, {"Transfer-Encoding": "chunked"}, b"1\r\n{\r\n"), "answer-broken-off"),
        ((200, {"Content-Encoding": "gzip"}, b"no gzip at all"), "answer-broken-off"),
    ],
)
def test_broken_connections_and_bodies_are_tried_again(server: Loopback, reply: Reply, reason: str) -> None:
    in_turn(server, reply, reply, OK)
    with client(server) as one:
        assert one.get(server.base).status == 200
    server.answer = lambda asked: reply
    with client(server, retries=1) as one, pytest.raises(ServerFault, match=reason):
        one.get(server.base)


def test_a_post_is_sent_again_only_where_that_is_harmless_or_asked_for(server: Loopback) -> None:
    server.answer = lambda asked: (503, {}, b"")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for times, url, asked_for in ((1, server.base, None), (2, server.base + "/Patient/_search", None),
                                  (2, server.base, True), (1, server.base + "/Patient/_search", False)):  # fmt: skip
        server.asked.clear()
        with client(server, retries=1) as one:
            assert one.send("POST", url, headers=form, body=b"a", retried=asked_for).status == 503
        assert len(server.asked) == times


def test_a_server_that_was_never_there_is_not_waited_for_but_one_that_went_is(
    server: Loopback, pauses: list[float]
) -> None:
    gone = Loopback()
    with gone:
        in_turn(gone, OK)
        one = client(gone)
        one.get(gone.base)
        one.close()
    with pytest.raises(ServerFault, match="no-connection"):
        one.get(gone.base)
    assert len(pauses) == 5
    with pytest.raises(ServerFault, match="no-connection"):
        client(gone).get(gone.base)
    assert len(pauses) == 5
