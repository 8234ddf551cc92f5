"""A loopback reverse proxy that breaks things, decided by a seed and the number of the request; it says what it did.

    with FaultProxy("http://127.0.0.1:8080", seed=1) as proxy:
        requests.get(proxy.root + "/fhir/Patient")
    proxy.log

The same seed breaks the same request in the same way. Only GET and POST to ``_search`` are broken.
"""

import contextlib
import http.client
import socket
import struct
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any, Self
from urllib.parse import urlsplit

from tests.servers.faults import FAULTS, Node, Sound, next_link, play, search_bundle, sent

_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding", "date", "server"}


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request. fault: what happened to it, empty where nothing did. status: the server's own, 0 where it failed."""

    number: int
    method: str
    path: str
    fault: str
    status: int


class FaultProxy:
    """Stands before the server at `target` (scheme and host). root: where it is to be asked; a context manager.

    rate: share of requests that break. faults: which ones, out of FAULTS. first: requests that always pass. last: the
    number behind which all pass (so that a fetch comes to its end), 0 for none. stall: seconds of a stall.
    """

    def __init__(
        self,
        target: str,
        seed: int,
        *,
        rate: float = 0.2,
        faults: Iterable[str] = FAULTS,
        first: int = 0,
        last: int = 0,
        stall: float = 3.0,
    ) -> None:
        self.target = urlsplit(target)
        self.seed, self.rate, self.first, self.last, self.stall = seed, rate, first, last, stall
        self.faults = tuple(faults)
        assert set(self.faults) <= set(FAULTS), set(self.faults) - set(FAULTS)
        self.log: list[Exchange] = []
        self.strays: list[dict[str, str]] = []
        self.next_links: list[str] = []
        self.previous: Node | None = None
        self._number = 0
        self._lock = threading.Lock()
        self._servers = [_serving(_stranger(self)), _serving(_through(self))]
        self.stranger, self.root = (f"http://127.0.0.1:{each.server_port}" for each in self._servers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for each in self._servers:
            each.shutdown()
            each.server_close()

    def seeded(self, number: int) -> tuple[str, Random]:
        """The fault of request `number`, empty for none, and what further chance in it is taken from."""
        random = Random(f"{self.seed}:{number}")
        passes = random.random() >= self.rate or number <= self.first or (self.last and number > self.last)
        return "" if passes or not self.faults else random.choice(self.faults), random

    def numbered(self) -> int:
        with self._lock:
            self._number += 1
            return self._number

    def remember(self, bundle: Node) -> None:
        """A page that passed: lies are made of earlier ones."""
        self.previous = bundle
        if link := next_link(bundle):
            self.next_links.append(link)

    def happened(self) -> list[str]:
        """The faults that happened, in their order."""
        return [each.fault for each in self.log if each.fault]


def _serving(handler: type[BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return server


def _through(proxy: FaultProxy) -> type[BaseHTTPRequestHandler]:
    class Handler(_Connection):
        stall = proxy.stall

        def _pass(self) -> None:
            number = proxy.numbered()
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            fault, self.random = proxy.seeded(number)
            self.stranger = proxy.stranger
            if self.command != "GET" and not (self.command == "POST" and "/_search" in self.path):
                fault = ""
            sound = _asked(proxy, self, body)
            try:
                happened = _answered(proxy, self, fault, sound)
            except OSError:  # the client has gone
                happened = True
                self.cut()
            proxy.log.append(Exchange(number, self.command, self.path, fault if happened else "", sound.status))

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_HEAD = _pass

    return Handler


def _stranger(proxy: FaultProxy) -> type[BaseHTTPRequestHandler]:
    class Handler(_Connection):
        """A server that nobody should ask: it notes who did, and with which headers."""

        def _noted(self) -> None:
            proxy.strays.append({name.lower(): value for name, value in self.headers.items()})
            body = b'{"resourceType": "Bundle", "type": "searchset", "total": 0}'
            sent(self, 200, {"Content-Type": "application/fhir+json"}, body)

        do_GET = do_POST = _noted

    return Handler


def _asked(proxy: FaultProxy, wire: "_Connection", body: bytes) -> Sound:
    """What the server itself answers; 502 of our own where it does not."""
    headers = {name: value for name, value in wire.headers.items() if name.lower() not in {*_HOP, "accept-encoding"}}
    there = http.client.HTTPConnection(proxy.target.hostname or "", proxy.target.port, timeout=300)
    try:
        there.request(wire.command, wire.path, body or None, headers)
        answer = there.getresponse()
        found = {name: value for name, value in answer.getheaders() if name.lower() not in _HOP}
        return Sound(answer.status, found, answer.read(), tuple(proxy.next_links), proxy.previous)
    except (OSError, http.client.HTTPException):
        return Sound(502, {"Content-Type": "text/plain"}, b"the server behind does not answer")
    finally:
        there.close()


def _answered(proxy: FaultProxy, wire: "_Connection", fault: str, sound: Sound) -> bool:
    """Answer, as `fault` wants it; whether that happened."""
    bundle = search_bundle(sound)
    if fault:
        happened = play(fault, wire, sound)
    else:
        happened = True
        sent(wire, sound.status, sound.headers, sound.body)
    if bundle is not None:
        proxy.remember(bundle)
    return happened


class _Connection(BaseHTTPRequestHandler):
    """One connection of a client; it is the wire that faults play with."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60
    random: Random
    stall: float = 0.0
    stranger: str = ""

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            pass
        except ValueError:  # the connection was closed under the handler's hands
            if not self.rfile.closed:
                raise

    def start(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def write(self, data: bytes) -> None:
        if self.command != "HEAD":
            self.wfile.write(data)

    def cut(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def reset(self) -> None:
        """Close with a reset instead of an end."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.connection.close()

    def log_message(self, *_: Any) -> None:
        """Nothing."""
