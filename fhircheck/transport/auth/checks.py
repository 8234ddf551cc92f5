"""Whether the settings of a connection fit together, told before anything is asked of a server."""

from collections.abc import Iterable
from importlib.util import find_spec

from fhircheck.model.connection import Connection
from fhircheck.model.errors import UsageError
from fhircheck.transport.auth import SIGN_INS
from fhircheck.transport.auth.confidential import is_confidential
from fhircheck.transport.auth.secret import check_reference, remark
from fhircheck.transport.http_url import has_credentials, origin
from fhircheck.transport.server_fault import ServerFault

OPTIONS = {
    "sign_in": "--auth", "user": "--user", "client_id": "--client-id", "secret": "--secret", "token_url": "--token-url",
    "scopes": "--scope", "key_id": "--key-id", "client_auth": "--client-auth", "certificate": "--cert",
    "certificate_key": "--cert-key", "passphrase": "--passphrase", "ca_file": "--ca-file", "proxy": "--proxy",
    "allow_http": "--allow-http", "connect_timeout": "--connect-timeout", "read_timeout": "--timeout",
    "retries": "--retries", "rate": "--rate", "concurrency": "--concurrency",
}  # fmt: skip
"""Field of Connection -> option of the command line."""

_OF_SIGN_INS = ("user", "client_id", "secret", "token_url", "scopes", "key_id", "client_auth")
_TEXTS = ("certificate", "certificate_key", "passphrase", "ca_file", "proxy")
_POSITIVE = ("connect_timeout", "read_timeout", "answer_timeout", "answer_bytes", "concurrency")
_WHOLE = ("answer_bytes", "concurrency", "retries")
_NUMBERS = (*_POSITIVE, "retries", "rate", "longest_pause")
_MOST = 1_000_000_000
_SCHEMES = ("http", "https", "socks5", "socks5h")


def check_connection(connection: Connection) -> None:
    """Raises UsageError, naming the option, where something is missing, makes no sense or cannot be read."""
    for name in (*_OF_SIGN_INS, *_TEXTS):
        if not isinstance(getattr(connection, name), str):
            raise UsageError(f"{OPTIONS[name]}: must be a text")
    method = SIGN_INS.get(connection.sign_in)
    if method is None:
        raise UsageError(f"--auth: must be one of {', '.join(SIGN_INS.names)}")
    for name in method.needs:
        if not getattr(connection, name):
            raise UsageError(f"--auth {method.name} needs {OPTIONS[name]}: {_WHAT[name]}")
    for name in _OF_SIGN_INS:
        if getattr(connection, name) and name not in (*method.needs, *method.takes):
            using = ", ".join(each.name for each in SIGN_INS if name in (*each.needs, *each.takes))
            raise UsageError(f"{OPTIONS[name]} has no use with --auth {method.name}; it belongs to --auth {using}")
    _check_files(connection)
    _check_addresses(connection)
    _check_numbers(connection)


def remarks(connection: Connection) -> list[str]:
    """What is allowed and risky about `connection`, a line each."""
    return [line for line in (remark(connection.secret), remark(connection.passphrase)) if line]


def check_server(connection: Connection, base: str) -> None:
    """Raises UsageError where the credentials of `connection` may not be sent to the server at `base`."""
    if connection.sign_in == "none":
        return
    if not is_confidential(base, connection):
        raise UsageError(
            f"credentials are not sent to {origin(base)[1]} over plain HTTP, where anybody on the way can read them:"
            " name its https address, or allow it with --allow-http"
        )


def check_one_server(connection: Connection, urls: Iterable[str]) -> None:
    """Raises UsageError where credentials are given and `urls` name more than one server."""
    origins = {origin(url) for url in urls}
    if len(origins) > 1 and (connection.sign_in != "none" or connection.certificate):
        hosts = ", ".join(sorted({host for _, host, _ in origins}))
        raise UsageError(f"the credentials are for one server, but several are named ({hosts}): one run for each")


_WHAT = {
    "user": "the name to sign in with",
    "client_id": "the id the server knows the client by",
    "secret": "where the password, token, client secret or private key is: env:NAME, file:PATH or keyring:SERVICE/USER",
    "scopes": "what the token shall allow, such as system/*.rs",
}


def _check_files(connection: Connection) -> None:
    for name in ("secret", "passphrase"):
        if getattr(connection, name):
            check_reference(getattr(connection, name), OPTIONS[name])
    if connection.certificate_key and not connection.certificate:
        raise UsageError("--cert-key needs --cert: the client certificate it belongs to")
    if connection.passphrase and not connection.certificate and connection.sign_in != "smart":
        raise UsageError("--passphrase has no use without --cert or --auth smart")
    for name in ("certificate", "certificate_key", "ca_file"):
        path = getattr(connection, name)
        if path:
            try:
                with open(path, "rb"):
                    pass
            except OSError as fault:
                raise UsageError(f"{OPTIONS[name]} {path}: {(fault.strerror or 'cannot be read').lower()}") from None


def _check_addresses(connection: Connection) -> None:
    for name, schemes in (("token_url", ("http", "https")), ("proxy", _SCHEMES)):
        url = getattr(connection, name)
        if not url:
            continue
        if has_credentials(url):
            where = "set it in HTTPS_PROXY or HTTP_PROXY of the environment" if name == "proxy" else "use --secret"
            raise UsageError(f"{OPTIONS[name]}: a user or password in a URL is not taken; {where}")
        try:
            scheme, host, _ = origin(url)
        except ServerFault:
            scheme = host = ""
        if scheme not in schemes or not host:
            raise UsageError(f"{OPTIONS[name]}: must be an address that begins with {schemes[0]}:// or {schemes[1]}://")
    if connection.token_url and not is_confidential(connection.token_url, connection):
        raise UsageError("--token-url: a secret is not sent over plain HTTP: name the https address, or --allow-http")
    if connection.proxy.startswith("socks") and find_spec("socks") is None:
        raise UsageError("--proxy: SOCKS needs a library: pip install pysocks")


def _check_numbers(connection: Connection) -> None:
    for name in _NUMBERS:
        value = getattr(connection, name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _MOST:
            raise UsageError(f"{OPTIONS.get(name, name)}: must be a number from 0 to {_MOST}")
        if name in _POSITIVE and not value:
            raise UsageError(f"{OPTIONS.get(name, name)}: must be more than 0")
        if name in _WHOLE and not isinstance(value, int):
            raise UsageError(f"{OPTIONS.get(name, name)}: must be a whole number")
