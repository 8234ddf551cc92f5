"""The options about speaking to a FHIR server, for every command that does so, and their environment variables."""

import contextlib
import functools
import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click

from fhircheck.cli.package_options import Function
from fhircheck.model.errors import SecretExposed

if TYPE_CHECKING:
    from fhircheck.model.connection import Connection


def _variable(option: str) -> str:
    """The environment variable of an option: FHIRCHECK_CLIENT_ID for --client-id."""
    return "FHIRCHECK_" + option.removeprefix("--").replace("-", "_").upper()


def _option(name: str, field: str, **given: Any) -> tuple[str, tuple[str, dict[str, Any]]]:
    return field, (name, given)


_PLACE = "env:NAME|file:PATH|keyring:SERVICE/USER"
_OPTIONS: dict[str, tuple[str, dict[str, Any]]] = dict((
    _option("--auth", "sign_in", type=click.Choice(("none", "basic", "bearer", "oauth2", "smart")),
            help="How to sign in to the server: user and password, a token, OAuth 2 client credentials, or SMART"
            " Backend Services.  [default: none]"),
    _option("--user", "user", metavar="NAME", help="User of --auth basic."),
    _option("--client-id", "client_id", metavar="ID", help="Client of --auth oauth2 and smart."),
    _option("--secret", "secret", metavar=_PLACE,
            help="Where the password, token, client secret or private key (PEM, JWK, JWKS) is; never itself."),
    _option("--token-url", "token_url", metavar="URL",
            help="Token endpoint.  [default: what the server's smart-configuration names]"),
    _option("--scope", "scopes", metavar="SCOPES", help="Scopes to ask for, such as system/*.rs."),
    _option("--key-id", "key_id", metavar="KID", help="Name (kid) of the private key of --auth smart."),
    _option("--client-auth", "client_auth", type=click.Choice(("basic", "post")),
            help="How --auth oauth2 sends its secret: in the header or the body.  [default: as the server says]"),
    _option("--cert", "certificate", metavar="FILE", help="Client certificate for mutual TLS (PEM)."),
    _option("--cert-key", "certificate_key", metavar="FILE", help="Its private key, where it is in a file of its own."),
    _option("--passphrase", "passphrase", metavar=_PLACE, help="Where the passphrase of an encrypted private key is."),
    _option("--ca-file", "ca_file", metavar="FILE", help="Authorities to trust instead of the system's (PEM)."),
    _option("--proxy", "proxy", metavar="URL", help="HTTP proxy.  [default: HTTPS_PROXY, HTTP_PROXY, NO_PROXY]"),
    _option("--allow-http", "allow_http", is_flag=True, default=None,
            help="Send credentials over plain HTTP to other machines, where anybody on the way can read them."),
    _option("--timeout", "read_timeout", type=float, metavar="SECONDS",
            help="Longest silence of a server that is borne.  [default: 60]"),
    _option("--connect-timeout", "connect_timeout", type=float, metavar="SECONDS",
            help="Longest wait for a connection.  [default: 10]"),
    _option("--retries", "retries", type=int, metavar="N",
            help="Further tries after 429, 502, 503, 504 and broken connections.  [default: 5]"),
    _option("--rate", "rate", type=float, metavar="N", help="At most N requests a second.  [default: no limit]"),
    _option("--concurrency", "concurrency", type=int, metavar="N", help="At most N requests at a time.  [default: 4]"),
))  # fmt: skip


def connection_options(function: Function) -> Function:
    """Add them; `function` is called with `connection`, a Connection, in their place.

    Raises UsageError where they do not fit together. What is risky about them is said on stderr.
    """
    return _connected(function, _checked)


def unchecked_connection_options(function: Function) -> Function:
    """The same for commands whose settings file may complete the connection: their run checks it."""
    return _connected(function, lambda connection: connection)


def _connected(function: Function, checked: Callable[["Connection"], "Connection"]) -> Function:
    @functools.wraps(function)
    def connected(*args: Any, **given: Any) -> Any:
        asked = {field: given.pop(f"connection_{field}") for field in _OPTIONS}
        return function(*args, connection=checked(_connection(asked)), **given)

    with_options: Function = connected
    for field, (name, given) in reversed(_OPTIONS.items()):
        with_options = click.option(name, f"connection_{field}", envvar=_variable(name), **given)(with_options)
    return with_options


def sided_connection_options(function: Function, *sides: str) -> Function:
    """The same once for each side of a comparison: ``--before-auth`` and FHIRCHECK_BEFORE_AUTH for --auth.

    `function` is called with `connections`, a Connection for each side by its name.
    """

    @functools.wraps(function)
    def connected(*args: Any, **given: Any) -> Any:
        asked = {side: {field: given.pop(f"{side}_{field}") for field in _OPTIONS} for side in sides}
        return function(*args, connections={side: _checked(_connection(each)) for side, each in asked.items()}, **given)

    with_options: Function = connected
    for side in reversed(sides):
        for field, (name, given) in reversed(_OPTIONS.items()):
            sided = f"--{side}-{name.removeprefix('--')}"
            told = {**given, "help": f"{side.upper()}: {given['help']}"}
            with_options = click.option(sided, f"{side}_{field}", envvar=_variable(sided), **told)(with_options)
    return with_options


def _connection(asked: dict[str, Any]) -> "Connection":
    from fhircheck.model.connection import Connection

    return Connection(**{field: value for field, value in asked.items() if value not in (None, "")})


def _checked(connection: "Connection") -> "Connection":
    from fhircheck.cli.ending import say
    from fhircheck.transport.auth.checks import check_connection, remarks

    check_connection(connection)
    for line in remarks(connection):
        say(line)
    return connection


@contextlib.contextmanager
def remarks_said() -> Iterator[None]:
    """Say on stderr, in one line each, what a run warns of."""
    from fhircheck.cli.ending import say

    before = warnings.showwarning

    def show(message: Any, category: type[Warning], *args: Any, **more: Any) -> None:
        if issubclass(category, SecretExposed):
            say(str(message))
        else:
            before(message, category, *args, **more)

    warnings.showwarning = show
    try:
        yield
    finally:
        warnings.showwarning = before
