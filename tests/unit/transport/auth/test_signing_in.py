"""Every way to sign in, against a server that asks for it: what is sent, when renewed, what is said of failures."""

import base64
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from fhircheck.model.connection import Connection
from fhircheck.transport import retry
from fhircheck.transport.auth import SIGN_INS, token_endpoint
from fhircheck.transport.http import HttpClient, ServerFault
from tests.certificates import private_pem
from tests.guarded_server import JSON, GuardedServer
from tests.loopback import Loopback
from tests.module_time import set_time

SECRET = "s3cret of ümläuts & +%:"
EC_KEY, RSA_KEY = ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)
OAUTH = {"sign_in": "oauth2", "client_id": "the client", "secret": "env:A_SECRET"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "PAUSE", 0.01)
    monkeypatch.setenv("A_SECRET", SECRET)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[GuardedServer]:
    with GuardedServer() as one:
        one.clients["the client"] = SECRET
        one.passwords["nurse"] = SECRET
        yield one


def client(server: Loopback, **settings: Any) -> HttpClient:
    return HttpClient(Connection(**settings), server.base)


def status(server: Loopback, **settings: Any) -> int:
    with client(server, **settings) as one:
        return one.get(server.base + "/Patient").status


def fault(server: Loopback, **settings: Any) -> str:
    with pytest.raises(ServerFault) as raised:
        status(server, **settings)
    return raised.value.shown


def test_table_and_folder_agree() -> None:
    folder = Path(token_endpoint.__file__).parent
    files = {path.stem for path in folder.glob("*.py") if "= SignInType(" in path.read_text()}
    assert files == set(SIGN_INS.names)


def test_basic(server: GuardedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    assert status(server, sign_in="basic", user="nurse", secret="env:A_SECRET") == 200
    sent = server.sent("authorization")[0] or ""
    assert base64.b64decode(sent.removeprefix("Basic ")).decode() == f"nurse:{SECRET}"
    monkeypatch.setenv("A_SECRET", "wrong")
    assert status(server, sign_in="basic", user="nurse", secret="env:A_SECRET") == 401
    assert len(server.asked) == 2, "a password that has not changed is not sent twice"


def test_a_bearer_token_in_a_file_is_read_again_when_it_is_refused(server: GuardedServer, tmp_path: Path) -> None:
    server.life, server.tokens = None, ["new"]
    place = tmp_path / "token"
    place.write_text("old\n")
    with client(server, sign_in="bearer", secret=f"file:{place}") as one:
        assert one.get(server.base).status == 401
        place.write_text("new\n")
        assert one.get(server.base).status == 200
        assert one.get(server.base).status == 200
    assert server.sent("authorization") == ["Bearer old", "Bearer old", "Bearer new", "Bearer new"]


@pytest.mark.parametrize(
    ("settings", "metadata", "in_header"),
    [
        ({}, {}, True),
        ({"client_auth": "post"}, {}, False),
        ({}, {"token_endpoint_auth_methods_supported": ["client_secret_post"]}, False),
        ({}, {"token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"]}, True),
        ({"client_auth": "basic"}, {"token_endpoint_auth_methods_supported": ["client_secret_post"]}, True),
    ],
)
def test_oauth2_client_credentials(
    server: GuardedServer, settings: dict[str, str], metadata: dict[str, Any], in_header: bool
) -> None:
    server.configuration = {"token_endpoint": server.token_url, **metadata}
    assert status(server, **OAUTH, **settings) == 200
    asked = server.token_requests[0]
    assert ("authorization" in asked.headers) == in_header
    assert (b"client_secret" in asked.body) == (not in_header)
    assert server.paths[0] == "/fhir/.well-known/smart-configuration"
    assert server.asked[0].headers.get("authorization") is None


def test_a_token_url_that_is_named_is_not_asked_for(server: GuardedServer) -> None:
    server.configuration = None
    assert status(server, **OAUTH, token_url=server.token_url, scopes="system/*.rs") == 200
    assert server.paths == ["/auth/token", "/fhir/Patient"]
    assert b"scope=system%2F%2A.rs" in server.token_requests[0].body


