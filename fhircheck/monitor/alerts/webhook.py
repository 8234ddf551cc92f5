"""Alerts as JSON to a program: the form is alert.schema.json, signed as Standard Webhooks has it.

https://www.standardwebhooks.com: ``webhook-id``, ``webhook-timestamp`` and ``webhook-signature``
(``v1,`` and the Base64 of HMAC-SHA256 over ``id.timestamp.body``).
"""

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

from fhircheck.model.alert import AlertMessage
from fhircheck.model.errors import UsageError
from fhircheck.monitor.alerts.http_delivery import check_url, deliver, url_of
from fhircheck.monitor.alerts.receiver import DELIVERY, REFERENCE, TOLD, Table, check_secret, secret
from fhircheck.report.alert_form import alert_form

_PREFIX = "whsec_"


class Webhook:
    """A POST of JSON to an address of yours."""

    name = "webhook"
    summary = "JSON to an address of yours, signed where it has a secret."
    every_run = False
    properties: Mapping[str, Any] = {
        **TOLD,
        "url": {"type": "string", "minLength": 1, "description": "Address, or where it is: env:NAME, file:PATH..."},
        "secret": {**REFERENCE, "description": "Where the key of the signature is: env:NAME, file:PATH or keyring:..."},
        **DELIVERY,
    }
    required: tuple[str, ...] = ("url",)

    def check(self, table: Table) -> None:
        """Raises UsageError for an address or a secret that cannot be used."""
        check_url(table)
        check_secret(table, "secret")
        if str(table.get("secret", "keyring:")).partition(":")[0] != "keyring":
            _key(secret(table, "secret"))

    def send(self, table: Table, message: AlertMessage, language: str) -> str:
        """POST the message."""
        url = url_of(table)
        body = json.dumps(alert_form(message, language), ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json; charset=utf-8", "webhook-id": message.id}
        if "secret" in table:
            headers |= signature(secret(table, "secret"), message.id, str(int(time.time())), body)
        deliver("POST", url, body, headers, table)
        return ""


def signature(key: str, identity: str, timestamp: str, body: bytes) -> dict[str, str]:
    """The headers that prove who sent `body` and when (seconds since 1970)."""
    signed = hmac.new(_key(key), f"{identity}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return {"webhook-timestamp": timestamp, "webhook-signature": "v1," + base64.b64encode(signed).decode()}


def _key(text: str) -> bytes:
    """The key's bytes: ``whsec_`` and Base64, or the text itself. Raises UsageError where it is neither."""
    if not text.startswith(_PREFIX):
        return text.encode()
    try:
        return base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise UsageError("secret: begins with whsec_, but no Base64 follows") from None
