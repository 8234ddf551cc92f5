"""One HTTP client for all that talks to servers: timeouts, retries, bounded answers, nothing secret shown."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from fhircheck.model.connection import DEFAULT_CONNECTION, Connection
from fhircheck.transport.credentials import Credentials
from fhircheck.transport.http_answer import Answer, Stream, lower
from fhircheck.transport.http_body import arriving, faultless, whole
from fhircheck.transport.http_request import Request
from fhircheck.transport.http_url import Origin, has_credentials, joined, origin, redacted, same_place
from fhircheck.transport.rate_limit import RateLimit, Turnstile
from fhircheck.transport.retry import Tries, may_repeat
from fhircheck.transport.server_fault import ServerFault

if TYPE_CHECKING:
    from fhircheck.transport.http_session import HttpSession

__all__ = ["Answer", "HttpClient", "ServerFault", "Stream", "joined", "origin", "redacted", "same_place"]

REDIRECTS = 5
_TOKEN_ANSWER = 1 << 20
Result = TypeVar("Result", Answer, Stream)


class HttpClient:
    """Requests to one server, from any number of threads; a context manager.

    base: the server's address; credentials, client certificate and cookies go to its origin only, and nowhere where
    it is empty. also: addresses of further servers that get them as well, since the user named them. Raises UsageError
    where the connection's credentials may not be sent there.
    """

    def __init__(self, connection: Connection = DEFAULT_CONNECTION, base: str = "", also: tuple[str, ...] = ()) -> None:
        self.connection = connection
        self.base = base.rstrip("/")
        self._credentials = Credentials(connection, self.base, self._without_sign_in, also)
        self._rate = RateLimit(connection.rate)
        self._turnstile = Turnstile(connection.concurrency)
        self._answering: set[Origin] = set()
        self._opening = threading.Lock()
        self._session: HttpSession | None = None
        self._others: dict[str, HttpClient] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections; the client opens new ones where it is used again."""
        with self._opening:
            if self._session is not None:
                self._session.close()
            self._session = None
            for other in self._others.values():
                other.close()

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """The answer to a GET; see `send`."""
        return self.send("GET", url, headers=headers)

    def post(self, url: str, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        """The answer to a POST, whose body is a FHIR resource unless `headers` say otherwise; see `send`."""
        given = {name.lower() for name in headers or ()}
        kind = {} if "content-type" in given else {"Content-Type": "application/fhir+json"}
        return self.send("POST", url, headers={**kind, **(headers or {})}, body=body)

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        retried: bool | None = None,
        follow: bool = True,
    ) -> Answer:
        """The whole answer, whatever its HTTP status.

        retried: whether it may be sent again after it may have arrived, by default what is harmless (see retry.py).
        follow: redirects on the same place; to another they are a fault. Raises ServerFault for what is no answer;
        its text holds no URL. Raises UsageError where a secret or a certificate of the connection is unusable.
        """
        request = Request(method.upper(), url, dict(headers or {}), body, follow)

        def once() -> Answer:
            with self._turnstile:
                started = time.monotonic()
                with self._followed(request) as (response, where):
                    content = whole(response, self.connection.answer_bytes, self.connection.answer_timeout)
            found = lower(response.headers)
            kind, seconds = found.get("content-type", ""), time.monotonic() - started
            return Answer(where, response.status_code, kind, content, found, seconds)

        return self._repeated(request, once, retried)

    @contextmanager
    def stream(self, url: str, headers: Mapping[str, str] | None = None) -> Iterator[Stream]:
        """The answer to a GET while it arrives, for what is too large to be held.

        Redirects are followed to other hosts too (without credentials), but not from https to http. Raises
        ServerFault where no answer begins; a body that breaks off is the caller's to go on with.
        """
        request = Request("GET", url, dict(headers or {}), abroad=True)
        with ExitStack() as held:

            def once() -> Stream:
                held.enter_context(self._turnstile)
                response, where = held.enter_context(self._followed(request))
                found = lower(response.headers)
                return Stream(where, response.status_code, found.get("content-type", ""), found, arriving(response))

            yield self._repeated(request, once, None, held.close)

    def _repeated(
        self,
        request: Request,
        once: Callable[[], Result],
        retried: bool | None,
        discard: Callable[[], None] = lambda: None,
    ) -> Result:
        """Try `once` until it gives what stands; `discard` lets go of what a try holds."""
        place = origin(request.url)
        repeatable = may_repeat(request.method, request.url) if retried is None else retried
        tries = Tries(self.connection.retries, self.connection.longest_pause, repeatable, place in self._answering)
        while True:
            try:
                answer = once()
                self._answering.add(place)
                pause = tries.after_answer(answer.status, answer.headers)
                if pause is None:
                    return answer
            except ServerFault as fault:
                pause = tries.after_fault(fault)
                if pause is None:
                    raise
            discard()
            time.sleep(pause)

    @contextmanager
    def _followed(self, request: Request) -> Iterator[tuple[Any, str]]:
        """The open response at the end of all redirects, and its URL."""
        for _ in range(REDIRECTS + 1):
            with self._sent(request) as response:
                target = response.headers.get("location", "")
                if not request.is_led_on(response.status_code, target):
                    yield response, request.url
                    return
            request = request.led_to(joined(request.url, target), response.status_code)
        raise ServerFault("too-many-redirects")

    def _sent(self, request: Request) -> Any:
        """The open response; of a second request where the server refused credentials that can be renewed."""
        if has_credentials(request.url):
            raise ServerFault("credentials-in-url")
        if origin(request.url)[0] not in ("http", "https"):
            raise ServerFault("not-a-url")
        header = self._credentials.header(request)
        response = self._exchanged(request, header)
        if response.status_code != 401 or not self._credentials.renewed(header):
            return response
        response.close()
        response = self._exchanged(request, self._credentials.header(request))
        self._credentials.taken(response.status_code != 401)
        return response

    def _exchanged(self, request: Request, authorization: str) -> Any:
        headers = {**request.headers, "Authorization": authorization} if authorization else request.headers
        home = self._credentials.is_home(request.url)
        self._rate.wait()
        session = self._opened()
        return faultless(lambda: session.exchange(request.method, request.url, headers, request.body, home))

    def _opened(self) -> "HttpSession":
        with self._opening:
            if self._session is None:
                from fhircheck.transport.http_session import HttpSession

                self._session = HttpSession(self.connection)
            return self._session

    def _without_sign_in(self, url: str) -> "HttpClient":
        """The client for a token endpoint: the same certificates and proxy, no credentials of its own."""
        with self._opening:
            if url not in self._others:
                plain = replace(self.connection, sign_in="none", answer_bytes=_TOKEN_ANSWER, rate=0.0)
                self._others[url] = HttpClient(plain, url)
            return self._others[url]
