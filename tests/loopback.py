"""A scripted HTTP server on loopback, with or without TLS, for tests where the transport itself matters."""

import contextlib
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Body = bytes | Iterator[bytes]
Reply = tuple[int, Mapping[str, str], Body]


@dataclass(frozen=True)
class Asked:
    """One request as it arrived; headers: names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    peer: Any = field(default=None, compare=False)


class Loopback:
    """Answers every request by `answer`; keeps what was asked. A reply with status 0 closes the connection instead."""

    def __init__(self, answer: Callable[[Asked], Reply] | None = None, tls: ssl.SSLContext | None = None) -> None:
        self.answer = answer or (lambda asked: (404, {}, b""))
        self.asked: list[Asked] = []
        self.connections = 0
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.outer = self
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self._server.server_port
        self.origin = f"{'https' if tls else 'http'}://{'localhost' if tls else '127.0.0.1'}:{self.port}"
        self.base = f"{self.origin}/fhir"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def __enter__(self) -> "Loopback":
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def paths(self) -> list[str]:
        return [each.path for each in self.asked]

    def sent(self, header: str) -> list[str | None]:
        """The values of a header, request by request."""
        return [each.headers.get(header) for each in self.asked]


class _Server(ThreadingHTTPServer):
    outer: Loopback
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Quiet: clients are meant to go away."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def setup(self) -> None:
        self.server.outer.connections += 1
        super().setup()

    def _any(self) -> None:
        size = int(self.headers.get("content-length", 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        peer = self.connection.getpeercert() if isinstance(self.connection, ssl.SSLSocket) else None
        asked = Asked(self.command, self.path, headers, self.rfile.read(size), peer)
        self.server.outer.asked.append(asked)
        status, more, body = self.server.outer.answer(asked)
        if not status:
            self.close_connection = True
            return
        whole = isinstance(body, bytes)
        self.send_response(status)
        names = {name.lower() for name in more}
        if whole and "content-length" not in names and "transfer-encoding" not in names:
            self.send_header("Content-Length", str(len(body)))  # type: ignore[arg-type]
        if not whole or names & {"content-length", "transfer-encoding"}:
            self.send_header("Connection", "close")
            self.close_connection = True
        for name, value in more.items():
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(OSError):
            for block in [body] if isinstance(body, bytes) else body:
                self.wfile.write(block)
                self.wfile.flush()

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = _any

    def log_message(self, *_: Any) -> None:
        """Quiet."""
