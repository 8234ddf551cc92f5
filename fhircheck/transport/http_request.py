"""One request, and the one that a redirect asks for instead (RFC 9110, 15.4)."""

from dataclasses import dataclass, replace

from fhircheck.transport.http_url import origin, same_place
from fhircheck.transport.server_fault import ServerFault

_REDIRECT = frozenset({301, 302, 303, 307, 308})
_SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})


@dataclass(frozen=True, slots=True)
class Request:
    """follow: whether redirects are. abroad: to other hosts too, without credentials."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None = None
    follow: bool = True
    abroad: bool = False

    def has(self, header: str) -> bool:
        """Whether it has a header of that name (in lower case) itself."""
        return any(name.lower() == header for name in self.headers)

    def is_led_on(self, status: int, target: str) -> bool:
        """Whether an answer with this status and Location is a redirect to be followed."""
        return bool(target) and self.follow and status in _REDIRECT

    def led_to(self, url: str, status: int) -> "Request":
        """The request that a redirect to `url` asks for. Raises ServerFault where it is not followed.

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
            return replace(self, method="GET", url=url, headers=headers, body=None)
        return replace(self, url=url, headers=headers)
