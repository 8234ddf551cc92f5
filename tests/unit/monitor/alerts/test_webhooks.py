"""Alerts over HTTP against real receivers on loopback: what arrives, what is tried again, what is never sent."""

import base64
import hashlib
import hmac
import json
import logging
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from fhircheck.model.errors import SecretExposed, UsageError
from fhircheck.monitor.alerts import ALERTS, alert_schema, http_delivery, notify
from fhircheck.monitor.alerts.checks import alert_faults, below, check_alerts
from fhircheck.monitor.alerts.receiver import NotDelivered
from fhircheck.transport import retry
from tests.certificates import Authority
from tests.loopback import Loopback, Reply
from tests.module_time import set_time
from tests.unit.monitor.alerts.sample_runs import HOSTILE, NEW_KIND, STOPPED, message, table

SECRET_PATH = "/services/T000/B000/s3cr3t"
TAKEN: Reply = (200, {}, b"ok")


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    pauses: list[float] = []
    set_time(monkeypatch, http_delivery, sleep=pauses.append)
    return pauses


def send(kind: str, server: Loopback, monkeypatch: pytest.MonkeyPatch, language: str = "en", **more: Any) -> str:
    monkeypatch.setenv("HOOK", server.origin + SECRET_PATH)
    given = table(kind, url="env:HOOK", **more)
    check_alerts([given])
    return ALERTS[kind].send(given, message(STOPPED, HOSTILE, link="https://intern/x?a=1&b=<2>"), language)  # type: ignore[attr-defined]


