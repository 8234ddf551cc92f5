"""Answers given in a page; and forms that no page of ours asked for, which change nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from fhircheck.history.store import Store
from fhircheck.model.feedback import Answer
from fhircheck.serve.access import Attempts, Token
from tests.unit.serve.pages.conftest import SERIES

BASE = "/series/Station%203"
TOKEN = "a-token-of-enough-length"
LATER = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()


def form_token(client: Any, path: str = f"{BASE}/findings") -> str:
    found = html.fromstring(client.get(path).text)
    return str(next(each.get("value") for each in found.iter("input") if each.get("name") == "form_token"))


def fingerprints(client: Any, bare: bool = True) -> list[str]:
    found = html.fromstring(client.get(f"{BASE}/findings").text)
    picks = [each.get("value") for each in found.iter("input") if each.get("name") == "fingerprint"]
    return [each.partition(":")[0] for each in picks] if bare else picks


def send(client: Any, names: list[str], action: str, headers: dict[str, str] | None = None, **fields: str) -> Any:
    given = {"form_token": form_token(client), "fingerprint": names, "action": action, **fields}
    return client.post(f"{BASE}/answers", data=given, headers=headers or {})


def answers(history: Path) -> tuple[Answer, ...]:
    with Store.open(str(history)) as store:
        return store.answers(SERIES)


def test_several_findings_are_accepted_at_once(visitor: Any, history: Path) -> None:
    names = fingerprints(visitor)[:3]
    answer = send(visitor, names, "accept", reason="known, ticket 12", expires=LATER, author="IT")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{BASE}/findings?done=3")
    given = answers(history)
    assert {each.fingerprint for each in given} == set(names)
    assert {(each.state, each.reason, each.expires, each.author, each.origin) for each in given} == {
        ("accepted", "known, ticket 12", LATER, "IT", "page")
    }
    assert "Answered: 3" in visitor.get(answer.headers["location"]).text


def test_one_finding_goes_through_all_states(visitor: Any, history: Path) -> None:
    name = fingerprints(visitor)[0]
    page = f"{BASE}/findings/{name}"
    for action, fields in (
        ("assign", {"owner": "KIS team"}),
        ("comment", {"comment": "vendor asked"}),
        ("fix", {"comment": "mapping mended"}),
        ("reopen", {}),
    ):
        answer = send(visitor, [name], action, one=name, **fields)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{page}?done=1")
    assert [(each.state, each.owner, each.comment) for each in answers(history)] == [
        ("assigned", "KIS team", ""),
        ("assigned", "KIS team", "vendor asked"),
        ("fixed", "", "mapping mended"),
        ("open", "", ""),
    ]
    assert visitor.get(page).text.count('<li><p><span class="state') >= 4


@pytest.mark.parametrize(
    ("action", "fields", "words"),
    [
        ("accept", {"expires": LATER}, "needs a reason"),
        ("accept", {"reason": "known"}, "needs a day"),
        ("accept", {"reason": "known", "expires": "2020-01-01"}, "today or later"),
        ("accept", {"reason": "known", "expires": "soon"}, "needs a day"),
        ("accept", {"reason": "x" * 3_000, "expires": LATER}, "longer than"),
        ("assign", {}, "needs an owner"),
        ("comment", {"comment": " "}, "is empty"),
        ("returned", {}, "Choose what applies"),
        ("", {}, "Choose what applies"),
    ],
)
def test_what_is_missing_is_said_beside_what_was_entered(
    visitor: Any, history: Path, action: str, fields: dict[str, str], words: str
) -> None:
    name = fingerprints(visitor)[1]
    for one in ("", name):
        answer = send(visitor, [name], action, one=one, author="kept words", **fields)
        assert answer.status_code == 422
        assert words in answer.text
        assert 'value="kept words"' in answer.text
        assert f'value="{name}:' in answer.text
    assert answers(history) == ()


def test_nothing_that_is_not_there_is_answered(visitor: Any, history: Path) -> None:
    assert send(visitor, [], "reopen").status_code == 422
    assert send(visitor, ["0" * 16], "reopen").status_code == 422
    assert send(visitor, [fingerprints(visitor)[0], "0" * 16], "reopen").status_code == 422
    assert answers(history) == ()


def test_what_was_answered_meanwhile_is_not_lost(visitor: Any, history: Path) -> None:
    as_seen = fingerprints(visitor, bare=False)[0]
    name = as_seen.partition(":")[0]
    assert send(visitor, [as_seen], "assign", owner="lab").status_code == 303
    for one in ("", name):
        answer = send(visitor, [as_seen], "fix", one=one)
        assert answer.status_code == 422
        assert "answered meanwhile" in answer.text
    assert [each.state for each in answers(history)] == ["assigned"]
    assert send(visitor, fingerprints(visitor, bare=False)[:1], "fix").status_code == 303


def test_what_is_entered_is_only_text(visitor: Any) -> None:
    evil = '"><script>alert(1)</script>'
    name = fingerprints(visitor)[0]
    refused = send(visitor, [name], "accept", reason=evil, owner=evil, comment=evil, author=evil, one=evil)
    assert "<script" not in refused.text
    send(visitor, [name], "accept", reason=evil, owner=evil, comment=evil, author=evil, expires=LATER)
    for path in (f"{BASE}/findings", f"{BASE}/findings/{name}"):
        page = visitor.get(path).text
        assert "<script" not in page
        assert "alert(1)" in page or path.endswith("findings")


@pytest.mark.parametrize("given", [None, "", "0" * 64, "of another session"])
def test_a_form_of_another_page_changes_nothing(
    visitor: Any, visitor_of: Callable[..., Any], history: Path, given: str | None
) -> None:
    name = fingerprints(visitor)[0]
    if given == "of another session":
        visitor.cookies.clear()
        given = form_token(visitor)
        visitor.cookies.clear()
        fingerprints(visitor)
    fields = {"fingerprint": name, "action": "reopen", **({} if given is None else {"form_token": given})}
    assert visitor.post(f"{BASE}/answers", data=fields).status_code == 403
    assert answers(history) == ()


def test_a_form_without_its_cookie_changes_nothing(visitor: Any, history: Path) -> None:
    name, token = fingerprints(visitor)[0], form_token(visitor)
    visitor.cookies.clear()
    fields = {"fingerprint": name, "action": "reopen", "form_token": token}
    assert visitor.post(f"{BASE}/answers", data=fields).status_code == 403
    assert answers(history) == ()


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Host": "evil.example"}],
)
def test_another_site_cannot_send_even_the_right_form(visitor: Any, history: Path, headers: dict[str, str]) -> None:
    assert send(visitor, [fingerprints(visitor)[0]], "reopen", headers=headers).status_code in (403, 421)
    assert answers(history) == ()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"{}", "application/json"),
        (b"form_token=x", "text/plain"),
        (b"\xff=\xff", "application/x-www-form-urlencoded"),
        (b"a=b&" * 5_000, "application/x-www-form-urlencoded"),
        (b"a=" + b"x" * 200_000, "application/x-www-form-urlencoded"),
    ],
)
def test_what_is_no_form_is_refused(visitor: Any, content: bytes, kind: str) -> None:
    assert visitor.post(f"{BASE}/answers", content=content, headers={"Content-Type": kind}).status_code in (400, 403)


def test_answers_are_not_taken_by_get(visitor: Any) -> None:
    assert visitor.get(f"{BASE}/answers").status_code == 405


def sign_in(client: Any, token: str) -> Any:
    return client.post("/login", data={"form_token": form_token(client, "/login"), "token": token})


def test_a_token_opens_a_session(visitor_of: Callable[..., Any], logged: list[str]) -> None:
    client = visitor_of(token=Token(TOKEN), attempts=Attempts())
    answer = client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert client.post(f"{BASE}/answers", data={}).status_code == 401
    assert sign_in(client, "wrong").status_code == 401
    before = client.cookies["fhircheck-8014"]
    answer = sign_in(client, TOKEN)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert TOKEN not in cookie
    assert client.cookies["fhircheck-8014"] != before, "an id that somebody planted opens nothing"
    assert client.get("/").status_code == 200
    assert client.get("/fhir/metadata").status_code == 200
    assert send(client, fingerprints(client)[:1], "reopen").status_code == 303
    stolen = client.cookies["fhircheck-8014"]
    assert client.post("/logout", data={}).status_code == 403
    assert client.post("/logout", data={"form_token": form_token(client, "/")}).status_code == 303
    client.cookies.clear()
    client.cookies.set("fhircheck-8014", stolen)
    assert client.get("/").status_code == 303, "what was ended stays ended"
    assert TOKEN not in "".join(logged)


def test_wrong_tokens_in_the_form_are_counted_with_those_in_headers(visitor_of: Callable[..., Any]) -> None:
    client = visitor_of(token=Token(TOKEN), attempts=Attempts(most=3))
    assert client.get("/fhir/metadata", headers={"Authorization": "Bearer x"}).status_code == 401
    assert [sign_in(client, "wrong").status_code for _ in range(3)] == [401, 401, 429]
    assert sign_in(client, TOKEN).status_code == 429
    assert client.get("/fhir/metadata", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 429


def test_signing_in_needs_the_form_of_this_session(visitor_of: Callable[..., Any]) -> None:
    client = visitor_of(token=Token(TOKEN), attempts=Attempts())
    assert client.post("/login", data={"token": TOKEN}).status_code == 403
    assert client.get("/").status_code == 303
