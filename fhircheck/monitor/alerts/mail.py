"""Alerts by e-mail: plain text with an HTML alternative, over SMTP with verified TLS."""

import smtplib
import ssl
import time
from collections.abc import Mapping
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from typing import Any

from fhircheck.model.alert import AlertMessage, identity
from fhircheck.model.connection import Connection
from fhircheck.model.errors import UsageError
from fhircheck.model.plural import filled
from fhircheck.monitor.alerts.http_delivery import RETRIES, TIMEOUT
from fhircheck.monitor.alerts.receiver import (
    DELIVERY,
    REFERENCE,
    TOLD,
    NotDelivered,
    Table,
    check_authorities,
    check_secret,
    seconds,
    secret,
)
from fhircheck.report.alert_words import facts, facts_line, item_lines, link_word, moment, say, title
from fhircheck.transport.http_url import is_loopback
from fhircheck.transport.tls_trust import tls_context

_ADDRESS = {"type": "string", "pattern": "^[^@\\s<>,;]+@[^@\\s<>,;]+$"}
_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_PAUSE = 0.5


class Mail:
    """A message to one or several addresses, by your mail server."""

    name = "email"
    summary = "An e-mail by your mail server, over TLS."
    every_run = False
    properties: Mapping[str, Any] = {
        **TOLD,
        "host": {"type": "string", "minLength": 1, "description": "Mail server."},
        "port": {"type": "integer", "minimum": 1, "maximum": 65535,
                 "description": "Its port.  [default: 587 for starttls, 465 for tls]"},
        "tls": {"enum": ["starttls", "tls", "none"],
                "description": "TLS asked for after the greeting, or from the start; none: only to this machine."
                "  [default: starttls]"},
        "user": {"type": "string", "minLength": 1, "description": "Name to sign in with."},
        "secret": {**REFERENCE, "description": "Where the password is: env:NAME, file:PATH or keyring:SERVICE/USER."},
        "from": {**_ADDRESS, "description": "Address of the sender."},
        "to": {"type": "array", "minItems": 1, "uniqueItems": True, "items": _ADDRESS, "description": "Addresses."},
        **{key: part for key, part in DELIVERY.items() if key != "allow_http"},
    }  # fmt: skip
    required: tuple[str, ...] = ("host", "from", "to")

    def check(self, table: Table) -> None:
        """Raises UsageError for what does not fit together or is not there."""
        if ("user" in table) != ("secret" in table):
            raise UsageError("user and secret belong together: who signs in, and where the password is")
        if _tls(table) == "none" and not is_loopback(str(table["host"])):
            raise UsageError("tls: without TLS anybody on the way can read along; none is for this machine alone")
        check_secret(table, "secret")
        check_authorities(table)
        for key in ("from", "to"):
            for each in [table[key]] if key == "from" else table[key]:
                _check_address(str(each), key)

    def send(self, table: Table, message: AlertMessage, language: str) -> str:
        """Send it; what the server refuses for good is not tried again. Says where some addresses were refused."""
        mail = letter(table, message, language)
        left = int(table.get("retries", RETRIES))
        pause = _PAUSE
        while True:
            try:
                refused = self._sent(table, mail)
                said = "{refused} of {all} {all:address|addresses} {refused:was|were} refused"
                return filled(said, {"refused": refused, "all": len(table["to"])}) if refused else ""
            except (OSError, smtplib.SMTPException) as fault:
                left -= 1
                if left < 0 or not _passing(fault):
                    raise NotDelivered(_said(fault)) from None
            time.sleep(pause)
            pause = min(pause * 2, 10.0)

    def _sent(self, table: Table, mail: EmailMessage) -> int:
        """How many addresses were refused; all refused is an exception."""
        host, tls = str(table["host"]), _tls(table)
        port, timeout = int(table.get("port", _PORTS[tls])), seconds(table, "timeout", TIMEOUT)
        context = tls_context(Connection(ca_file=str(table.get("ca_file", ""))), shown=False)
        opened: smtplib.SMTP = (
            smtplib.SMTP_SSL(host, port, timeout=timeout, context=context)
            if tls == "tls"
            else smtplib.SMTP(host, port, timeout=timeout)
        )
        with opened as server:
            if tls == "starttls":
                server.starttls(context=context)
            if "user" in table:
                server.login(str(table["user"]), secret(table, "secret"))
            return len(server.send_message(mail, str(table["from"]), [str(each) for each in table["to"]]))


