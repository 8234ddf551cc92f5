"""The one requests session of a client: which certificates, proxies and cookies go where."""

import threading
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.cookies import extract_cookies_to_jar

from fhircheck import __version__
from fhircheck.model.connection import Connection
from fhircheck.transport.http_url import is_loopback, origin
from fhircheck.transport.quiet_logs import without_queries
from fhircheck.transport.tls_trust import tls_context, trusted_file

_AGENT = f"fhircheck/{__version__}"


class HttpSession(requests.Session):
    """Sends one request, without following, repeating or reading anything; safe to be used by several threads.

    Nothing is taken from .netrc. Proxies of the environment are used, but never for this machine itself.
    """

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self.trust_env = False
        self._connection = connection
        self._trusted = trusted_file(connection)
        self._adapters: dict[tuple[str, bool], HTTPAdapter] = {}
        self._making = threading.Lock()
        self.headers.clear()
        self.headers.update({"User-Agent": _AGENT, "Accept": "*/*", "Accept-Encoding": "gzip, deflate"})

    def exchange(self, method: str, url: str, headers: dict[str, str], body: bytes | None, home: bool) -> Any:
        """The response, its body not read. home: the server the session is for: it alone gets certificate and cookies.

        Raises what requests raises.
        """
        request = requests.Request(method, url, headers={**self.headers, **headers}, data=body)
        prepared = self.prepare_request(request) if home else request.prepare()
        scheme, host, _ = origin(url)
        with without_queries():
            response = self._adapter(scheme, home).send(
                prepared,
                stream=True,
                timeout=(self._connection.connect_timeout, self._connection.read_timeout),
                verify=self._trusted,
                proxies=self._proxies(url, host),
            )
        if home:
            extract_cookies_to_jar(self.cookies, prepared, response.raw)  # type: ignore[no-untyped-call]
        return response

    def close(self) -> None:
        """Close all connections."""
        super().close()
        for adapter in self._adapters.values():
            adapter.close()

    def _adapter(self, scheme: str, home: bool) -> HTTPAdapter:
        place = scheme, home and scheme == "https" and bool(self._connection.certificate)
        with self._making:
            if place not in self._adapters:
                places = max(self._connection.concurrency, 10)
                self._adapters[place] = (
                    _TlsAdapter(self._connection, place[1], places) if scheme == "https" else HTTPAdapter(10, places)
                )
            return self._adapters[place]

    def _proxies(self, url: str, host: str) -> dict[str, str]:
        if self._connection.proxy:
            return {"http": self._connection.proxy, "https": self._connection.proxy}
        return {} if is_loopback(host) else requests.utils.get_environ_proxies(url)


class _TlsAdapter(HTTPAdapter):
    """An adapter with the connection's own trust; a proxy never sees our certificate."""

    def __init__(self, connection: Connection, shown: bool, places: int) -> None:
        self._context = tls_context(connection, shown)
        self._proxy_context = tls_context(connection, False)
        super().__init__(10, places)

    def init_poolmanager(self, *args: Any, **given: Any) -> Any:
        return super().init_poolmanager(*args, ssl_context=self._context, **given)

    def proxy_manager_for(self, proxy: Any, **given: Any) -> Any:
        contexts = {"ssl_context": self._context, "proxy_ssl_context": self._proxy_context}
        return super().proxy_manager_for(proxy, **contexts, **given)
