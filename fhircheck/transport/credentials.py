"""The credentials of a client, and the one place they go to."""

import threading
from typing import TYPE_CHECKING

from fhircheck.model.connection import Connection
from fhircheck.model.errors import UsageError
from fhircheck.transport.http_request import Request
from fhircheck.transport.http_url import Origin, has_credentials, origin, redacted
from fhircheck.transport.server_fault import ServerFault

if TYPE_CHECKING:
    from fhircheck.transport.auth import ClientFor, SignIn

IN_VAIN = 3
"""Tokens renewed in a row without the server taking the new ones either, after which its 401 is believed."""


class Credentials:
    """Made and read when they are first needed; also: addresses on further origins that get them.

    Raises UsageError where they may not be sent to `base` or one of those.
    """

    def __init__(self, connection: Connection, base: str, client_for: "ClientFor", also: tuple[str, ...] = ()) -> None:
        self._connection = connection
        self._base = base
        self._homes = {_home(each, connection) for each in (base, *also) if each}
        self._client_for = client_for
        self._lock = threading.Lock()
        self._made: SignIn | None = None
        self._in_vain = 0

    def is_home(self, url: str) -> bool:
        """Whether `url` is on a server that the credentials are for. Raises ServerFault where it is no URL."""
        return origin(url) in self._homes

    def header(self, request: Request) -> str:
        """Value of Authorization for `request`; empty elsewhere than at home, and where the request has its own."""
        if self._connection.sign_in == "none" or not self.is_home(request.url) or request.has("authorization"):
            return ""
        return self._sign_in().header()

    def renewed(self, refused: str) -> bool:
        """Whether there are others, now that the server answered `refused` with 401."""
        return bool(refused) and self._in_vain < IN_VAIN and self._sign_in().renewed(refused)

    def taken(self, accepted: bool) -> None:
        """Tell whether the server took what was renewed."""
        self._in_vain = 0 if accepted else self._in_vain + 1

    def _sign_in(self) -> "SignIn":
        with self._lock:
            if self._made is None:
                from fhircheck.transport.auth import sign_in

                self._made = sign_in(self._connection, self._base, self._client_for)
            return self._made


def _home(base: str, connection: Connection) -> Origin:
    if has_credentials(base):
        raise UsageError(f"{redacted(base)}: a user or password in a URL is not taken; see --auth, --user and --secret")
    try:
        found = origin(base)
    except ServerFault:
        raise UsageError(f"{redacted(base)}: no address of a server") from None
    if connection.sign_in != "none":
        from fhircheck.transport.auth.checks import check_server

        check_server(connection, base)
    return found
