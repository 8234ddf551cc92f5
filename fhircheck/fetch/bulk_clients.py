"""Which client fetches which file of an export: credentials go to the server itself, and to origins that were named."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from types import TracebackType
from typing import Self

from fhircheck.model.connection import Connection
from fhircheck.model.errors import UsageError
from fhircheck.transport.http import HttpClient, ServerFault, Stream, origin
from fhircheck.transport.http_url import is_loopback


class BulkClients:
    """A context manager. home: the client for the server at `base`. token_for: further origins that get our token."""

    def __init__(self, connection: Connection, base: str, token_for: tuple[str, ...] = ()) -> None:
        self._connection, self._own = connection, origin(base)
        for each in token_for:
            _check_named(each)
        self.home = HttpClient(connection, base, token_for)
        self._bare = HttpClient(_without_sign_in(connection), base)
        self._insists = False
        self._held = ExitStack()

    def __enter__(self) -> Self:
        for each in (self.home, self._bare):
            self._held.enter_context(each)
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._held.close()

    def stream(self, url: str, headers: Mapping[str, str], token: bool | None) -> AbstractContextManager[Stream]:
        """A stream of the file at `url`; token: ``requiresAccessToken`` of the manifest, None where it says nothing.

        Raises ServerFault for an address that is not gone to.
        """
        scheme, host, _ = place = origin(url)
        if scheme not in ("http", "https") or not host:
            raise ServerFault("not-a-url")
        if scheme == "http" and self._own[0] == "https" and not (is_loopback(host) or self._connection.allow_http):
            raise ServerFault("plain-http")
        wanted = token is not False or self._insists if place == self._own else token
        client = self.home if wanted else self._bare  # which signs in at its own places only
        return client.stream(url, headers)

    def insist(self, url: str, token: bool | None) -> bool:
        """Send our token to the server's own files from now on, though the manifest says that they need none.

        False where that changes nothing for `url`.
        """
        if self._insists or token is not False or origin(url) != self._own:
            return False
        self._insists = True
        return True


def _without_sign_in(connection: Connection) -> Connection:
    """The same connection with no credentials but the client certificate, which the server may ask for anywhere."""
    plain = replace(connection, sign_in="none", user="", client_id="", secret="", token_url="", scopes="", key_id="")
    return replace(plain, client_auth="", passphrase=connection.passphrase if connection.certificate else "")


def _check_named(address: str) -> None:
    """Raises UsageError where `address` names no server."""
    try:
        found = origin(address)
    except ServerFault:
        found = ("", "", 0)
    if found[0] not in ("http", "https") or not found[1]:
        raise UsageError("--token-for: an address such as https://files.example.org is asked for")
