"""A tiny HTTP proxy on loopback: forwards plain requests, tunnels TLS by CONNECT, keeps what it was asked and shown."""

import contextlib
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


class LoopbackProxy:
    """asked: ``METHOD target`` of each request. headers: what it saw. wants: Proxy-Authorization it insists on."""

    def __init__(self, wants: str = "") -> None:
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.wants = wants
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.outer = self
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def __enter__(self) -> "LoopbackProxy":
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    outer: LoopbackProxy
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Quiet."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def _noted(self) -> bool:
        outer = self.server.outer
        outer.asked.append(f"{self.command} {self.path}")
        outer.headers.append({name.lower(): value for name, value in self.headers.items()})
        if outer.wants and self.headers.get("proxy-authorization") != outer.wants:
            self.send_response(407)
            self.send_header("Proxy-Authenticate", "Basic")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return False
        return True

    def do_CONNECT(self) -> None:
        if not self._noted():
            return
        host, _, port = self.path.rpartition(":")
        with socket.create_connection((host, int(port))) as there:
            self.send_response(200)
            self.end_headers()
            back = threading.Thread(target=_copy, args=(there, self.connection), daemon=True)
            back.start()
            _copy(self.connection, there)
            back.join(5)

    def do_GET(self) -> None:
        if not self._noted():
            return
        parts = urlsplit(self.path)
        with socket.create_connection((parts.hostname, parts.port)) as there:  # type: ignore[arg-type]
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            own = "".join(
                f"{name}: {value}\r\n" for name, value in self.headers.items() if name.lower() != "connection"
            )
            there.sendall(f"GET {path} HTTP/1.1\r\n{own}Connection: close\r\n\r\n".encode())
            self.close_connection = True
            while block := there.recv(65536):
                self.wfile.write(block)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while block := source.recv(65536):
            target.sendall(block)
        target.shutdown(socket.SHUT_WR)