def test_one_token_serves_all_threads_until_shortly_before_its_end(
    server: GuardedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    server.life = 300
    set_time(monkeypatch, token_endpoint, monotonic=lambda: now[0])
    with client(server, **OAUTH) as one:
        threads = [threading.Thread(target=one.get, args=(server.base,)) for _ in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert len(server.tokens) == 1
        now[0] += 269
        one.get(server.base)
        assert len(server.tokens) == 1
        now[0] += 2
        one.get(server.base)
        assert len(server.tokens) == 2


@pytest.mark.parametrize(
    ("life", "use"),
    [(300, 270), (100, 80), (0, 0), ("60", 48), (None, float("inf")), (True, float("inf")), (-5, float("inf"))],
)
def test_how_long_a_token_is_used(life: Any, use: float) -> None:
    assert token_endpoint._use(life) == use


def test_a_token_that_is_refused_is_renewed_once(server: GuardedServer) -> None:
    server.life = None
    with client(server, **OAUTH) as one:
        assert one.get(server.base).status == 200
        server.revoked = {server.tokens[0]}
        assert one.post(server.base, b"{}").status == 200
        assert len(server.tokens) == 2
        server.clients.clear()
        server.revoked = set(server.tokens)
        with pytest.raises(ServerFault, match="sign-in-failed"):
            one.get(server.base)


def test_a_server_that_refuses_every_token_is_believed_in_the_end(server: GuardedServer) -> None:
    server.resource = lambda asked: (401, {}, b"")
    with client(server, **OAUTH) as one:
        for _ in range(10):
            assert one.get(server.base).status == 401
    assert len(server.tokens) == 4


@pytest.mark.parametrize("private", [EC_KEY, RSA_KEY], ids=["ES384", "RS384"])
@pytest.mark.parametrize("form", ["pem", "locked-pem", "jwk", "jwks"])
def test_smart_backend_services(
    server: GuardedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, private: Any, form: str
) -> None:
    algorithm = "ES384" if private is EC_KEY else "RS384"
    server.keys["backend"] = ("key-1", private.public_key(), algorithm)
    place = tmp_path / "key"
    more = {"key_id": "key-1"}
    if form in ("pem", "locked-pem"):
        place.write_bytes(private_pem(private, "ph ra se" if form == "locked-pem" else ""))
    else:
        kind: Any = jwt.algorithms.ECAlgorithm if private is EC_KEY else jwt.algorithms.RSAAlgorithm
        found = {**kind.to_jwk(private, as_dict=True), "kid": "key-1", "alg": algorithm}
        public = {**kind.to_jwk(private.public_key(), as_dict=True), "kid": "key-0"}
        place.write_text(json.dumps(found if form == "jwk" else {"keys": [public, found]}))
        more = {}
    if form == "locked-pem":
        monkeypatch.setenv("PHRASE", "ph ra se")
        more["passphrase"] = "env:PHRASE"
    settings = {"sign_in": "smart", "client_id": "backend", "secret": f"file:{place}", "scopes": "system/*.rs", **more}
    assert status(server, **settings) == 200
    assert server.assertions[0]["aud"] == server.token_url


def test_every_assertion_is_good_for_one_use(server: GuardedServer, tmp_path: Path) -> None:
    server.keys["backend"] = ("k", EC_KEY.public_key(), "ES384")
    (tmp_path / "key").write_bytes(private_pem(EC_KEY))
    server.troubles = [(503, {}, b""), (429, {}, b""), (0, {}, b"")]
    settings = {
        "sign_in": "smart",
        "client_id": "backend",
        "secret": f"file:{tmp_path / 'key'}",
        "key_id": "k",
        "scopes": "system/*.rs",
    }
    assert status(server, **settings) == 200
    sent = [each.body.decode().rpartition("client_assertion=")[2] for each in server.token_requests]
    claims = [jwt.decode(each, options={"verify_signature": False}) for each in sent]
    assert len({each["jti"] for each in claims}) == len(sent) == 4


def test_a_signature_the_server_does_not_take_is_not_sent(server: GuardedServer, tmp_path: Path) -> None:
    server.configuration = {
        "token_endpoint": server.token_url, "token_endpoint_auth_signing_alg_values_supported": ["RS384"]
    }  # fmt: skip
    (tmp_path / "key").write_bytes(private_pem(EC_KEY))
    settings = {
        "sign_in": "smart",
        "client_id": "backend",
        "secret": f"file:{tmp_path / 'key'}",
        "key_id": "k",
        "scopes": "s",
    }
    assert fault(server, **settings) == "sign-in-failed, the server takes no signature by ES384"
    assert server.token_requests == []


NAMES_NONE = "no token_endpoint in .well-known/smart-configuration; name it with --token-url"


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ((401, JSON, b'{"error": "invalid_client", "error_description": "s3cret"}'), "HTTP 401, invalid_client"),
        ((400, JSON, b'{"error": "invalid_scope"}'), "HTTP 400, invalid_scope"),
        ((400, JSON, b'{"error": "s3cret"}'), "HTTP 400"),
        ((403, JSON, b'{"error": ["invalid_client"]}'), "HTTP 403"),
        ((404, {}, b"<html>s3cret"), "HTTP 404"),
        ((302, {"Location": "https://login.example.org/s3cret"}, b""), "HTTP 302"),
        ((200, JSON, b'{"token_type": "bearer"}'), "HTTP 200, answer-without-token"),
        ((200, JSON, b'{"access_token": "a\\nb", "token_type": "bearer"}'), "HTTP 200, answer-without-token"),
        ((200, JSON, b'{"access_token": "s3cret", "token_type": "mac"}'), "HTTP 200, token-type-unknown"),
        ((200, JSON, b"[" * 100_000), "HTTP 200, answer-without-token"),
    ],
)  # fmt: skip
def test_failures_of_a_token_endpoint_are_said_by_their_code_alone(
    server: GuardedServer, reply: tuple[int, dict[str, str], bytes], said: str
) -> None:
    server.troubles = [reply]
    assert fault(server, **OAUTH) == f"sign-in-failed, {said}"
    assert len(server.token_requests) == 1
    assert "/fhir/Patient" not in server.paths


