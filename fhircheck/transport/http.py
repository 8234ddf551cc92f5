"""One HTTP session for all that talks to servers: timeouts, retries, bounded answers, nothing secret shown."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from requests import Response, Session

RETRIED = (429, 500, 502, 503, 504)
LONGEST_PAUSE = 60
REDIRECTS = 5
_BLOCK = 65_536
Given = TypeVar("Given")
# Search parameters whose values never tell about a patient or a session.
_OPEN_PARAMETERS = {
    "_count", "_elements", "_format", "_include", "_lastUpdated", "_profile", "_revinclude", "_since", "_sort",
    "_summary", "_total", "_type",
}  # fmt: skip
_PORTS = {"http": 80, "https": 443}


class ServerFault(Exception):
    """A server did not answer as asked. reason: kebab-case; status: HTTP status, 0 where there was none."""

    def __init__(self, reason: str, status: int = 0, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.detail = detail


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """Times in seconds: to connect, between two blocks of an answer, for a whole answer; its size in bytes."""

    connect: float = 10.0
    read: float = 60.0
    answer: float = 300.0
    bytes: int = 64 << 20
    retries: int = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer. url: where it came from after redirects."""

    url: str
    status: int
    content_type: str
    body: bytes


def redacted(url: str) -> str:
    """`url` as it may be shown: no user, no password, values of query parameters only where they are harmless."""
    from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

    try:
        parts = urlsplit(url)
    except ValueError:
        return "(not a URL)"
    host = parts.netloc.rpartition("@")[2]
    query = [(name, value if name in _OPEN_PARAMETERS else "***") for name, value in parse_qsl(parts.query, True)]
    return urlunsplit((parts.scheme, host, parts.path, urlencode(query, safe="*:,/|"), ""))


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port: what may be followed without being asked. Raises ServerFault for no URL."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        return parts.scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        raise ServerFault("not-a-url") from None


def joined(base: str, url: str) -> str:
    """`url` as a link of the page at `base` means it. Raises ServerFault where it is no URL."""
    from urllib.parse import urljoin

    try:
        return urljoin(base, url)
    except ValueError:
        raise ServerFault("not-a-url") from None


def same_place(url: str, base: str) -> bool:
    """Whether `url` is on the origin of `base`, or on the same host by https where `base` was http."""
    there, here = origin(url), origin(base)
    return there == here or (there[0] == "https" and here[0] == "http" and there[1] == here[1])


def open_session(limits: HttpLimits) -> "Session":
    """A requests session that tries again on 429 and 5xx, as long as Retry-After says but never over a minute."""
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.util.retry import Retry

    class PatientRetry(Retry):
        def get_retry_after(self, response: Any) -> float | None:
            pause = super().get_retry_after(response)
            return None if pause is None else min(pause, LONGEST_PAUSE)

    retry = PatientRetry(
        limits.retries, connect=1, read=1, status_forcelist=RETRIED, backoff_factor=0.5, raise_on_status=False
    )
    session = requests.Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=retry))
    return session


def get(session: "Session", url: str, limits: HttpLimits, headers: Mapping[str, str] | None = None) -> Answer:
    """Fetch `url`, following redirects on the same host only. Raises ServerFault; its text holds no URL."""
    for _ in range(REDIRECTS + 1):
        with _sent(session, url, limits, headers) as response:
            target = response.headers.get("location", "") if response.is_redirect else ""
            if not target:
                body = _body(response, limits)
                return Answer(url, response.status_code, response.headers.get("content-type", ""), body)
        following = joined(url, target)
        if not same_place(following, url):
            raise ServerFault("redirect-to-another-host", response.status_code)
        url = following
    raise ServerFault("too-many-redirects")


def post(
    session: "Session", url: str, body: bytes, limits: HttpLimits, headers: Mapping[str, str] | None = None
) -> Answer:
    """Send the FHIR resource `body` to `url`; redirects are not followed. Raises ServerFault; its text holds no URL."""
    with _faultless(
        lambda: session.post(
            url,
            data=body,
            headers={"Content-Type": "application/fhir+json", **(headers or {})},
            timeout=(limits.connect, limits.read),
            stream=True,
            allow_redirects=False,
        )
    ) as response:
        return Answer(url, response.status_code, response.headers.get("content-type", ""), _body(response, limits))


def _sent(session: "Session", url: str, limits: HttpLimits, headers: Mapping[str, str] | None) -> "Response":
    return _faultless(
        lambda: session.get(
            url, headers=headers, timeout=(limits.connect, limits.read), stream=True, allow_redirects=False
        )
    )


def _body(response: "Response", limits: HttpLimits) -> bytes:
    """The whole body, within size and time: a server that drips for ever is given up."""
    deadline = time.monotonic() + limits.answer
    blocks: list[bytes] = []
    size = 0
    source = response.iter_content(_BLOCK) if response.headers.get("content-encoding") else _dripping(response)
    while block := _faultless(lambda: next(source, b"")):
        size += len(block)
        blocks.append(block)
        if size > limits.bytes:
            raise ServerFault("answer-too-large", response.status_code)
        if time.monotonic() > deadline:
            raise ServerFault("answer-too-slow", response.status_code)
    return b"".join(blocks)


def _dripping(response: "Response") -> Any:
    """Blocks as they arrive, so that the clock is looked at even where a server sends byte by byte."""
    read = getattr(response.raw, "read1", None)
    if read is None or response.raw.headers.get("transfer-encoding"):
        return response.iter_content(_BLOCK)
    return iter(lambda: read(_BLOCK), b"")


def _faultless(call: Callable[[], Given]) -> Given:
    """What `call` gives; every fault of the network as a ServerFault whose text names no address."""
    import requests
    from urllib3.exceptions import HTTPError

    try:
        return call()
    except requests.exceptions.ConnectTimeout:
        raise ServerFault("no-connection-in-time") from None
    except (requests.exceptions.Timeout, requests.exceptions.RetryError):
        raise ServerFault("no-answer-in-time") from None
    except requests.exceptions.SSLError:
        raise ServerFault("certificate-not-accepted") from None
    except requests.exceptions.ConnectionError as fault:
        raise ServerFault("no-answer-in-time" if "timed out" in str(fault) else "no-connection") from None
    except (requests.exceptions.RequestException, HTTPError, OSError, ValueError) as fault:
        raise ServerFault("answer-broken-off", detail=type(fault).__name__) from None
