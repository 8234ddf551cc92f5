"""Proxies on loopback: which way requests go, and what a proxy gets to see."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from fhircheck.model.connection import Connection
from fhircheck.transport.http import HttpClient, ServerFault
from fhircheck.transport.http_session import HttpSession
from tests.certificates import Authority
from tests.loopback import Loopback
from tests.loopback_proxy import LoopbackProxy

TOKEN = {"sign_in": "bearer", "secret": "env:TOKEN_OF_A_TEST"}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_OF_A_TEST", "s3cret")
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def proxy() -> Iterator[LoopbackProxy]:
    with LoopbackProxy() as one:
        yield one


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback(lambda asked: (200, {}, b"{}")) as one:
        yield one


def ask(server: Loopback, **settings: object) -> int:
    with HttpClient(Connection(**{"retries": 0, **settings}), server.base) as client:  # type: ignore[arg-type]
        return client.get(server.base).status


def test_a_proxy_that_is_named_is_used(server: Loopback, proxy: LoopbackProxy) -> None:
    assert ask(server, proxy=proxy.url, **TOKEN) == 200
    assert proxy.asked == [f"GET {server.base}"]
    assert server.sent("authorization") == ["Bearer s3cret"]


def test_a_proxy_sees_nothing_of_what_goes_by_tls(proxy: LoopbackProxy, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    client = authority.issue("client")
    context = authority.server_context(authority.issue("server", hosts=("localhost",)), clients=True)
    own = {"certificate": str(client.certificate), "certificate_key": str(client.key)}
    with Loopback(lambda asked: (200, {}, b"{}"), context) as server:
        assert ask(server, proxy=proxy.url, ca_file=str(authority.certificate), **own, **TOKEN) == 200
        assert server.sent("authorization") == ["Bearer s3cret"]
        assert server.asked[0].peer
        assert proxy.asked == [f"CONNECT localhost:{server.port}"]
    assert "authorization" not in proxy.headers[0]
    assert "s3cret" not in str(proxy.headers)


def test_a_proxy_with_a_password_is_named_in_the_environment(server: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    wants = "Basic " + base64.b64encode(b"me:s3cret").decode()
    with LoopbackProxy(wants) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url.replace("//", "//me:s3cret@"))
        monkeypatch.setattr("fhircheck.transport.http_session.is_loopback", lambda host: False)
        assert ask(server) == 200
        assert len(proxy.asked) == 1
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        assert ask(server) == 200
        assert len(proxy.asked) == 1
        assert server.sent("proxy-authorization")[-1] is None


def test_this_machine_itself_is_not_asked_by_a_proxy_of_the_environment(
    server: Loopback, proxy: LoopbackProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    assert ask(server, **TOKEN) == 200
    assert proxy.asked == []
    session = HttpSession(Connection())
    assert session._proxies("http://fhir.example.org", "fhir.example.org")["http"] == proxy.url


@pytest.mark.parametrize("tls", [False, True])
def test_a_proxy_that_refuses_or_is_not_there_is_said(tls: bool, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    context = authority.server_context(authority.issue("server", hosts=("localhost",))) if tls else None
    with Loopback(lambda asked: (200, {}, b"{}"), context) as server:
        with LoopbackProxy("Basic x") as proxy:
            settings = {"proxy": proxy.url, "ca_file": str(authority.certificate)}
            if tls:
                with pytest.raises(ServerFault, match="proxy-refused"):
                    ask(server, **settings)
            else:
                assert ask(server, **settings) == 407
        with pytest.raises(ServerFault, match=r"proxy-refused|no-connection"):
            ask(server, **settings)
    assert server.asked == []