def _check_address(text: str, key: str) -> None:
    """Raises UsageError where `text` is no address that every mail server takes (RFC 5321; no SMTPUTF8)."""
    try:
        sound = text.isascii() and Address(addr_spec=text).addr_spec == text
    except (ValueError, IndexError, MessageError):
        sound = False
    if not sound:
        raise UsageError(f"{key}: {ascii(text)[1:-1][:100]} is no address")


def _tls(table: Table) -> str:
    return str(table.get("tls", "starttls"))


def letter(table: Table, message: AlertMessage, language: str) -> EmailMessage:
    """The message with its headers (RFC 5322); a series is one thread, and no machine answers it (RFC 3834)."""
    from datetime import datetime

    mail, host = EmailMessage(policy=SMTP), str(table["from"]).rpartition("@")[2]
    thread = f"<{identity(message.run.series)}.fhircheck@{host}>"
    mail["From"] = Address("fhircheck", addr_spec=str(table["from"]))
    mail["To"] = tuple(Address(addr_spec=str(each)) for each in table["to"])
    mail["Subject"] = title(message, language)
    mail["Date"] = format_datetime(datetime.fromisoformat(message.at))
    mail["Message-ID"] = f"<{message.id}.fhircheck@{host}>"
    mail["References"] = thread
    mail["In-Reply-To"] = thread
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = language
    mail.set_content("\n".join(_plain(message, language)))
    mail.add_alternative(_html(message, language), subtype="html")
    return mail


def _plain(message: AlertMessage, language: str) -> list[str]:
    lines = [title(message, language), "", *(f"- {each}" for each in item_lines(message, language)), ""]
    lines += [*facts(message.run, language), ""]
    if message.link:
        lines += [f"{link_word(language)}: {message.link}", ""]
    return [*lines, f"{moment(message.at)}. {say(language, 'footer', version=message.run.version)}"]


def _html(message: AlertMessage, language: str) -> str:
    """The same with a little shape; it loads nothing."""
    colour = {"alarm": "#b3261e", "reminder": "#8a5a00", "resolved": "#1b6e3c"}[message.telling]
    items = "".join(f'<li style="margin:.5em 0">{escape(each)}</li>' for each in item_lines(message, language))
    rows = escape(facts_line(message, language))
    link = f'<p><a href="{escape(message.link)}">{link_word(language)}</a></p>' if message.link else ""
    footer = escape(f"{moment(message.at)}. {say(language, 'footer', version=message.run.version)}")
    return (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>{escape(title(message, language))}'
        '</title></head><body style="font-family:sans-serif;max-width:44em">'
        f'<h1 style="font-size:1.2em;color:{colour}">{escape(title(message, language))}</h1>'
        f'<ul>{items}</ul><p style="color:#555">{rows}</p>{link}<p style="color:#555;font-size:.85em">{footer}</p>'
        "</body></html>\n"
    )


def _passing(fault: Exception) -> bool:
    """Whether a fault may be gone at the next try: the server says so by a code of 400 to 499, or there was none."""
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        return all(400 <= code < 500 for code, _ in fault.recipients.values())
    if isinstance(fault, smtplib.SMTPResponseException):
        return 400 <= fault.smtp_code < 500
    return not isinstance(fault, ssl.SSLError | smtplib.SMTPNotSupportedError)


def _said(fault: Exception) -> str:
    """A fault in words of ours: answers of a server may repeat addresses and more."""
    if isinstance(fault, smtplib.SMTPAuthenticationError):
        return "the mail server did not accept user and password"
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        return "the mail server refused every address"
    if isinstance(fault, smtplib.SMTPNotSupportedError):
        return "the mail server offers no TLS, or no way to sign in"
    if isinstance(fault, smtplib.SMTPResponseException):
        return f"the mail server answered {fault.smtp_code}"
    if isinstance(fault, ssl.SSLCertVerificationError):
        return "the mail server's certificate is not accepted"
    if isinstance(fault, ssl.SSLError):
        return "TLS with the mail server failed"
    if isinstance(fault, smtplib.SMTPServerDisconnected):
        return "the mail server closed the connection"
    if isinstance(fault, TimeoutError):
        return "the mail server did not answer in time"
    return "no connection to the mail server"
