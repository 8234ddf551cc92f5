"""The HTTP client against real sockets: what is tried again, bounded, followed, and never sent elsewhere."""

import gzip
import threading
import time
from collections.abc import Iterator
from email.utils import formatdate

import pytest

from fhircheck.model.connection import Connection
from fhircheck.model.errors import UsageError
from fhircheck.transport import http, retry
from fhircheck.transport.http import HttpClient, ServerFault
from fhircheck.transport.rate_limit import RateLimit, Turnstile
from tests.loopback import Asked, Loopback, Reply
from tests.module_time import set_time

JSON = {"Content-Type": "application/fhir+json"}
PROXIES = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "PAUSE", 0.01)
    for name in (*PROXIES, "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback() as one:
        yield one


@pytest.fixture
def other() -> Iterator[Loopback]:
    with Loopback() as one:
        yield one


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    set_time(monkeypatch, http, sleep=slept.append)
    return slept


def in_turn(server: Loopback, *replies: Reply) -> None:
    """The replies one after the other, the last one for ever."""
    left = list(replies)
    server.answer = lambda asked: left.pop(0) if len(left) > 1 else left[0]


OK: Reply = (200, JSON, b"{}")


def client(server: Loopback, **settings: object) -> HttpClient:
    return HttpClient(Connection(**settings), server.base)  # type: ignore[arg-type]


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


# -- retries --------------------------------------------------------------------------------------


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


# -- bounds ---------------------------------------------------------------------------------------


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


# -- redirects, other hosts -----------------------------------------------------------------------

TOKEN = {"sign_in": "bearer", "secret": "env:TOKEN_OF_A_TEST"}


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("TOKEN_OF_A_TEST", "s3cret-t0ken")
    return "Bearer s3cret-t0ken"


@pytest.mark.parametrize(
    ("status", "method"), [(301, "POST"), (302, "POST"), (303, "GET"), (307, "POST"), (308, "POST")]
)
def test_redirects_on_the_same_place_are_followed(server: Loopback, token: str, status: int, method: str) -> None:
    in_turn(server, (status, {"Location": "/fhir/there"}, b"moved"), OK)
    with client(server, **TOKEN) as one:
        answer = one.post(server.base + "/Patient/_search", b"name=x", {"Content-Type": "x/y"})
    assert (answer.status, answer.url) == (200, server.base + "/there")
    second = server.asked[1]
    body, kind = (b"", None) if method == "GET" else (b"name=x", "x/y")
    assert (second.method, second.body, second.headers.get("content-type")) == (method, body, kind)
    assert server.sent("authorization") == [token, token]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_gets_nothing(server: Loopback, other: Loopback, token: str, status: int) -> None:
    server.answer = lambda asked: (status, {"Location": other.base, "Set-Cookie": "session=abc"}, b"")
    other.answer = lambda asked: (200, {}, b"file")
    with client(server, **TOKEN) as one:
        with pytest.raises(ServerFault, match="redirect-to-another-host"):
            one.get(server.base)
        assert other.asked == []
        with one.stream(server.base, {"Authorization": "Bearer own", "Cookie": "own=1", "Accept": "x/y"}) as stream:
            assert b"".join(stream.blocks) == b"file"
            assert stream.url == other.base
    assert other.asked[0].headers["accept"] == "x/y"
    assert {"authorization", "cookie"}.isdisjoint(other.asked[0].headers)


def test_a_redirect_may_be_left_alone_and_loops_end(server: Loopback) -> None:
    server.answer = lambda asked: (302, {"Location": "/fhir"}, b"")
    with client(server) as one:
        assert one.send("GET", server.base, follow=False).status == 302
        with pytest.raises(ServerFault, match="too-many-redirects"):
            one.get(server.base)
    server.answer = lambda asked: (302, {"Location": "http://["}, b"")
    with client(server) as one, pytest.raises(ServerFault, match="not-a-url"):
        one.get(server.base)


def test_credentials_and_cookies_go_to_the_origin_of_the_base_only(
    server: Loopback, other: Loopback, token: str
) -> None:
    server.answer = lambda asked: (200, {"Set-Cookie": "session=abc; Path=/"}, b"")
    other.answer = lambda asked: (200, {"Set-Cookie": "planted=1; Path=/"}, b"")
    with client(server, **TOKEN) as one:
        one.get(server.base)
        one.get(server.origin + "/elsewhere")
        one.get(other.base)
        one.get(server.base, {"Authorization": "Bearer own"})
    assert server.sent("authorization") == [token, token, "Bearer own"]
    assert server.sent("cookie") == [None, "session=abc", "session=abc"]
    assert (other.sent("authorization"), other.sent("cookie")) == ([None], [None])
    with HttpClient(Connection(**TOKEN)) as nowhere:  # type: ignore[arg-type]
        nowhere.get(server.base)
    assert server.sent("authorization")[-1] is None


def test_netrc_is_not_read(server: Loopback, monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    netrc = tmp_path / "netrc"  # type: ignore[operator]
    netrc.write_text("machine 127.0.0.1 login me password s3cret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server.answer = lambda asked: OK
    with client(server) as one:
        one.get(server.base)
    assert server.sent("authorization") == [None]


@pytest.mark.parametrize(
    "url", ["http://me:s3cret@127.0.0.1/fhir", "http://s3cret@127.0.0.1/fhir", "http://me:s3cret/word@127.0.0.1/fhir"]
)
def test_a_password_in_a_url_is_refused_and_not_shown(server: Loopback, url: str) -> None:
    with pytest.raises(UsageError, match="a user or password in a URL is not taken") as raised:
        HttpClient(base=url)
    assert "s3cret" not in str(raised.value)
    with client(server) as one, pytest.raises(ServerFault, match=r"credentials-in-url|not-a-url"):
        one.get(url)
    server.answer = lambda asked: (302, {"Location": url.replace("127.0.0.1", f"127.0.0.1:{server.port}")}, b"")
    with client(server) as one, pytest.raises(ServerFault, match=r"credentials-in-url|not-a-url"):
        one.get(server.base)


@pytest.mark.parametrize("base", ["http://[", "http://host:99999/fhir"])
def test_what_is_no_address_is_wrong_use(base: str) -> None:
    with pytest.raises(UsageError, match="no address of a server"):
        HttpClient(base=base)


def test_plain_http_carries_credentials_on_this_machine_or_where_asked(token: str) -> None:
    for base in ("http://fhir.example.org/fhir", "http://127.0.0.1.example.org/fhir"):
        with pytest.raises(UsageError, match=r"not sent to \S+ over plain HTTP"):
            HttpClient(Connection(**TOKEN), base)  # type: ignore[arg-type]
        HttpClient(Connection(**TOKEN, allow_http=True), base)  # type: ignore[arg-type]
    for base in ("https://fhir.example.org", "http://localhost:8080/fhir", "http://[::1]:80/fhir", "http://127.0.0.2"):
        HttpClient(Connection(**TOKEN), base)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="over plain HTTP"):
        HttpClient(Connection(**TOKEN, proxy="http://proxy.example.org:3128"), "http://localhost/fhir")  # type: ignore[arg-type]


def test_logs_of_the_library_below_hold_no_query_of_ours(server: Loopback, caplog: pytest.LogCaptureFixture) -> None:
    import requests

    caplog.set_level("DEBUG")
    server.answer = lambda asked: OK
    with client(server) as one:
        one.get(server.base + "/Patient?family=Muster")
    assert "/fhir/Patient?..." in caplog.text
    assert "Muster" not in caplog.text
    requests.get(server.base + "/Patient?family=Other", timeout=5)
    assert "Other" in caplog.text, "what others ask is not ours to change"


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
