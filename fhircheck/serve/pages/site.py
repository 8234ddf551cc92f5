"""The pages as routes: who may see them, what forms must bring back, what faults look like."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from importlib.resources import files
from typing import Any

from fhircheck.model.errors import FhircheckError, StoreUnusable, UsageError
from fhircheck.serve.access import Attempts, Token
from fhircheck.serve.fhir.refusal import Refused
from fhircheck.serve.fhir.request_body import body_of
from fhircheck.serve.pages import answering, assess_page, compare_page, findings_page, run_page, series_page
from fhircheck.serve.pages.rendering import render
from fhircheck.serve.pages.report_forms import MEDIA, ReportForms, file_name, report_policy
from fhircheck.serve.pages.stored import Stored
from fhircheck.serve.pages.visit import Visit, preference, visit_of
from fhircheck.serve.pages.words import say
from fhircheck.serve.sessions import Sessions

FORM_SECONDS = 10.0
Make = Callable[[Visit], Any]


@dataclass
class Site:
    """The local page. token: None where none is needed. attempts: wrong tokens, counted with those of ``$validate``.

    assessment: AnswerFile of the answers about the hospital, None where none was named.
    """

    stored: Stored
    sessions: Sessions
    language: str
    token: Token | None = None
    attempts: Attempts = field(default_factory=Attempts)
    forms: ReportForms = field(default_factory=ReportForms)
    assessment: Any = None

    def routes(self) -> list[Any]:
        """All pages."""
        from starlette.routing import Route

        base = "/series/{series}"
        pages: tuple[tuple[str, Callable[..., Any]], ...] = (
            ("/", self._overview),
            (base, self._series),
            (base + "/runs/{number:int}", self._run),
            (base + "/compare", self._compare),
            (base + "/findings", self._findings),
            (base + "/findings/{fingerprint}", self._finding),
        )
        return [
            *(Route(path, partial(self._page, make=make), methods=["GET"]) for path, make in pages),
            Route(base + "/runs/{number:int}/report/{form}", self._report, methods=["GET"]),
            Route(base + "/answers", self._answers, methods=["POST"]),
            Route("/assess", partial(self._page, make=self._assess), methods=["GET"]),
            Route("/assess/report", partial(self._page, make=self._readiness), methods=["GET"]),
            Route("/assess/{group}", partial(self._page, make=self._part), methods=["GET"]),
            Route("/assess/{group}", self._assessed, methods=["POST"]),
            Route("/login", self._login, methods=["GET", "POST"]),
            Route("/logout", self._logout, methods=["POST"]),
            Route("/style.css", partial(_file, name="style.css", media="text/css"), methods=["GET"]),
            Route("/icon.svg", partial(_file, name="icon.svg", media="image/svg+xml"), methods=["GET"]),
        ]

    def refused(self, scope: Any, refused: Refused, words: str, language: str) -> Any:
        """The answer to what a guard refused: where a token is missing, the way to the form that takes it."""
        from starlette.requests import Request
        from starlette.responses import PlainTextResponse, RedirectResponse

        request = Request(scope)
        if refused.status == 401 and request.method == "GET":
            return RedirectResponse("/login", 303)
        if refused.status in (404, 405):
            return self._answer(request, self._missing, refused.status)
        return PlainTextResponse(f"fhircheck: {words}\n", refused.status)

    async def _page(self, request: Any, make: Callable[..., Any]) -> Any:
        """A page that is only looked at."""
        from starlette.concurrency import run_in_threadpool

        chosen = preference(request, self.sessions.secure)
        if chosen is not None:
            return chosen
        return await run_in_threadpool(self._answer, request, partial(make, **request.path_params))

    def _answer(self, request: Any, make: Make, status: int = 200) -> Any:
        """The page that `make` gives, or one that says why there is none."""
        from starlette.responses import HTMLResponse

        visit = visit_of(request, self.sessions, self.language, self.token is not None)
        try:
            content = make(visit)
        except LookupError:
            content, status = self._missing(visit), 404
        except StoreUnusable as fault:
            content, status = self._fault(visit, str(fault)), 503
        except FhircheckError as fault:
            content, status = self._fault(visit, str(fault)), 400
        response = HTMLResponse(content, status) if isinstance(content, str) else content
        if visit.fresh:
            self.sessions.set_cookie(response, visit.identity)
        return response

    def _missing(self, visit: Visit) -> str:
        language = visit.language
        return render("message.html", visit, say(language, "missing"), text=say(language, "missing-why"))

    def _fault(self, visit: Visit, text: str) -> str:
        return render("message.html", visit, say(visit.language, "fault"), text=text)

    def _store(self) -> Any:
        """The store. Raises LookupError where there is none yet."""
        store = self.stored.open()
        if store is None:
            raise LookupError("store")
        return store

    def _overview(self, visit: Visit) -> str:
        return series_page.overview(visit, self.stored.open(), self.stored.name)

    def _series(self, visit: Visit, series: str) -> str:
        return series_page.series(visit, self._store(), series)

    def _run(self, visit: Visit, series: str, number: int) -> str:
        return run_page.run(visit, self._store(), series, number)

    def _compare(self, visit: Visit, series: str) -> str:
        return compare_page.compare(visit, self._store(), series)

    def _findings(self, visit: Visit, series: str) -> str:
        return findings_page.findings(visit, self._store(), series)

    def _finding(self, visit: Visit, series: str, fingerprint: str) -> str:
        return findings_page.finding(visit, self._store(), series, fingerprint)

    async def _report(self, request: Any) -> Any:
        """A stored report in one of its forms."""
        from starlette.concurrency import run_in_threadpool

        return await run_in_threadpool(self._answer, request, partial(self._in_form, **request.path_params))

    def _in_form(self, visit: Visit, series: str, number: int, form: str) -> Any:
        from starlette.responses import Response

        store = self._store()
        if store.run(series, number) is None:
            raise LookupError(series)
        read = partial(run_page.stored_report, store, series, number)
        text = self.forms.text(series, number, form, visit.language, read)
        ending, media = MEDIA[form]
        if form == "html":
            headers = {"Content-Security-Policy": report_policy(text)}
        else:
            headers = {"Content-Disposition": f'attachment; filename="{file_name(series, number)}.{ending}"'}
        return Response(text.encode("utf-8", "replace"), headers=headers, media_type=media)

    async def _form(self, request: Any) -> answering.Fields:
        """The fields of a form that was sent. Raises UsageError where it is none of this session's."""
        if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            raise UsageError("not a form that could be read")
        fields = answering.fields_of(await body_of(request, answering.FORM_BYTES, FORM_SECONDS))
        identity = self.sessions.id_of(request.cookies)
        if not self.sessions.is_own_form(identity, answering.first(fields, "form_token")):
            raise _Stale
        return fields

    async def _answers(self, request: Any) -> Any:
        """Answers to findings, then the page they came from."""
        return await self._sent(request, self._taken)

    async def _sent(self, request: Any, take: Callable[..., Any]) -> Any:
        """What `take` makes of a form of this session and the path's parameters."""
        from starlette.concurrency import run_in_threadpool

        try:
            fields = await self._form(request)
        except _Stale:
            return self._answer(request, lambda visit: self._fault(visit, say(visit.language, "form-stale")), 403)
        except (UsageError, Refused) as fault:
            text = str(fault)
            return self._answer(request, lambda visit: self._fault(visit, text), 400)
        return await run_in_threadpool(self._answer, request, partial(take, fields=fields, **request.path_params))

    def _assess(self, visit: Visit) -> str:
        return assess_page.overview(visit, self.assessment)

    def _part(self, visit: Visit, group: str) -> str:
        return assess_page.part(visit, self.assessment, group)

    def _readiness(self, visit: Visit) -> Any:
        return assess_page.report(visit, self.assessment, self.stored.open())

    async def _assessed(self, request: Any) -> Any:
        """Answers about the hospital, then the questions that follow."""
        return await self._sent(request, partial(assess_page.taken, file=self.assessment))

    def _taken(self, visit: Visit, series: str, fields: answering.Fields) -> Any:
        """Take the answers of a form; where something is missing, the page it came from with what was entered."""
        from urllib.parse import quote

        from starlette.responses import HTMLResponse, RedirectResponse

        store = self._store()
        _, standing = findings_page.latest_states(store, series)
        one = answering.first(fields, "one")
        one = one if one in {each.fingerprint for each in standing} else ""
        try:
            count = answering.take(store, series, fields, standing, visit.language)
        except UsageError as fault:
            entered, text = answering.entered(fields), str(fault)
            if one:
                content = findings_page.finding(visit, store, series, one, text, entered)
            else:
                content = findings_page.findings(visit, store, series, text, entered)
            return HTMLResponse(content, 422)
        target = f"/series/{quote(series, safe='')}/findings" + (f"/{one}" if one else "")
        return RedirectResponse(f"{target}?done={count}", 303)

    async def _login(self, request: Any) -> Any:
        """The form that takes the token, and what it sends."""
        from starlette.responses import RedirectResponse

        if self.token is None:
            return RedirectResponse("/", 303)
        chosen = preference(request, self.sessions.secure)
        if chosen is not None:
            return chosen
        if request.method != "POST":
            return self._answer(request, lambda visit: self._asking(visit, ""))
        try:
            fields = await self._form(request)
        except (_Stale, UsageError, Refused):
            return self._answer(request, lambda visit: self._asking(visit, "form-stale"), 403)
        address = (request.scope.get("client") or ("",))[0]
        if self.attempts.blocked(address):
            answer = self._answer(request, lambda visit: self._asking(visit, "token-throttled"), 429)
            answer.headers["Retry-After"] = "60"
            return answer
        if not self.token.fits(answering.first(fields, "token").strip()):
            self.attempts.wrong(address)
            return self._answer(request, lambda visit: self._asking(visit, "token-wrong"), 401)
        response = RedirectResponse("/", 303)
        self.sessions.set_cookie(response, self.sessions.open())
        return response

    def _asking(self, visit: Visit, fault: str) -> str:
        words = say(visit.language, fault) if fault else ""
        return render("login.html", visit, say(visit.language, "sign-in"), fault=words)

    async def _logout(self, request: Any) -> Any:
        """End the session."""
        from starlette.responses import RedirectResponse

        try:
            await self._form(request)
        except (_Stale, UsageError, Refused):
            return self._answer(request, lambda visit: self._fault(visit, say(visit.language, "form-stale")), 403)
        self.sessions.close(self.sessions.id_of(request.cookies))
        response = RedirectResponse("/login", 303)
        self.sessions.set_cookie(response, self.sessions.new())
        return response


class _Stale(Exception):
    """A form that no page of this session was asked for."""


async def _file(request: Any, name: str, media: str) -> Any:
    from starlette.responses import Response

    content = files("fhircheck.serve.pages").joinpath(name).read_bytes()
    return Response(content, media_type=media, headers={"Cache-Control": "no-cache"})
