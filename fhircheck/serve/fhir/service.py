"""The FHIR side of the server: ``$validate`` and ``metadata`` as endpoints."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from fhircheck.serve.fhir.encoding import MEDIA, Encoder
from fhircheck.serve.fhir.negotiation import form_of_answer, form_of_body, language_of
from fhircheck.serve.fhir.outcome import refusal
from fhircheck.serve.fhir.question import Form, Question
from fhircheck.serve.fhir.refusal import Refused
from fhircheck.serve.fhir.request_body import body_of
from fhircheck.serve.fhir.worker import Answer
from fhircheck.serve.fhir.worker_pool import WorkerPool

WAITING = 64
"""Questions that may wait for a worker; more are told to come again."""


@dataclass
class FhirService:
    """What the endpoints need. capability: the CapabilityStatement. types: names of the resource types.

    limit: bytes of a body. seconds: for a body to arrive. note: is told of bugs (type and place of an exception).
    """

    pool: WorkerPool
    encoder: Encoder
    capability: dict[str, Any]
    types: frozenset[str]
    jobs: int
    limit: int
    seconds: float
    language: str
    note: Any
    _asked: int = 0
    _threads: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        self._threads = ThreadPoolExecutor(self.jobs + WAITING, "fhircheck-ask")

    async def validate(self, request: Any) -> Any:
        """``$validate`` for the system, a type or an instance: 200 with findings, whether valid or not.

        4xx and 5xx with an OperationOutcome mean that it is not known whether the resource is valid.
        """
        return await self._guarded(request, self._validated)

    async def metadata(self, request: Any) -> Any:
        """What this service can do."""
        return await self._guarded(request, self._capability)

    async def unknown(self, request: Any) -> Any:
        """Anything else below the base URL."""
        return await self._guarded(request, _nothing)

    async def _guarded(self, request: Any, answer: Any) -> Any:
        """The answer, or an OperationOutcome in the form asked for that says why there is none."""
        language = language_of(request.headers.get("accept-language", ""), self.language)
        form: Form = "json"
        try:
            form = _form(request)
            return await answer(request, form, language)
        except Refused as fault:
            return self.refused(fault, form, language)

    def refused(self, fault: Refused, form: Form, language: str) -> Any:
        """`fault` as an HTTP answer."""
        headers = {"Retry-After": "1"} if fault.status == 503 else {}
        if fault.status == 415 and fault.key == "coding":
            headers["Accept-Encoding"] = "gzip, deflate, identity"
        if fault.status in (408, 413):
            headers["Connection"] = "close"  # what has not been read of the body is not waited for
        return _response(self.encoder.encoded(refusal(fault, language), form), form, fault.status, headers)

    async def _capability(self, request: Any, form: Form, language: str) -> Any:
        return _response(self.encoder.encoded(self.capability, form, _pretty(request)), form)

    async def _validated(self, request: Any, form: Form, language: str) -> Any:
        question = await self._question(request, form, language)
        answer = await self._ask(question)
        if answer.bug:
            self.note(answer.bug)
            raise Refused(500, "exception", "died")
        return _response(answer.body, form, answer.status)

    async def _question(self, request: Any, form: Form, language: str) -> Question:
        kind = request.path_params.get("type", "")
        if kind and kind not in self.types:
            raise Refused(404, "not-found", "type-unknown", type=kind[:64] if kind.isalnum() else "(type)")
        body = await body_of(request, self.limit, self.seconds)
        if body.strip():
            form_of_body(request.headers.get("content-type", ""))
        modes = set(request.query_params.getlist("mode"))
        if len(modes) > 1:
            raise Refused(400, "invalid", "mode-twice")
        return Question(
            body,
            kind,
            request.path_params.get("id", ""),
            tuple(dict.fromkeys(request.query_params.getlist("profile"))),
            next(iter(modes), ""),
            language,
            form,
            _pretty(request),
        )

    async def _ask(self, question: Question) -> Answer:
        """Hand the question to a worker; all threads wait there, none of them here."""
        if self._asked >= self.jobs + WAITING:
            raise Refused(503, "throttled", "busy")
        self._asked += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, self.pool.ask, question)
        finally:
            self._asked -= 1

    def close(self) -> None:
        """End the workers."""
        self.pool.close()
        self._threads.shutdown(wait=False, cancel_futures=True)


async def _nothing(request: Any, form: Form, language: str) -> Any:
    if request.scope.get("wrong_method"):
        raise Refused(405, "not-supported", "method", method=request.method[:16])
    raise Refused(404, "not-found", "no-such-page")


def _form(request: Any) -> Form:
    """The form of the answer; where the client leaves it open, that of what it sent."""
    try:
        sent = form_of_body(request.headers.get("content-type", ""))
    except Refused:
        sent = "json"
    return form_of_answer(request.headers.get("accept", ""), request.query_params, sent)


def _pretty(request: Any) -> bool:
    return str(request.query_params.get("_pretty", "")).lower() == "true"


def _response(body: bytes, form: Form, status: int = 200, headers: dict[str, str] | None = None) -> Any:
    from starlette.responses import Response

    return Response(body, status, headers, media_type=MEDIA[form])
