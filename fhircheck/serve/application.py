"""The application: routes, and the guards around all of them."""

from dataclasses import dataclass, field
from typing import Any

from fhircheck.serve.access import Attempts, Token
from fhircheck.serve.access_log import AccessLog, Log
from fhircheck.serve.draining import Draining
from fhircheck.serve.fhir.negotiation import form_of_answer, language_of
from fhircheck.serve.fhir.refusal import Refused
from fhircheck.serve.fhir.service import FhirService
from fhircheck.serve.fhir.words import said
from fhircheck.serve.host_guard import HostGuard
from fhircheck.serve.origin_guard import OriginGuard
from fhircheck.serve.security_headers import SecurityHeaders
from fhircheck.serve.sessions import Sessions
from fhircheck.serve.token_guard import TokenGuard


@dataclass(frozen=True, slots=True)
class Guards:
    """What the guards know. names: host names that are ours. public: address that browsers use, if another.

    token: None where everybody who can reach the address may come in (this machine alone).
    """

    names: frozenset[str]
    sessions: Sessions
    public: str = ""
    token: Token | None = None
    attempts: Attempts = field(default_factory=Attempts)


def application(fhir: FhirService, guards: Guards, log: Log, pages: Any = None) -> Any:
    """The ASGI application. pages: routes of the local page, see `fhircheck.serve.pages`."""
    from starlette.applications import Starlette
    from starlette.routing import Route

    async def health(request: Any) -> Any:
        from starlette.responses import JSONResponse

        healthy = fhir.pool.healthy
        return JSONResponse({"status": "pass" if healthy else "fail"}, 200 if healthy else 503)

    both = ["GET", "POST"]
    routes = [
        Route("/health", health, methods=["GET"]),
        Route("/fhir/metadata", fhir.metadata, methods=["GET"]),
        Route("/fhir/$validate", fhir.validate, methods=both),
        Route("/fhir/{type}/$validate", fhir.validate, methods=both),
        Route("/fhir/{type}/{id}/$validate", fhir.validate, methods=both),
        *(pages.routes() if pages is not None else ()),
    ]
    refuse = _refusing(fhir, pages)

    async def missing(request: Any, exc: Any) -> Any:
        status = getattr(exc, "status_code", 404)
        method = request.method if request.method.isalpha() else "?"
        if status == 405:
            refused = Refused(405, "not-supported", "method", method=method[:16])
        else:
            refused = Refused(404, "not-found", "no-such-page")
        answer = refuse(request.scope, refused)
        for name, value in (getattr(exc, "headers", None) or {}).items():
            answer.headers[name] = value
        return answer

    app: Any = Starlette(routes=routes, exception_handlers={404: missing, 405: missing})
    if guards.token is not None:
        app = TokenGuard(app, guards.token, guards.attempts, guards.sessions, refuse)
    app = OriginGuard(app, guards.public, refuse)
    app = HostGuard(app, guards.names, refuse)
    return AccessLog(SecurityHeaders(Draining(app)), log)


def _refusing(fhir: FhirService, pages: Any) -> Any:
    """The function that makes the answer to what is refused: an OperationOutcome below /fhir, else a page."""

    def refuse(scope: Any, refused: Refused) -> Any:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        language = language_of(headers.get("accept-language", ""), fhir.language)
        if scope["path"].startswith("/fhir/") or pages is None:
            try:
                form = form_of_answer(headers.get("accept", ""), {})
            except Refused:
                form = "json"
            answer = fhir.refused(refused, form, language)
        else:
            answer = pages.refused(scope, refused, said(refused.key, language, **refused.values), language)
        if refused.status == 401 and scope["path"].startswith("/fhir/"):
            answer.headers["WWW-Authenticate"] = 'Bearer realm="fhircheck"'
        if refused.status == 429:
            answer.headers["Retry-After"] = "60"
        return answer

    return refuse
