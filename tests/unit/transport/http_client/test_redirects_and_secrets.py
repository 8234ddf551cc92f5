"""What the HTTP client follows, and what it never sends elsewhere or shows."""

import pytest

from fhircheck.model.connection import Connection
from fhircheck.model.errors import UsageError
from fhircheck.transport.http import HttpClient, ServerFault
from tests.loopback import Loopback
from tests.unit.transport.http_client.asking import OK, client, in_turn

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
