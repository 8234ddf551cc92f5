"""Tokens from an OAuth 2 token endpoint by client credentials (RFC 6749, 4.4), kept and renewed in time."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

from fhircheck.model.connection import Connection
from fhircheck.transport.auth.bearer import TOKEN
from fhircheck.transport.auth.confidential import is_confidential
from fhircheck.transport.auth.sign_in import ClientFor
from fhircheck.transport.http_url import has_credentials, origin
from fhircheck.transport.server_fault import ServerFault

CONFIGURATION = ".well-known/smart-configuration"
MARGIN = 30.0
"""Seconds before its end that a token is renewed; a fifth of its life where that is less."""

_BUSY = frozenset({408, 429, 500, 502, 503, 504})
# Registered errors of OAuth 2 (IANA, OAuth Extensions Error): a server's own words are not shown.
_ERRORS = frozenset({
    "access_denied", "insufficient_scope", "invalid_client", "invalid_dpop_proof", "invalid_grant", "invalid_request",
    "invalid_scope", "invalid_target", "invalid_token", "server_error", "slow_down", "temporarily_unavailable",
    "unauthorized_client", "unsupported_grant_type", "use_dpop_nonce",
})  # fmt: skip

Metadata = dict[str, Any]
Authenticate = Callable[[str, Metadata], tuple[dict[str, str], dict[str, str]]]
"""(token URL, what the server says of itself) -> parameters and headers that prove who the client is."""


class TokenSignIn:
    """Gets a token when one is needed, before it ends, and once more when the server refuses it.

    authenticate: may raise ServerFault where the server says that it does not take this proof. own_host: whether the
    token endpoint that a server names must be on its own host, since it is sent the secret itself.
    """

    def __init__(
        self, connection: Connection, base: str, client_for: ClientFor, authenticate: Authenticate, own_host: bool
    ) -> None:
        self._connection = connection
        self._base = base
        self._client_for = client_for
        self._authenticate = authenticate
        self._own_host = own_host
        self._lock = threading.Lock()
        self._endpoint: tuple[str, Metadata] | None = None
        self._header = ""
        self._until = 0.0

    def header(self) -> str:
        with self._lock:
            if not self._header or time.monotonic() >= self._until:
                self._header, self._until = self._token()
            return self._header

    def renewed(self, refused: str) -> bool:
        """Forget the refused token; one that another thread has renewed meanwhile is kept."""
        with self._lock:
            if self._header == refused:
                self._header = ""
        return True

    def _token(self) -> tuple[str, float]:
        """Header and moment of its renewal. Raises ServerFault."""
        if self._endpoint is None:
            self._endpoint = self._found()
        url, metadata = self._endpoint
        proof, headers = self._authenticate(url, metadata)
        scope = {"scope": self._connection.scopes} if self._connection.scopes else {}
        asked = time.monotonic()
        answer = self._asked(url, {"grant_type": "client_credentials", **scope, **proof}, headers)
        token, life = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not TOKEN.fullmatch(token):
            raise ServerFault("sign-in-failed", 200, "answer-without-token")
        if str(answer.get("token_type", "")).lower() != "bearer":
            raise ServerFault("sign-in-failed", 200, "token-type-unknown")
        return f"Bearer {token}", asked + _use(life)

    def _asked(self, url: str, form: dict[str, str], headers: dict[str, str]) -> Metadata:
        from urllib.parse import urlencode

        kind = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        client = self._client_for(url)
        try:  # not tried again here: a proof is good for one use; the request it is for is tried again
            answer = client.send(
                "POST", url, headers={**kind, **headers}, body=urlencode(form).encode(), retried=False, follow=False
            )
        except ServerFault as fault:
            raise _unavailable(fault) from None
        found = _object(answer.body)
        if answer.status == 200:
            return found
        error = found.get("error")
        code = error if isinstance(error, str) and error in _ERRORS else ""
        raise ServerFault("sign-in-unavailable" if answer.status in _BUSY else "sign-in-failed", answer.status, code)

    def _found(self) -> tuple[str, Metadata]:
        """The token endpoint, as it was named or as the server names it (SMART App Launch, 2.0.0 Conformance)."""
        if self._connection.token_url:
            return self._connection.token_url, {}
        try:
            answer = self._client_for(self._base).get(f"{self._base}/{CONFIGURATION}", {"Accept": "application/json"})
        except ServerFault as fault:
            raise _unavailable(fault) from None
        metadata = _object(answer.body) if answer.status == 200 else {}
        url = metadata.get("token_endpoint")
        if not isinstance(url, str):
            reason = "sign-in-unavailable" if answer.status in _BUSY else "sign-in-failed"
            raise ServerFault(reason, answer.status, f"no token_endpoint in {CONFIGURATION}; name it with --token-url")
        if has_credentials(url) or not is_confidential(url, self._connection):
            raise ServerFault("sign-in-failed", 0, "the server names a token endpoint without https")
        if self._own_host and origin(url)[1] != origin(self._base)[1]:
            detail = "the server names a token endpoint on another host; if it is right, name it with --token-url"
            raise ServerFault("sign-in-failed", 0, detail)
        return url, metadata


def _use(life: Any) -> float:
    """Seconds a token is used: somewhat less than it lives, for ever where nothing is said of that."""
    if isinstance(life, str) and life.isdecimal():
        life = int(life)
    if isinstance(life, bool) or not isinstance(life, int | float) or not life >= 0:
        return float("inf")
    return float(life - min(MARGIN, life / 5))


def _unavailable(fault: ServerFault) -> ServerFault:
    passing = fault.reason in ("connection-broken", "answer-broken-off", "no-answer-in-time")
    return ServerFault("sign-in-unavailable" if passing else "sign-in-failed", fault.status, fault.reason)


def _object(body: bytes) -> Metadata:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
