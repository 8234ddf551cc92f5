"""What is open without sign-in is noticed, and nothing is said where no credentials were given."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.servers.clinic import clinic
from tests.servers.fhir_server import FhirServer
from tests.servers.probed import QUICK, probed, replied, told

TOKEN = "a-token-of-the-test"


@pytest.fixture
def signed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PROBE_TOKEN", TOKEN)
    return replace(QUICK, sign_in="bearer", secret="env:PROBE_TOKEN")


def test_a_server_that_asks_for_a_token_meets_all(signed) -> None:
    with FhirServer(clinic(), token=TOKEN) as server:
        assert told(probed(server, "anonymous-read", signed)) == {"security.token-required": "met"}
        assert told(probed(server, "sign-in-challenge", signed)) == {"security.sign-in-challenge": "met"}
        assert told(probed(server, "invalid-token", signed)) == {"security.invalid-token": "met"}
        assert told(probed(server, "anonymous-metadata", signed)) == {"security.anonymous-metadata": "met"}
        assert not any(TOKEN in each.headers.get("authorization", "") for each in server.asked)


def test_without_credentials_nothing_can_be_told() -> None:
    with FhirServer(clinic()) as server:
        for name in ("anonymous-read", "sign-in-challenge", "invalid-token"):
            found = probed(server, name)
            assert [(each.outcome, each.why) for each in found] == [("not-tested", "no-credentials-given")]
        assert server.asked == []


def test_an_open_server_is_noticed_with_the_types(signed) -> None:
    with FhirServer(clinic()) as server:
        found = probed(server, "anonymous-read", signed)
        assert [each.why for each in found] == ["readable-without-sign-in"]
        assert "Patient" in str(dict(found[0].params)["types"])
        assert told(probed(server, "sign-in-challenge", signed)) == {"security.sign-in-challenge": "no-sign-in-asked"}
        assert told(probed(server, "invalid-token", signed)) == {"security.invalid-token": "any-token-accepted"}


def test_one_open_type_is_enough(signed) -> None:
    with FhirServer(clinic(), token=TOKEN) as server:
        locked = server._locked
        server._locked = lambda asked: asked.path != "/Observation" and locked(asked)
        found = probed(server, "anonymous-read", signed)
        assert dict(found[0].params) == {"types": "Observation"}


@pytest.mark.parametrize(
    ("status", "headers", "reason"),
    [(401, {}, "no-challenge"), (403, {}, "forbidden-not-unauthorized"), (500, {}, "no-answer")],
)
def test_how_it_refuses(signed, status: int, headers: dict[str, str], reason: str) -> None:
    with FhirServer(clinic()) as server:
        server.routes["GET", "/Patient"] = lambda asked: replied(status=status)
        assert told(probed(server, "sign-in-challenge", signed)) == {"security.sign-in-challenge": reason}


def test_a_broken_server_is_not_a_closed_one(signed) -> None:
    with FhirServer(clinic()) as server:
        for kind in ("Patient", "Encounter", "Condition", "Observation", "DocumentReference", "Practitioner"):
            server.routes["GET", f"/{kind}"] = lambda asked: replied(status=404)
        assert told(probed(server, "anonymous-read", signed)) == {
            "security.token-required": "refused-for-another-reason"
        }


@pytest.mark.parametrize(
    "reply", [replied({"resourceType": "Bundle", "type": "searchset", "total": 0}), replied(b"<html>Sign in</html>")]
)
def test_an_empty_bundle_or_a_page_shows_nothing(signed, reply) -> None:
    with FhirServer(clinic()) as server:
        for kind in ("Patient", "Encounter", "Condition", "Observation", "DocumentReference", "Practitioner"):
            server.routes["GET", f"/{kind}"] = lambda asked: reply
        results = told(probed(server, "anonymous-read", signed))
        assert results == {"security.token-required": "refused-for-another-reason"}


def test_a_page_to_sign_in_is_no_accepted_token(signed) -> None:
    with FhirServer(clinic()) as server:
        server.routes["GET", "/Patient"] = lambda asked: replied(b"<html>Sign in</html>")
        for name in ("sign-in-challenge", "invalid-token"):
            assert told(probed(server, name, signed)) == {f"security.{name}": "no-answer"}


@pytest.mark.parametrize(("status", "reason"), [(403, "invalid-token-status"), (400, "invalid-token-status")])
def test_a_false_token_gets_401(signed, status: int, reason: str) -> None:
    with FhirServer(clinic()) as server:
        server.routes["GET", "/Patient"] = lambda asked: replied(status=status)
        assert told(probed(server, "invalid-token", signed)) == {"security.invalid-token": reason}


def test_metadata_behind_a_sign_in() -> None:
    with FhirServer(clinic()) as server:
        server.routes["GET", "/metadata"] = lambda asked: replied(status=401)
        found = probed(server, "anonymous-metadata")
        assert [(each.why, each.expectation) for each in found] == [("metadata-needs-sign-in", "SHOULD")]


def test_no_server_at_all(tmp_path: Path) -> None:
    server = FhirServer(clinic())
    server.close()
    assert told(probed(server, "anonymous-metadata")) == {"security.anonymous-metadata": "no-answer"}
