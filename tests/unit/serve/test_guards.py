"""Attacks on the server, each of which succeeds where its guard is taken away."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from fhircheck.serve.access import Attempts, Token, new_token
from fhircheck.serve.host_guard import HostGuard
from fhircheck.serve.origin_guard import origin_of
from fhircheck.serve.sessions import IDLE, LONGEST, Sessions

TOKEN = "a-token-of-enough-length"
PATIENT = json.dumps({"resourceType": "Patient"}).encode()
TYPE = {"Content-Type": "application/fhir+json"}


def status(client: Any, **headers: str) -> int:
    code: int = client.post("/fhir/$validate", content=PATIENT, headers={**TYPE, **headers}).status_code
    return code


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost:8014", 200),
        ("LOCALHOST", 200),
        ("localhost.", 200),
        ("127.0.0.1:9000", 200),
        ("[::1]:8014", 200),
        ("evil.example", 421),
        ("evil.example:8014", 421),
        ("localhost.evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost:8014:80", 421),
        ("", 421),
    ],
)
def test_names_pointed_at_this_machine_get_no_answer(client: Any, host: str, expected: int) -> None:
    assert status(client, Host=host) == expected


def test_one_host_and_no_more() -> None:
    guard = HostGuard(None, ("localhost",), lambda scope, refused: None)
    assert guard.is_ours("localhost")
    assert not guard.is_ours("localhost@evil.example")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, 200),
        ({"Origin": "http://localhost:8014"}, 200),
        ({"Origin": "HTTP://LOCALHOST:8014"}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost:8014"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://localhost:8014"}, 403),
        ({"Origin": "http://localhost:9999"}, 403),
        ({"Origin": "http://localhost"}, 403),
        ({"Origin": ""}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
def test_pages_of_other_sites_may_not_send(client: Any, headers: dict[str, str], expected: int) -> None:
    assert status(client, **headers) == expected


def test_the_public_address_is_our_own_origin(client_of: Callable[..., Any]) -> None:
    client = client_of(public="https://check.example", names=frozenset({"check.example"}))
    assert status(client, Host="check.example", Origin="https://check.example") == 200
    assert status(client, Host="check.example", Origin="https://check.example:8443") == 403


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://A.example:443/", "https://a.example"),
        ("http://[::1]:80", "http://[::1]"),
        ("http://x:99999", ""),
        ("ftp://x", ""),
        ("null", ""),
    ],
)
def test_origins_are_compared_in_one_form(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@pytest.fixture
def guarded(client_of: Callable[..., Any]) -> Any:
    return client_of(token=Token(TOKEN), attempts=Attempts(most=3))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"bearer  {TOKEN} ", 200),
        (None, 401),
        ("Bearer ", 401),
        (f"Bearer {TOKEN}x", 401),
        (f"Bearer {TOKEN[:-1]}", 401),
        (f"Basic {TOKEN}", 401),
        (TOKEN, 401),
    ],
)
def test_the_token_is_needed(guarded: Any, header: str | None, expected: int) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = guarded.post("/fhir/$validate", content=PATIENT, headers={**TYPE, **headers})
    assert answer.status_code == expected
    if expected == 401:
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.json()["issue"][0]["code"] == "login"


@pytest.mark.parametrize("path", ["/fhir/metadata", "/", "/series/x", "/fhir/nothing", "/health/../fhir/metadata"])
def test_nothing_is_told_without_it(guarded: Any, path: str) -> None:
    assert guarded.get(path).status_code == 401


def test_whether_it_works_may_be_asked_without_it(guarded: Any) -> None:
    assert guarded.get("/health").status_code == 200


def test_a_token_in_the_url_is_none(guarded: Any, logged: list[str]) -> None:
    assert guarded.get(f"/fhir/metadata?token={TOKEN}&access_token={TOKEN}").status_code == 401
    assert TOKEN not in "".join(logged)


def test_wrong_tokens_are_counted_and_end_in_429(guarded: Any) -> None:
    found = [status(guarded, Authorization=f"Bearer wrong-{number}") for number in range(5)]
    assert found == [401, 401, 401, 429, 429]
    assert status(guarded, Authorization=f"Bearer {TOKEN}") == 429, "else guessing could go on"


def test_attempts_are_counted_by_address_and_forgotten() -> None:
    now = [0.0]
    attempts = Attempts(most=2, most_of_all=5, seconds=60, clock=lambda: now[0])
    for _ in range(2):
        attempts.wrong("2001:db8::1")
    assert attempts.blocked("2001:db8::ffff"), "one customer has the whole /64"
    assert not attempts.blocked("2001:db8:1::1")
    assert not attempts.blocked("192.0.2.1")
    now[0] = 61
    assert not attempts.blocked("2001:db8::1")
    for number in range(5):
        attempts.wrong(f"192.0.2.{number}")
    assert attempts.blocked("198.51.100.1"), "many addresses together"


def test_the_token_is_not_shown() -> None:
    assert TOKEN not in repr(Token(TOKEN))
    assert len({new_token() for _ in range(10)}) == 10
    assert len(new_token()) >= 43


def test_sessions_end() -> None:
    now = [1.0]
    sessions = Sessions("s", False, clock=lambda: now[0])
    first, second = sessions.open(), sessions.open()
    assert sessions.is_open(first)
    assert not sessions.is_open("")
    now[0] += IDLE - 1
    assert sessions.is_open(first)
    now[0] += 2
    assert not sessions.is_open(second), "unused for too long"
    while now[0] < LONGEST:
        now[0] += IDLE / 2
        sessions.is_open(first)
    now[0] = LONGEST + 2
    assert not sessions.is_open(first), "no session is for ever"


def test_a_form_belongs_to_one_session_and_one_start_of_the_server() -> None:
    sessions = Sessions("s", False)
    mine, other = sessions.new(), sessions.new()
    assert sessions.is_own_form(mine, sessions.form_token(mine))
    assert not sessions.is_own_form(mine, sessions.form_token(other))
    assert not sessions.is_own_form(mine, "")
    assert not sessions.is_own_form("", sessions.form_token(""))
    assert not Sessions("s", False).is_own_form(mine, sessions.form_token(mine))


def test_every_answer_has_the_headers(client: Any) -> None:
    for answer in (client.get("/health"), client.get("/nothing"), client.get("/", headers={"Host": "evil.example"})):
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in answer.headers
        assert "server" not in answer.headers


def test_other_sites_may_not_ask_in_advance(client: Any) -> None:
    asked = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    answer = client.options("/fhir/$validate", headers=asked)
    assert answer.status_code == 405
    assert "access-control-allow-origin" not in answer.headers
