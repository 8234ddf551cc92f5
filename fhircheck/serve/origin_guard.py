"""No page of another site changes anything here or has anything checked."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from fhircheck.serve.fhir.refusal import Refused

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class OriginGuard:
    """ASGI: refuses (403) requests other than GET and HEAD that a browser sends for a page of another origin.

    Browsers say the page's origin in Origin (https://fetch.spec.whatwg.org/#origin-header) and in Sec-Fetch-Site; other
    clients send neither. public: origin of the address that browsers use where a proxy stands in front.
    """

    def __init__(self, app: Any, public: str, refuse: Callable[[Any, Refused], Any]) -> None:
        self._app = app
        self._public = origin_of(public)
        self._refuse = refuse

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE and not self.is_own(scope):
            await self._refuse(scope, Refused(403, "forbidden", "origin"))(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def is_own(self, scope: Any) -> bool:
        """Whether nothing says that the request is made for a page of another origin."""
        headers = [(name, value.decode("latin-1")) for name, value in scope["headers"]]
        hosts = [value for name, value in headers if name == b"host"]
        own = {origin_of(f"{scope['scheme']}://{host}") for host in hosts} | ({self._public} if self._public else set())
        if any(value not in ("same-origin", "none") for name, value in headers if name == b"sec-fetch-site"):
            return False
        return all(origin_of(value) in own for name, value in headers if name == b"origin")


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL, the usual port left out; empty where it has none of these."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if not parts.hostname or parts.scheme not in ("http", "https"):
        return ""
    usual = {"http": 80, "https": 443}[parts.scheme]
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != usual else "")