def test_json_arrives_in_the_published_form_and_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    key = b"0123456789abcdef0123456789abcdef"
    monkeypatch.setenv("KEY", "whsec_" + base64.b64encode(key).decode())
    with Loopback(lambda asked: TAKEN) as server:
        send("webhook", server, monkeypatch, secret="env:KEY")
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("POST", SECRET_PATH)
    body = json.loads(asked.body)
    schema = json.loads(files("fhircheck.report").joinpath("alert.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(body)
    assert [each["key"] for each in body["items"]][:2] == ["could-not-check", "change feed-stopped Observation"]
    assert body["items"][1]["change"]["before"] == 1200
    identity, moment = asked.headers["webhook-id"], asked.headers["webhook-timestamp"]
    signed = hmac.new(key, f"{identity}.{moment}.".encode() + asked.body, hashlib.sha256).digest()
    assert asked.headers["webhook-signature"] == "v1," + base64.b64encode(signed).decode()
    assert identity == body["id"]


@pytest.mark.parametrize("kind", ["slack", "mattermost", "teams"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_channels_get_their_form_and_no_markup_out_of_the_data(
    kind: str, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Loopback(lambda asked: TAKEN) as server:
        send(kind, server, monkeypatch, language)
    text = server.asked[0].body.decode()
    form = json.loads(text)
    assert "\\u001b[31m" not in text
    assert ("auffällige" if language == "de" else "alarming") in text
    if kind == "slack":
        assert [each["type"] for each in form["blocks"]] == ["header", *["section"] * 3, "context"]
        assert "&lt;b&gt;" in form["blocks"][3]["text"]["text"]
        assert "<https://intern/x?a=1&amp;b=&lt;2&gt;|" in form["blocks"][4]["elements"][0]["text"]
    elif kind == "mattermost":
        assert "\\[a\\]\\(b\\)" in form["text"]
        assert "\\<b\\>" in form["text"]
    else:
        card = form["attachments"][0]["content"]
        assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
        assert {each["type"] for each in card["body"]} == {"RichTextBlock"}
        assert card["actions"][0]["url"] == "https://intern/x?a=1&b=<2>"


def test_long_messages_stay_within_what_channels_take() -> None:
    long = [NEW_KIND.__class__("code-new", f"{number} " + "x" * 5000, alarming=True) for number in range(300)]
    for kind, limit in (("slack", 30_000), ("mattermost", 16_383), ("teams", 28_000)):
        form = ALERTS[kind].form(message(*long), "en")  # type: ignore[attr-defined]
        assert len(json.dumps(form)) < limit
        assert "And 281 more" in json.dumps(form).replace("\\\\", "")
    assert len(ALERTS["slack"].form(message(*long), "en")["blocks"]) <= 50  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("answers", "tries", "fault"),
    [
        ([503, 429, 200], 3, ""),
        ([0, 200], 2, ""),
        ([503] * 9, 4, "HTTP 503"),
        ([400], 1, "HTTP 400"),
        ([404], 1, "HTTP 404"),
        ([302], 1, "HTTP 302 (a redirect, which is not followed)"),
    ],
)
def test_what_may_pass_is_tried_again_and_the_rest_is_not(
    answers: list[int], tries: int, fault: str, monkeypatch: pytest.MonkeyPatch, no_pauses: list[float]
) -> None:
    left = list(answers)
    with Loopback() as other, Loopback(lambda asked: (left.pop(0), {"Location": other.base}, b"no")) as server:
        if fault:
            with pytest.raises(NotDelivered) as raised:
                send("slack", server, monkeypatch)
            assert str(raised.value) == fault
        else:
            send("slack", server, monkeypatch)
        assert other.asked == []
    assert len(server.asked) == tries
    assert len({each.body for each in server.asked}) == 1
    assert len(no_pauses) == tries - 1
    assert all(each <= http_delivery.LONGEST_PAUSE for each in no_pauses)


def test_a_receiver_that_is_not_there_is_tried_again_and_its_address_not_shown(
    monkeypatch: pytest.MonkeyPatch, no_pauses: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with Loopback(lambda asked: TAKEN) as server:
        pass
    with pytest.raises(NotDelivered) as raised:
        send("slack", server, monkeypatch)
    assert len(no_pauses) == 3
    assert "s3cr3t" not in str(raised.value) + repr(raised.value) + caplog.text
    with Loopback(lambda asked: (500, {}, SECRET_PATH.encode())) as server, pytest.raises(NotDelivered) as raised:
        send("slack", server, monkeypatch)
    assert "s3cr3t" not in str(raised.value) + caplog.text


def test_tls_is_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority, stranger = Authority(tmp_path), Authority(tmp_path, "Stranger")
    context = authority.server_context(authority.issue("receiver", hosts=("localhost",)))
    with Loopback(lambda asked: TAKEN, context) as server:
        send("webhook", server, monkeypatch, ca_file=str(authority.certificate))
        assert len(server.asked) == 1
        with pytest.raises(NotDelivered, match="certificate-not-accepted"):
            send("webhook", server, monkeypatch, ca_file=str(stranger.certificate))
        assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (table("webhook", url="http://alerts.example.org/x"), "plain HTTP"),
        (table("webhook", url="https://u:p@alerts.example.org/x"), "user or password"),
        (table("webhook", url="ftp://alerts.example.org"), "no address that begins with https"),
        (table("webhook", url="env:NOT_THERE"), "no such variable"),
        (table("webhook", url="https://a.example.org", secret="env:BROKEN"), "no Base64"),
        (table("slack", url="env:OPEN"), "plain HTTP"),
        (table("email", host="mail", **{"from": "a@b"}, to=["c@d"], user="me"), "belong together"),
        (table("email", host="mail", **{"from": "a@b"}, to=["c@d"], tls="none"), "without TLS"),
        (table("email", host="mail", **{"from": "a@b\nBcc: x@y"}, to=["c@d"]), "from: .* is no address"),
        (table("email", host="mail", **{"from": "a@b"}, to=["c@d", "ä@d"]), "to: .* is no address"),
        (table("email", host="mail", **{"from": "a@b"}, to=["a@b."]), "to: a@b. is no address"),
        (table("webhook", url="https://a.example.org", ca_file="/no/such.pem"), "no certificates"),
        (table("prometheus-textfile", file="/no/such/x.prom"), "no such folder"),
        (table("prometheus-pushgateway", url="https://x.example.org", user="me"), "belong together"),
    ],
)
def test_settings_that_make_no_sense_are_refused_without_showing_them(
    given: dict[str, Any], fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROKEN", "whsec_!!!")
    monkeypatch.setenv("OPEN", "http://hooks.example.org" + SECRET_PATH)
    with pytest.raises(UsageError, match=fault) as raised:
        check_alerts([given])
    assert str(raised.value).startswith("alerts[1]: ")
    assert "s3cr3t" not in str(raised.value)
    assert "u:p@" not in str(raised.value)


def test_a_secret_that_others_can_read_is_said(tmp_path: Path) -> None:
    place = tmp_path / "hook.txt"
    with Loopback(lambda asked: TAKEN) as server:
        place.write_text(server.origin + SECRET_PATH + "\n")
        place.chmod(0o644)
        with pytest.warns(SecretExposed, match="every user of this machine") as said:
            notify.send_test(table("slack", url=f"file:{place}"), "lab")
        place.chmod(0o600)
        notify.send_test(table("slack", url=f"file:{place}"), "lab")
    assert len(said) == 1
    assert "s3cr3t" not in str(said[0].message)
    assert len(server.asked) == 2


def test_plain_http_is_sent_where_it_was_allowed() -> None:
    check_alerts([table("webhook", url="http://alerts.example.org/x", allow_http=True)])


def test_names_are_told_apart_and_a_history_is_needed() -> None:
    hook = table("webhook", url="https://a.example.org")
    assert [number for number, _ in alert_faults([hook, {**hook, "name": "b"}, hook])] == [2]
    assert [fault for _, fault in alert_faults([hook], history=False)] == [
        "webhook needs a history, which knows what was told before"
    ]


@pytest.mark.parametrize(
    ("given", "sound"),
    [
        (table("webhook", url="https://a", secret="env:X", on=["changes"], cool_down="1h30m", remind="7d"), True),
        (table("slack", url="https://hooks.slack.com/services/T/B/x"), False),
        (table("slack", url="env:X", secret="env:Y"), False),
        (table("carrier-pigeon"), False),
        (table("webhook", url="https://a", kinds=["regression", "feed-stopped"]), True),
        (table("webhook", url="https://a", kinds=["regresion"]), False),
        ({"url": "env:X"}, False),
        (table("webhook", url="https://a", on=["everything"]), False),
        (table("email", host="m", to=["a@b"], **{"from": "x@y\nBcc: z@z"}), False),
        (table("email", host="m", to=["a@b", "c@d"], **{"from": "x@y"}, tls="starttls"), True),
        (table("prometheus-textfile", file="x.txt"), False),
    ],
)
def test_the_schema_of_a_table_depends_on_its_type(given: dict[str, Any], sound: bool) -> None:
    schema = alert_schema()
    Draft202012Validator.check_schema(schema)
    assert Draft202012Validator(schema).is_valid(given) == sound


def test_files_are_named_from_the_jobs_folder() -> None:
    given = table("webhook", url="file:hook.txt", secret="env:X", ca_file="/etc/ca.pem")
    found = below(given, "jobs")
    assert found == {**given, "url": "file:jobs/hook.txt", "ca_file": "/etc/ca.pem"}


def test_a_test_message_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with Loopback(lambda asked: TAKEN) as server:
        monkeypatch.setenv("HOOK", server.origin)
        for kind in ("webhook", "slack", "mattermost", "teams"):
            notify.send_test(table(kind, url="env:HOOK"), "lab", "de")
    bodies = [each.body.decode() for each in server.asked]
    assert all("Testnachricht" in each for each in bodies)
    assert all("TEST" in each for each in bodies[1:])
    assert json.loads(bodies[0])["test"] is True


def test_pauses_of_a_receiver_that_asks_to_wait_are_bounded() -> None:
    tries = retry.Tries(3, http_delivery.LONGEST_PAUSE, repeatable=True, known=True)
    assert tries.after_answer(429, {"retry-after": "3600"}) == http_delivery.LONGEST_PAUSE