def test_a_token_endpoint_that_stays_busy_is_given_up(server: GuardedServer) -> None:
    server.troubles = [(503, {}, b"")] * 9
    assert fault(server, **OAUTH, retries=2) == "sign-in-unavailable, HTTP 503"
    assert len(server.token_requests) == 3


def test_where_the_token_comes_from_must_be_said_and_safe(server: GuardedServer) -> None:
    for configuration, said in (
        (None, f"HTTP 404, {NAMES_NONE}"),
        ({"token_endpoint": 5}, f"HTTP 200, {NAMES_NONE}"),
        ({"token_endpoint": "http://auth.example.org/token"}, "the server names a token endpoint without https"),
        ({"token_endpoint": "https://me:pw@127.0.0.1/token"}, "the server names a token endpoint without https"),
        ({"token_endpoint": "https://auth.example.org/token"},
         "the server names a token endpoint on another host; if it is right, name it with --token-url"),
    ):  # fmt: skip
        server.configuration = configuration  # type: ignore[assignment]
        assert fault(server, **OAUTH) == f"sign-in-failed, {said}"
    assert server.token_requests == []
    with Loopback() as gone:
        url = gone.origin
    assert fault(server, **OAUTH, token_url=url) == "sign-in-failed, no-connection"


def test_nothing_of_a_client_shows_its_secrets(server: GuardedServer) -> None:
    with client(server, **OAUTH) as one:
        one.get(server.base)
        shown = f"{one!r} {vars(one)!r} {one.connection!r} {one._credentials._made!r} {vars(one._credentials)!r}"
    assert SECRET not in shown
    assert server.tokens[0] not in shown
