"""Where a token is needed: it, or a session that has shown it, else nothing is answered."""

from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from typing import Any

from fhircheck.serve.access import Attempts, Token
from fhircheck.serve.fhir.refusal import Refused
from fhircheck.serve.sessions import Sessions

OPEN = frozenset({"/health", "/login", "/style.css", "/icon.svg"})
"""Paths that tell nothing and need no token."""


class TokenGuard:
    """ASGI: lets in who has a session or sends the token (RFC 6750, 2.1); refuses others (401, 429 after too many)."""

    def __init__(
        self,
        app: Any,
        token: Token,
        attempts: Attempts,
        sessions: Sessions,
        refuse: Callable[[Any, Refused], Any],
    ) -> None:
        self._app = app
        self._token = token
        self._attempts = attempts
        self._sessions = sessions
        self._refuse = refuse

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        refused = self._fault(scope) if scope["type"] == "http" else None
        if refused is None:
            await self._app(scope, receive, send)
            return
        await self._refuse(scope, refused)(scope, receive, send)

    def _fault(self, scope: Any) -> Refused | None:
        """What keeps the request out, None where nothing does."""
        if scope["path"] in OPEN or self._sessions.is_open(self._sessions.id_of(cookies_of(scope))):
            return None
        sent = [value.decode("latin-1") for name, value in scope["headers"] if name == b"authorization"]
        if not sent:
            return Refused(401, "login", "token-missing")
        address = (scope.get("client") or ("",))[0]
        if self._attempts.blocked(address):
            return Refused(429, "throttled", "token-throttled")
        scheme, _, given = sent[0].partition(" ")
        if scheme.lower() == "bearer" and self._token.fits(given.strip()):
            return None
        self._attempts.wrong(address)
        return Refused(401, "login", "token-missing")


def cookies_of(scope: Any) -> dict[str, str]:
    """The cookies of a request."""
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        if name == b"cookie":
            try:
                found |= {key: each.value for key, each in SimpleCookie(value.decode("latin-1")).items()}
            except CookieError:
                continue
    return found
