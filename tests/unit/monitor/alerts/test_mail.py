"""Alerts by e-mail against a real SMTP server on loopback, with STARTTLS, sign-in, and faults."""

import smtplib
import ssl
import warnings
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from fhircheck.monitor.alerts import ALERTS, mail, notify
from fhircheck.monitor.alerts.checks import check_alerts
from fhircheck.monitor.alerts.receiver import NotDelivered
from tests.certificates import Authority
from tests.module_time import set_time
from tests.unit.monitor.alerts.sample_runs import HOSTILE, STOPPED, message, table

PASSWORD = "correct-horse"


class Postbox:
    """Keeps what arrives; `codes` are answered before anything is taken."""

    def __init__(self) -> None:
        self.letters: list[Envelope] = []
        self.codes: list[str] = []
        self.sessions: list[Session] = []
        self.unknown: set[str] = set()

    async def handle_RCPT(self, server: Any, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        if address in self.unknown:
            return "550 no such user: " + address
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        self.sessions.append(session)
        if self.codes:
            return self.codes.pop(0)
        self.letters.append(envelope)
        return "250 OK"

    def read(self) -> EmailMessage:
        (envelope,) = self.letters
        return message_from_bytes(envelope.original_content, policy=policy.default)  # type: ignore[return-value,arg-type]


class Server(Controller):
    """Wants TLS and a password before it takes anything; without a context it offers neither."""

    def __init__(self, box: Postbox, context: ssl.SSLContext | None = None, direct: bool = False) -> None:
        self.context, self.direct = context, direct
        super().__init__(box, hostname="127.0.0.1", port=0, ready_timeout=10, ssl_context=context if direct else None)

    def factory(self) -> SMTP:
        def known(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
            right = (data.login, data.password) == (b"fhircheck", PASSWORD.encode())
            return AuthResult(success=right, handled=False)

        if self.context is None:
            return SMTP(self.handler, hostname="localhost")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # where TLS is there from the start, signing in is safe
            return SMTP(
                self.handler, tls_context=None if self.direct else self.context, require_starttls=not self.direct,
                auth_required=True, auth_require_tls=not self.direct, authenticator=known, hostname="localhost",
            )  # fmt: skip

    def _trigger_server(self) -> None:
        """The parent asks the port it was given; this one asks the port the system chose."""
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def box() -> Postbox:
    return Postbox()


@pytest.fixture(params=["starttls", "tls"])
def settings(
    request: pytest.FixtureRequest, box: Postbox, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, Any]]:
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    set_time(monkeypatch, mail, sleep=lambda seconds: None)
    context = authority.server_context(authority.issue("mail", hosts=("localhost",)))
    server = Server(box, context, request.param == "tls")
    server.start()
    try:
        yield table(
            "email", host="localhost", port=server.port, tls=request.param, user="fhircheck",
            secret="env:MAIL_PASSWORD", to=["dateninfra@klinik.example", "labor-it@klinik.example"],
            ca_file=str(authority.certificate), timeout="5s", **{"from": "fhircheck@klinik.example"},
        )  # fmt: skip
    finally:
        server.stop()


def send(settings: dict[str, Any], language: str = "en") -> str:
    check_alerts([settings])
    return ALERTS["email"].send(settings, message(STOPPED, HOSTILE, link="https://intern/?a=1&b=2"), language)  # type: ignore[attr-defined]


class Seen(HTMLParser):
    """Tags of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str | None] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_it_arrives_over_tls_with_sound_headers_and_both_forms(settings: dict[str, Any], box: Postbox) -> None:
    assert send(settings, "de") == ""
    assert box.sessions[0].ssl or settings["tls"] == "tls"
    assert box.letters[0].rcpt_tos == settings["to"]
    letter = box.read()
    assert letter["Subject"] == "fhircheck lab: Prüfung nicht möglich, 2 auffällige Änderungen"
    assert letter["From"] == "fhircheck <fhircheck@klinik.example>"
    assert letter["Message-ID"] == f"<{message(STOPPED, HOSTILE).id}.fhircheck@klinik.example>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Date"].datetime.isoformat() == "2026-03-01T06:00:00+00:00"
    assert letter["References"] == letter["In-Reply-To"]
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]
    plain, page = (part.get_content() for part in letter.iter_parts())
    seen = Seen(page)
    assert "Prüfung war nicht oder nicht vollständig möglich" in plain
    assert "Prüfung war nicht oder nicht vollständig möglich" in seen.text
    assert not seen.tags & {"b", "script", "img", "style", "link"}
    assert seen.links == ["https://intern/?a=1&b=2"]
    assert "<b>" in seen.text
    assert "\x1b" not in plain + page
    assert max(map(len, box.letters[0].original_content.splitlines())) <= 998  # type: ignore[union-attr]


@pytest.mark.parametrize("settings", ["starttls"], indirect=True)
@pytest.mark.parametrize(
    ("codes", "taken", "fault"),
    [
        (["451 try later"], 1, ""),
        (["554 refused dateninfra@klinik.example"], 0, "the mail server answered 554"),
        (["451 later"] * 9, 0, "the mail server answered 451"),
    ],
)
def test_what_may_pass_is_tried_again(
    settings: dict[str, Any], box: Postbox, codes: list[str], taken: int, fault: str
) -> None:
    box.codes = list(codes)
    if fault:
        with pytest.raises(NotDelivered) as raised:
            send(settings)
        assert str(raised.value) == fault
    else:
        send(settings)
    assert len(box.letters) == taken
    assert len(box.sessions) == min(len(codes) + taken, 4)


@pytest.mark.parametrize("settings", ["starttls"], indirect=True)
def test_some_addresses_refused_is_said_and_all_refused_is_a_fault(settings: dict[str, Any], box: Postbox) -> None:
    box.unknown = {"labor-it@klinik.example"}
    assert send(settings) == "1 of 2 addresses was refused"
    box.unknown = set(settings["to"])
    with pytest.raises(NotDelivered, match="refused every address"):
        send(settings)


@pytest.mark.parametrize("settings", ["starttls"], indirect=True)
def test_a_wrong_password_is_said_without_showing_it(
    settings: dict[str, Any], box: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "wrong-horse")
    with pytest.raises(NotDelivered) as raised:
        send(settings)
    assert str(raised.value) == "the mail server did not accept user and password"
    assert box.letters == []


def test_a_certificate_of_somebody_else_ends_before_the_password(
    settings: dict[str, Any], box: Postbox, tmp_path: Path
) -> None:
    stranger = Authority(tmp_path, "Stranger")
    with pytest.raises(NotDelivered, match="certificate is not accepted"):
        send({**settings, "ca_file": str(stranger.certificate)})
    assert box.sessions == []


def test_a_server_without_tls_gets_neither_password_nor_message(
    box: Postbox, monkeypatch: pytest.MonkeyPatch, authority: Authority
) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    monkeypatch.setattr(smtplib.SMTP, "login", lambda *_: pytest.fail("the password was sent in the open"))
    given = table("email", host="localhost", to=["a@b.example"], user="x", secret="env:MAIL_PASSWORD",
                  ca_file=str(authority.certificate), **{"from": "f@b.example"})  # fmt: skip
    server = Server(box)
    server.start()
    try:
        with pytest.raises(NotDelivered, match="offers no TLS"):
            ALERTS["email"].send({**given, "port": server.port}, message(STOPPED), "en")  # type: ignore[attr-defined]
    finally:
        server.stop()
    assert box.letters == []


def test_a_series_cannot_put_headers_in(settings: dict[str, Any], box: Postbox) -> None:
    bad = message(STOPPED)
    bad = replace(bad, run=replace(bad.run, series="lab\r\nBcc: x@evil.example"))
    ALERTS["email"].send(settings, bad, "en")  # type: ignore[attr-defined]
    letter = box.read()
    assert letter["Bcc"] is None
    assert "x@evil.example" in letter["Subject"]


@pytest.mark.parametrize("settings", ["starttls"], indirect=True)
def test_a_test_message_says_so(settings: dict[str, Any], box: Postbox) -> None:
    notify.send_test(settings, "lab")
    letter = box.read()
    assert letter["Subject"] == "fhircheck lab: test message"
    assert "TEST, nothing has happened" in letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
