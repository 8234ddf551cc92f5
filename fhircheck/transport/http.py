"""One HTTP client for all that talks to servers: timeouts, retries, bounded answers, nothing secret shown."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

from fhircheck.model.connection import DEFAULT_CONNECTION, Connection
from fhircheck.model.errors import UsageError
from fhircheck.transport.http_body import arriving, faultless, whole
from fhircheck.transport.http_url import Origin, has_credentials, joined, origin, redacted, same_place
from fhircheck.transport.rate_limit import RateLimit, Turnstile
from fhircheck.transport.retry import Tries, may_repeat
from fhircheck.transport.server_fault import ServerFault

if TYPE_CHECKING:
    from fhircheck.transport.http_session import HttpSession

__all__ = ["Answer", "HttpClient", "ServerFault", "Stream", "joined", "origin", "redacted", "same_place"]

REDIRECTS = 5
_REDIRECT = frozenset({301, 302, 303, 307, 308})
_SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer. url: where it came from after redirects. headers: names in lower case.

    seconds: from sending the last try to the last byte.
    """

    url: str
    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer whose body is still arriving. blocks: unpacked, unbounded in sum; ServerFault where it breaks off."""

    url: str
    status: int
    content_type: str
    headers: Mapping[str, str]
    blocks: Iterator[bytes]


class _Answered(Protocol):
    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...


Result = TypeVar("Result", bound=_Answered)


class HttpClient:
    """Requests to one server, from any number of threads; a context manager.

    base: the server's address; credentials and cookies go to its origin only, and nowhere where it is empty.
    Raises UsageError for a connection that makes no sense.
    """

    def __init__(self, connection: Connection = DEFAULT_CONNECTION, base: str = "") -> None:
        if has_credentials(base):
            raise UsageError(
                f"{redacted(base)}: a user or password in a URL is not taken; see --auth, --user, --secret"
            )
        self.connection = connection
        self.base = base.rstrip("/")
        self._home = _home(base) if base else None
        self._rate = RateLimit(connection.rate)
        self._turnstile = Turnstile(connection.concurrency)
        self._answering: set[Origin] = set()
        self._opening = threading.Lock()
        self._session: HttpSession | None = None

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

        retried: whether it may be sent again after a fault, by default what is harmless (see retry.py). follow:
        redirects on the same place; to another they are a fault. Raises ServerFault for what is no answer; its text
        holds no URL.
        """
        request = _Request(method.upper(), url, dict(headers or {}), body, follow)

        def once() -> Answer:
            started = time.monotonic()
            with self._turnstile, self._followed(request) as (response, where):
                content = whole(response, self.connection.answer_bytes, self.connection.answer_timeout)
            found = _lower(response.headers)
            return Answer(where, response.status_code, found.get("content-type", ""), content, found,
                          time.monotonic() - started)  # fmt: skip

        return self._repeated(request, once, retried)

    @contextmanager
    def stream(self, url: str, headers: Mapping[str, str] | None = None) -> Iterator[Stream]:
        """The answer to a GET while it arrives, for what is too large to be held.

        Redirects are followed to other hosts too (without credentials), but not from https to http. Raises
        ServerFault where no answer begins; a body that breaks off is the caller's to go on with.
        """
        request = _Request("GET", url, dict(headers or {}), None, True, abroad=True)
        with ExitStack() as held:

            def once() -> Stream:
                held.enter_context(self._turnstile)
                response, where = held.enter_context(self._followed(request))
                found = _lower(response.headers)
                return Stream(where, response.status_code, found.get("content-type", ""), found, arriving(response))

            yield self._repeated(request, once, None, held.close)

    def _repeated(
        self,
        request: "_Request",
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
    def _followed(self, request: "_Request") -> Iterator[tuple[Any, str]]:
        """The open response at the end of all redirects, and its URL."""
        for _ in range(REDIRECTS + 1):
            response = self._sent(request)
            target = response.headers.get("location", "") if response.status_code in _REDIRECT else ""
            if not target or not request.follow:
                with response:
                    yield response, request.url
                return
            response.close()
            request = request.led_to(joined(request.url, target), response.status_code)
        raise ServerFault("too-many-redirects")

    def _sent(self, request: "_Request") -> Any:
        if has_credentials(request.url):
            raise ServerFault("credentials-in-url")
        home = origin(request.url) == self._home
        self._rate.wait()
        session = self._opened()
        return faultless(lambda: session.exchange(request.method, request.url, request.headers, request.body, home))

    def _opened(self) -> "HttpSession":
        with self._opening:
            if self._session is None:
                from fhircheck.transport.http_session import HttpSession

                self._session = HttpSession(self.connection)
            return self._session


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None
    follow: bool
    abroad: bool = False

    def led_to(self, url: str, status: int) -> "_Request":
        """The request that a redirect asks for (RFC 9110, 15.4). Raises ServerFault where it is not followed.

        303 is a GET from then on; all others keep method and body, since a search without its body asks for all.
        """
        if not same_place(url, self.url):
            if not self.abroad:
                raise ServerFault("redirect-to-another-host", status)
            if origin(url)[0] != "https" and origin(self.url)[0] == "https":
                raise ServerFault("redirect-to-plain-http", status)
        headers = self.headers
        if origin(url) != origin(self.url):
            headers = {name: value for name, value in headers.items() if name.lower() not in _SECRET_HEADERS}
        if status == 303 and self.method not in ("GET", "HEAD"):
            headers = {name: value for name, value in headers.items() if not name.lower().startswith("content-")}
            return _Request("GET", url, headers, None, self.follow, self.abroad)
        return _Request(self.method, url, headers, self.body, self.follow, self.abroad)


def _home(base: str) -> Origin:
    try:
        return origin(base)
    except ServerFault:
        raise UsageError(f"{redacted(base)}: no address of a server") from None


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
