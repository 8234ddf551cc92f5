"""The HTTP client is bounded in bytes, time, rate and number at once."""

import gzip
import threading
import time
from collections.abc import Iterator

import pytest

from fhircheck.transport.http import ServerFault
from fhircheck.transport.rate_limit import RateLimit, Turnstile
from tests.loopback import Asked, Loopback, Reply
from tests.unit.transport.http_client.asking import JSON, OK, client, in_turn


def test_a_packed_answer_is_bounded_unpacked(server: Loopback) -> None:
    bomb = gzip.compress(bytes(200 << 20), 1)
    server.answer = lambda asked: (200, {"Content-Encoding": "gzip"}, bomb)
    with client(server, answer_bytes=1 << 20) as one, pytest.raises(ServerFault, match="answer-too-large"):
        one.get(server.base)
    assert len(server.asked) == 1


@pytest.mark.parametrize("more", [{}, {"Content-Length": "1000"}, {"Content-Encoding": "gzip"}])
def test_an_answer_that_drips_is_given_up(server: Loopback, more: dict[str, str]) -> None:
    packed = gzip.compress(bytes(range(256)) * 4)

    def drip() -> Iterator[bytes]:
        for each in packed if "Content-Encoding" in more else bytes(1000):
            yield bytes([each])
            time.sleep(0.02)

    server.answer = lambda asked: (200, more, drip())
    started = time.monotonic()
    with (
        client(server, answer_timeout=0.2, read_timeout=2, retries=0) as one,
        pytest.raises(ServerFault, match="answer-too-slow"),
    ):
        one.get(server.base)
    assert time.monotonic() - started < 2


def test_a_silent_server_is_given_up(server: Loopback) -> None:
    def silence(asked: Asked) -> Reply:
        time.sleep(1)
        return OK

    server.answer = silence
    with client(server, read_timeout=0.1, retries=1) as one, pytest.raises(ServerFault, match="no-answer-in-time"):
        one.get(server.base)
    assert len(server.asked) == 2


def test_a_stream_is_not_held_and_not_bounded_in_sum(server: Loopback) -> None:
    def blocks() -> Iterator[bytes]:
        for _ in range(100):
            yield b"x" * 1000

    in_turn(server, (503, {"Retry-After": "0"}, b""), (200, {**JSON, "X-Seen": "1"}, blocks()), OK)
    with client(server, answer_bytes=10, concurrency=1) as one, one.stream(server.base) as stream:
        assert (stream.status, stream.content_type, stream.headers["x-seen"]) == (200, JSON["Content-Type"], "1")
        assert one.get(server.base + "/nested").status == 200  # no waiting for itself
        first = next(stream.blocks)
        assert sum(len(each) for each in stream.blocks) + len(first) == 100_000


def test_a_stream_that_breaks_off_says_so(server: Loopback) -> None:
    server.answer = lambda asked: (200, {"Content-Length": "50"}, b"x" * 20)
    with client(server) as one, one.stream(server.base) as stream, pytest.raises(ServerFault, match="broken-off"):
        list(stream.blocks)


def test_requests_are_spaced_evenly() -> None:
    now, slept = [100.0], []

    def sleep(seconds: float) -> None:
        slept.append(round(seconds, 3))
        now[0] += seconds

    limit = RateLimit(4, clock=lambda: now[0], sleep=sleep)
    for _ in range(3):
        limit.wait()
    now[0] += 10
    limit.wait()
    assert slept == [0.25, 0.25]
    RateLimit(0, sleep=lambda seconds: pytest.fail("no limit")).wait()


def test_rate_and_concurrency_bound_what_is_under_way(server: Loopback) -> None:
    lock, state = threading.Lock(), {"now": 0, "most": 0}

    def slow(asked: Asked) -> Reply:
        with lock:
            state["now"] += 1
            state["most"] = max(state["most"], state["now"])
        time.sleep(0.03)
        with lock:
            state["now"] -= 1
        return OK

    server.answer = slow
    with client(server, concurrency=3) as one:
        threads = [threading.Thread(target=one.get, args=(server.base,)) for _ in range(12)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert (len(server.asked), state["most"]) == (12, 3)
    started = time.monotonic()
    with client(server, rate=20) as one:
        for _ in range(5):
            one.get(server.base)
    assert time.monotonic() - started > 0.19


def test_the_turnstile_lets_a_thread_in_again_and_out_after_a_fault() -> None:
    turnstile = Turnstile(1)
    with pytest.raises(ZeroDivisionError), turnstile, turnstile:
        _ = 1 / 0
    with turnstile:
        pass
