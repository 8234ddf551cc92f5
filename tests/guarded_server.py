"""A FHIR server on loopback that asks for credentials, with its own token endpoint (RFC 6749, RFC 7523)."""

import base64
import json
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

import jwt

from tests.loopback import Asked, Loopback, Reply

JSON = {"Content-Type": "application/json"}
FHIR = {"Content-Type": "application/fhir+json"}
SEARCHSET = {
    "resourceType": "Bundle",
    "type": "searchset",
    "entry": [{"resource": {"resourceType": "Patient", "id": "one", "active": True}}],
}


class GuardedServer(Loopback):
    """Answers searches to whoever shows what `accepts` takes, everybody else gets 401.

    clients: client id -> secret. keys: client id -> (kid, public key, algorithm). life: seconds of a token, None to
    leave that out. configuration: what ``.well-known/smart-configuration`` says, None for 404. troubles: replies the
    token endpoint gives before it works. tokens: all it ever gave; revoked: those no longer taken.
    """

    def __init__(self, **given: Any) -> None:
        super().__init__(self._answer, **given)
        self.clients: dict[str, str] = {}
        self.keys: dict[str, tuple[str, Any, str]] = {}
        self.passwords: dict[str, str] = {}
        self.tokens: list[str] = []
        self.revoked: set[str] = set()
        self.assertions: list[dict[str, Any]] = []
        self.life: float | None = 300
        self.scope = "system/*.rs"
        self.token_url = f"{self.origin}/auth/token"
        self.configuration: dict[str, Any] | None = {"token_endpoint": self.token_url}
        self.troubles: list[Reply] = []
        self.resource: Callable[[Asked], Reply] = lambda asked: (200, FHIR, json.dumps(SEARCHSET).encode())
        self._lock = threading.Lock()
        self._given_at: dict[str, float] = {}

    @property
    def token_requests(self) -> list[Asked]:
        return [each for each in self.asked if each.path == "/auth/token"]

    def _answer(self, asked: Asked) -> Reply:
        if asked.path == "/auth/token":
            with self._lock:
                return self.troubles.pop(0) if self.troubles else self._token(asked)
        if asked.path.endswith("/.well-known/smart-configuration"):
            found = self.configuration
            return (404, {}, b"") if found is None else (200, JSON, json.dumps(found).encode())
        if self._accepts(asked.headers.get("authorization", "")):
            return self.resource(asked)
        outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "login"}]}
        return 401, {**FHIR, "WWW-Authenticate": "Bearer"}, json.dumps(outcome).encode()

    def _accepts(self, header: str) -> bool:
        kind, _, value = header.partition(" ")
        if kind == "Basic":
            user, _, password = base64.b64decode(value).decode().partition(":")
            return self.passwords.get(user) == password
        fresh = self.life is None or time.monotonic() - self._given_at.get(value, -1e9) < self.life
        return kind == "Bearer" and value in self.tokens and value not in self.revoked and fresh

    def _token(self, asked: Asked) -> Reply:
        form = dict(parse_qsl(asked.body.decode()))
        error = self._refused(asked, form)
        if error:
            return (
                401 if error == "invalid_client" else 400,
                JSON,
                json.dumps({"error": error, **self._echo(form)}).encode(),
            )
        token = f"t0ken-{len(self.tokens)}-{self.port}"
        self.tokens.append(token)
        self._given_at[token] = time.monotonic()
        life = {} if self.life is None else {"expires_in": self.life}
        return 200, JSON, json.dumps({"access_token": token, "token_type": "bearer", **life}).encode()

    def _echo(self, form: dict[str, str]) -> dict[str, str]:
        """A bad server repeats what it was sent."""
        return {"error_description": json.dumps(form)}

    def _refused(self, asked: Asked, form: dict[str, str]) -> str:
        if form.get("grant_type") != "client_credentials":
            return "unsupported_grant_type"
        known = self._signed(form) if "client_assertion" in form else self._knows(asked, form)
        if not known:
            return "invalid_client"
        return "" if form.get("scope", self.scope) == self.scope else "invalid_scope"

    def _knows(self, asked: Asked, form: dict[str, str]) -> bool:
        if "client_secret" in form:
            client, secret = form["client_id"], form["client_secret"]
        else:
            value = base64.b64decode(asked.headers.get("authorization", "").removeprefix("Basic ")).decode()
            client, _, secret = (unquote_plus(each) for each in value.partition(":"))
        return bool(secret) and self.clients.get(client) == secret

    def _signed(self, form: dict[str, str]) -> bool:
        assertion = form["client_assertion"]
        if form.get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer":
            return False
        client = jwt.decode(assertion, options={"verify_signature": False})["iss"]
        name, key, algorithm = self.keys.get(client, ("", None, ""))
        header = jwt.get_unverified_header(assertion)
        if header.get("kid") != name or header.get("typ") != "JWT":
            return False
        try:
            required = {"require": ["iss", "sub", "aud", "exp", "jti"]}
            claims = jwt.decode(assertion, key, [algorithm], options=required, audience=self.token_url)  # type: ignore[arg-type]
        except jwt.PyJWTError:
            return False
        used = claims["jti"] in {each["jti"] for each in self.assertions}
        self.assertions.append(claims)
        return not used and claims["sub"] == client and claims["exp"] - time.time() <= 300
