"""A request to a receiver over HTTP: in bounded time, tried again where that helps, never to another host."""

import time
from collections.abc import Mapping

from fhircheck.model.connection import Connection
from fhircheck.model.errors import UsageError
from fhircheck.monitor.alerts.receiver import NotDelivered, Table, check_authorities, seconds, secret
from fhircheck.transport.http_url import has_credentials, is_loopback, origin
from fhircheck.transport.quiet_logs import without_addresses
from fhircheck.transport.retry import Tries
from fhircheck.transport.server_fault import ServerFault

TIMEOUT = 10.0
RETRIES = 3
LONGEST_PAUSE = 10.0
_ANSWER = 1 << 20
_SCHEMES = ("env:", "file:", "keyring:")


def is_reference(text: str) -> bool:
    """Whether an address is named by where it is, and not written down."""
    return text.startswith(_SCHEMES)


def check_url(table: Table, key: str = "url") -> None:
    """Raises UsageError where an address is none or would be spoken to in the open, or ca_file is none."""
    from fhircheck.transport.auth.secret import check_reference, read_secret

    check_authorities(table)
    url = str(table[key])
    if is_reference(url):
        check_reference(url, key)
        if url.startswith("keyring:"):  # it may ask its user: looked into only when something is sent
            return
        url = read_secret(url)
    fault = _fault_of(url, table)
    if fault:
        raise UsageError(f"{key}: {fault}")


def _fault_of(url: str, table: Table) -> str:
    """What is wrong with an address, in words that do not hold it."""
    try:
        scheme, host, _ = origin(url)
    except ServerFault:
        return "is no address"
    if scheme not in ("https", "http") or not host:
        return "is no address that begins with https://"
    if has_credentials(url):
        return "holds a user or password"
    if scheme == "http" and not is_loopback(host) and not table.get("allow_http", False):
        return "is spoken to over plain HTTP, where anybody on the way can read it: use https, or allow_http = true"
    return ""


def url_of(table: Table, key: str = "url") -> str:
    """The address itself. Raises NotDelivered where it is not there or may not be used."""
    url = str(table[key])
    found = secret(table, key) if is_reference(url) else url
    fault = _fault_of(found, table)
    if fault:
        raise NotDelivered(f"{key}: {fault}")
    return found


def deliver(method: str, url: str, body: bytes, headers: Mapping[str, str], table: Table) -> None:
    """Send `body` until it is taken (2xx). Raises NotDelivered in words without the address."""
    from fhircheck.transport.http import HttpClient

    timeout = seconds(table, "timeout", TIMEOUT)
    connection = Connection(
        ca_file=str(table.get("ca_file", "")), connect_timeout=timeout, read_timeout=timeout, answer_timeout=timeout,
        answer_bytes=_ANSWER, retries=0, allow_http=bool(table.get("allow_http", False)),
    )  # fmt: skip
    tries = Tries(int(table.get("retries", RETRIES)), LONGEST_PAUSE, repeatable=True, known=True)
    try:
        with HttpClient(connection) as client:
            while True:
                pause = _tried(client, tries, method, url, body, headers)
                if pause is None:
                    return
                time.sleep(pause)
    except UsageError as fault:  # a certificate file that cannot be used
        raise NotDelivered(str(fault)) from None


def _tried(client, tries: Tries, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> float | None:  # type: ignore[no-untyped-def]
    """Seconds until the next try, None where it was taken. Raises NotDelivered where no try is left."""
    try:
        with without_addresses():
            answer = client.send(method, url, headers=headers, body=body, follow=False)
    except ServerFault as fault:
        pause = tries.after_fault(fault)
        if pause is None:
            raise NotDelivered(fault.shown) from None
        return pause
    if 200 <= answer.status < 300:
        return None
    pause = tries.after_answer(answer.status, answer.headers)
    if pause is None:
        led = " (a redirect, which is not followed)" if 300 <= answer.status < 400 else ""
        raise NotDelivered(f"HTTP {answer.status}{led}")
    return pause
