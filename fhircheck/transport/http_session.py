"""The one requests session of a client: which certificates, proxies and cookies go where."""

import os
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.cookies import extract_cookies_to_jar

from fhircheck import __version__
from fhircheck.model.connection import Connection
from fhircheck.transport.http_url import is_loopback, origin

_AGENT = f"fhircheck/{__version__}"


class HttpSession(requests.Session):
    """Sends one request, without following, repeating or reading anything; safe to be used by several threads.

    Nothing is taken from .netrc. Proxies of the environment are used, but never for this machine itself.
    """

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self.trust_env = False
        self._connection = connection
        self.headers.clear()
        self.headers.update({"User-Agent": _AGENT, "Accept": "*/*", "Accept-Encoding": "gzip, deflate"})
        for scheme in ("http://", "https://"):
            self.mount(scheme, HTTPAdapter(pool_maxsize=max(connection.concurrency, 10)))

    def exchange(self, method: str, url: str, headers: dict[str, str], body: bytes | None, home: bool) -> Any:
        """The response, its body not read. home: the server the session is for: cookies are kept for it alone."""
        request = requests.Request(method, url, headers={**self.headers, **headers}, data=body)
        prepared = self.prepare_request(request) if home else request.prepare()
        host = origin(url)[1]
        response = self.get_adapter(url).send(
            prepared,
            stream=True,
            timeout=(self._connection.connect_timeout, self._connection.read_timeout),
            verify=self._trusted(),
            proxies=self._proxies(url, host),
        )
        if home:
            extract_cookies_to_jar(self.cookies, prepared, response.raw)  # type: ignore[no-untyped-call]
        return response

    def _trusted(self) -> Any:
        return (
            self._connection.ca_file or os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
        )

    def _proxies(self, url: str, host: str) -> dict[str, str]:
        if self._connection.proxy:
            return {"http": self._connection.proxy, "https": self._connection.proxy}
        return {} if is_loopback(host) else requests.utils.get_environ_proxies(url)
