"""A Bulk Data export on a server: kick-off, status, manifest, cancel (Bulk Data Access 2.0, Bulk Data Export)."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jiter import from_json

from fhircheck.sources.bulk_manifest import ExportManifest, read_manifest
from fhircheck.sources.bulk_request import ExportRequest
from fhircheck.sources.search_page import outcome_codes
from fhircheck.transport.http import Answer, ServerFault, joined, same_place
from fhircheck.transport.retry import retry_after

if TYPE_CHECKING:
    from fhircheck.transport.http import HttpClient

ASYNC = {"Accept": "application/fhir+json", "Prefer": "respond-async"}
_STATUS = {"Accept": "application/json, application/fhir+json;q=0.9"}
_POSTED = {"Content-Type": "application/fhir+json"}
# Issue codes that say "try again" (http://hl7.org/fhir/R4/valueset-issue-type.html, what is below transient).
_TRANSIENT = {"transient", "lock-error", "no-store", "exception", "timeout", "incomplete", "throttled"}
_BUSY = (429, 502, 503, 504)
_MANIFEST_PAGES = 10_000
_SHOWN = 60

Pause = Callable[[float], None]
Tell = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an export is waited for, in seconds.

    first, longest: pauses between two looks where the server names none (they double). bound: the longest pause that
    a server can ask for. whole: all pauses together. failures: looks in a row that may fail in passing.
    """

    first: float = 1.0
    longest: float = 60.0
    bound: float = 3600.0
    whole: float = 24 * 3600.0
    failures: int = 5


class BulkExport:
    """Speaks to the server at `base`; knows no files. tell: called with (X-Progress, pause) before each pause."""

    def __init__(
        self,
        client: "HttpClient",
        base: str,
        patience: Patience = Patience(),
        pause: Pause = time.sleep,
        tell: Tell = lambda progress, pause: None,
    ) -> None:
        self._client, self._base = client, base.rstrip("/")
        self._patience, self._pause, self._tell = patience, pause, tell

    def kick_off(self, request: ExportRequest) -> str:
        """Start an export and return the URL that tells its status.

        Waits where the server is busy (429, 503). Raises ServerFault: ``server-refused``, ``no-export`` (it answered
        but started none), ``status-elsewhere`` (the status is on another server).
        """
        answer = self._patiently(lambda: self._asked(request))
        if answer.status != 202:
            reason = "no-export" if answer.status < 300 else "server-refused"
            raise ServerFault(reason, answer.status, codes(answer))
        place = answer.headers.get("content-location", "")
        if not place:
            raise ServerFault("no-export", answer.status, "no Content-Location")
        url = joined(f"{self._base}/", place)
        if not same_place(url, self._base):
            raise ServerFault("status-elsewhere", answer.status)
        return url

    def manifest(self, status: str) -> ExportManifest:
        """Wait until the export is finished and return its manifest, all pages of it.

        Raises ServerFault: ``export-failed``, ``export-gone`` (404 or 410), ``export-unfinished`` (patience is over),
        ``not-a-manifest``, ``manifest-loop``, or what HttpClient raises.
        """
        manifest, seen = read_manifest(self._finished(status)), {status}
        while manifest.next:
            if manifest.next in seen or len(seen) > _MANIFEST_PAGES:
                raise ServerFault("manifest-loop")
            if not same_place(manifest.next, self._base):
                raise ServerFault("status-elsewhere")
            seen.add(manifest.next)
            manifest = manifest.joined(read_manifest(self._finished(manifest.next)))
        return manifest

    def cancel(self, status: str) -> bool:
        """Tell the server to end the export, or that its files are no longer needed; whether it took that."""
        try:
            answer = self._client.send("DELETE", status, headers=ASYNC, retried=False)
        except ServerFault:
            return False
        return answer.status in (200, 202, 204, 404, 410)

    def _asked(self, request: ExportRequest) -> Answer:
        """The answer to a kick-off; never sent twice by itself, since each one may start an export."""
        url = request.url(self._base)
        if request.by_post:
            return self._client.send("POST", url, headers={**ASYNC, **_POSTED}, body=request.body(), retried=False)
        return self._client.send("GET", url, headers=ASYNC, retried=False)

    def _patiently(self, ask: Callable[[], Answer]) -> Answer:
        """What `ask` gives, asked again as long as the server is busy."""
        waited = 0.0
        for failures in range(1, self._patience.failures + 1):
            answer = ask()
            if answer.status not in _BUSY:
                break
            pause = self._next_pause(answer, failures)
            waited += pause
            if waited > self._patience.whole:
                break
            self._tell("", pause)
            self._pause(pause)
        return answer

    def _finished(self, status: str) -> Answer:
        """The answer of the status request that is not 202."""
        looks, failures, waited = 0, 0, 0.0
        while True:
            answer, fault = self._look(status)
            if answer is not None and answer.status == 200:
                return answer
            if answer is not None and answer.status in (404, 410):
                raise ServerFault("export-gone", answer.status, codes(answer))
            running = answer is not None and answer.status in (202, 429)
            failures = 0 if running else failures + 1
            if failures > self._patience.failures or not (running or _in_passing(answer)):
                raise fault or _failed(answer)
            pause = self._next_pause(answer, looks if running else failures)
            looks, waited = looks + 1, waited + pause
            if waited > self._patience.whole:
                raise ServerFault("export-unfinished", answer.status if answer else 0)
            self._tell(_progress(answer), pause)
            self._pause(pause)

    def _look(self, status: str) -> tuple[Answer | None, ServerFault | None]:
        try:
            return self._client.send("GET", status, headers=_STATUS, retried=False), None
        except ServerFault as fault:
            return None, fault

    def _next_pause(self, answer: Answer | None, number: int) -> float:
        """As long as the server asks for, within the bound; otherwise longer from time to time."""
        named = retry_after(answer.headers.get("retry-after", "")) if answer is not None else None
        if named is not None:
            return min(max(named, self._patience.first), self._patience.bound)
        return min(self._patience.first * 2.0 ** min(number, 30), self._patience.longest)


def _failed(answer: Answer | None) -> ServerFault:
    status = answer.status if answer is not None else 0
    return ServerFault("server-refused" if status in (401, 403) else "export-failed", status, codes(answer))


def codes(answer: Answer | None) -> str:
    """Issue codes of the OperationOutcome in an answer, empty where there is none."""
    try:
        return outcome_codes(from_json(answer.body)) if answer is not None else ""
    except ValueError:
        return ""


def _in_passing(answer: Answer | None) -> bool:
    """Whether a look at the status failed in a way that says nothing of the export."""
    if answer is None or answer.status in _BUSY:
        return True
    told = set(filter(None, codes(answer).split(", ")))
    if told:
        return bool(told) and told <= _TRANSIENT
    return answer.status >= 500


def _progress(answer: Answer | None) -> str:
    """X-Progress, shortened, without anything that does not print."""
    text = answer.headers.get("x-progress", "") if answer is not None else ""
    return "".join(each if each.isprintable() else " " for each in text[:_SHOWN])
