"""A server on loopback that answers Bulk Data exports, with faults that a test switches on."""

import contextlib
import gzip
import json
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

FHIR = {"Content-Type": "application/fhir+json"}
OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "processing"}]}


def outcome(code: str, diagnostics: str = "") -> bytes:
    """An OperationOutcome with one issue."""
    issue = {"severity": "error", "code": code, "diagnostics": diagnostics}
    return json.dumps({"resourceType": "OperationOutcome", "issue": [issue]}).encode()


def ndjson(type_: str, ids: Iterator[int] | range | list[int], **more: Any) -> bytes:
    """Resources, one a line."""
    nodes = (
        {"resourceType": type_, "id": f"{type_[:3].lower()}{each}", "meta": {"versionId": "1"}, **more} for each in ids
    )
    return b"".join(json.dumps(each).encode() + b"\n" for each in nodes)


@dataclass
class File:
    """One file of the export and what goes wrong with it.

    breaks: after how many bytes of an answer the connection is cut, one entry for each download. statuses: answered
    instead of the data, one for each download. elsewhere: on the second port. signed: its address changes with each
    status request, and older ones are refused. moved: the first port only says where on the second it is. length:
    False to send it without a Content-Length, ended by closing.
    """

    type: str
    data: bytes
    group: str = "output"
    count: int | None = None
    breaks: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    elsewhere: bool = False
    signed: bool = False
    moved: bool = False
    length: bool = True
    packed: bool = False
    pause: float = 0.0


@dataclass(frozen=True)
class Asked:
    """One request as it arrived; second: on the second port."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    second: bool

    @property
    def token(self) -> str:
        return self.headers.get("authorization", "")


class BulkServer:
    """A Bulk Data server; change its attributes before or while a client speaks to it.

    busy: (status, headers) answered to the first kick-offs. looks: (status, headers, body) answered to status
    requests before the export is finished; `looks_for_ever` repeats the last. manifest: members that go over its own,
    None takes one out. raw: sent instead of the manifest. ranges: whether Range is understood. etag: of all files,
    empty for none. down: connections are closed without an answer.
    """

    def __init__(self, files: list[File] | None = None, token: str = "") -> None:
        self.files = files or []
        self.token = token
        self.busy: list[tuple[int, dict[str, str]]] = []
        self.looks: list[tuple[int, dict[str, str], bytes]] = []
        self.looks_for_ever = False
        self.manifest: dict[str, Any] = {}
        self.raw: bytes | None = None
        self.raw_headers = {"Content-Type": "application/json"}
        self.kick_off_headers: dict[str, str] | None = None
        self.page_size = 0
        self.ranges = True
        self.etag = '"one"'
        self.gone = False
        self.down = False
        self.requires_token: bool | None = True
        self.asked: list[Asked] = []
        self.exports = 0
        self.generation = 0
        self.looked = threading.Event()
        self._lock = threading.Lock()
        self._servers = [self._started(second) for second in (False, True)]
        self.base, self.other = (f"http://127.0.0.1:{each.server_port}/fhir" for each in self._servers)

    def __enter__(self) -> "BulkServer":
        return self

    def __exit__(self, *_: object) -> None:
        for each in self._servers:
            each.shutdown()
            each.server_close()

    def requests(self, method: str, part: str = "") -> list[Asked]:
        """What was asked by `method` with `part` in its path."""
        return [each for each in self.asked if each.method == method and part in each.path]

    def _started(self, second: bool) -> ThreadingHTTPServer:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def _any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                asked = Asked(self.command, self.path, headers, body, second)
                with outer._lock:
                    outer.asked.append(asked)
                if outer.down:
                    self.close_connection = True
                    return
                with contextlib.suppress(OSError):
                    outer._answer(self, asked)

            do_GET = do_POST = do_DELETE = _any

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: Any) -> None:
                """Quiet: clients that break off are part of the tests."""

        server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return server

    def _answer(self, handler: BaseHTTPRequestHandler, asked: Asked) -> None:
        path = asked.path.partition("?")[0]
        allowed = not self.token or asked.token == f"Bearer {self.token}"
        if "$export" in path:
            self._kick_off(handler) if allowed else send(handler, 401, FHIR, outcome("login"))
        elif path.startswith("/fhir/status/"):
            self._status(handler, asked) if allowed else send(handler, 401, FHIR, outcome("login"))
        elif found := re.fullmatch(r"/fhir/files/(\d+)(/.*)?", path):
            self._file(handler, asked, self.files[int(found[1])], allowed)
        else:
            send(handler, 404, FHIR, outcome("not-found"))

    def _kick_off(self, handler: BaseHTTPRequestHandler) -> None:
        if self.busy:
            send(handler, *self.busy.pop(0), outcome("throttled"))
            return
        self.exports += 1
        place = {"Content-Location": f"{self.base}/status/{self.exports}"}
        send(handler, 202, place if self.kick_off_headers is None else self.kick_off_headers, b"")

    def _status(self, handler: BaseHTTPRequestHandler, asked: Asked) -> None:
        self.looked.set()
        if asked.method == "DELETE":
            self.gone = True
            send(handler, 202, {}, b"")
        elif self.gone:
            send(handler, 404, FHIR, outcome("not-found"))
        elif self.looks:
            send(handler, *(self.looks[0] if self.looks_for_ever and len(self.looks) == 1 else self.looks.pop(0)))
        else:
            page = int((re.search(r"page=(\d+)", asked.path) or [0, 0])[1])
            if not page:
                self.generation += 1
            send(handler, 200, self.raw_headers, self.raw if self.raw is not None else self._manifest(page))

    def _manifest(self, page: int) -> bytes:
        node: dict[str, Any] = {
            "transactionTime": "2026-01-02T03:04:05.678+01:00",
            "request": f"{self.base}/$export",
            "requiresAccessToken": self.requires_token,
            "output": [],
            "error": [],
        }
        size = self.page_size or len(self.files) or 1
        for number, file in list(enumerate(self.files))[page * size : (page + 1) * size]:
            entry = {"type": file.type, "url": self._address(number, file)}
            node.setdefault(file.group, []).append(entry if file.count is None else {**entry, "count": file.count})
        if (page + 1) * size < len(self.files):
            node["link"] = [{"relation": "next", "url": f"{self.base}/status/1?page={page + 1}"}]
        node.update(self.manifest)
        return json.dumps({name: value for name, value in node.items() if value is not None}).encode()

    def _address(self, number: int, file: File) -> str:
        address = f"{self.other if file.elsewhere else self.base}/files/{number}"
        return f"{address}?signature=secret-{self.generation}" if file.signed else address

    def _file(self, handler: BaseHTTPRequestHandler, asked: Asked, file: File, allowed: bool) -> None:
        if file.signed and not asked.path.endswith(f"secret-{self.generation}"):
            send(handler, 403, {"Content-Type": "application/xml"}, b"<Error/>")
        elif not (file.elsewhere or asked.second) and self.requires_token and not allowed:
            send(handler, 401, FHIR, outcome("login"))
        elif file.moved and not asked.second:
            send(handler, 307, {"Location": f"{self.other.removesuffix('/fhir')}{asked.path}"}, b"")
        elif file.statuses:
            send(handler, file.statuses.pop(0), FHIR, outcome("exception"))
        else:
            self._data(handler, asked, file)

    def _data(self, handler: BaseHTTPRequestHandler, asked: Asked, file: File) -> None:
        data, status = file.data, 200
        headers = {"Content-Type": "application/fhir+ndjson"}
        if self.etag:
            headers["ETag"] = self.etag
        wanted = re.fullmatch(r"bytes=(\d+)-", asked.headers.get("range", ""))
        if wanted and self.ranges and asked.headers.get("if-range") in (None, self.etag):
            start = int(wanted[1])
            if start >= len(data):
                send(handler, 416, {"Content-Range": f"bytes */{len(data)}"}, b"")
                return
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            data, status = data[start:], 206
        elif file.packed and "gzip" in asked.headers.get("accept-encoding", ""):
            data = gzip.compress(data)
            headers["Content-Encoding"] = "gzip"
        send(handler, status, headers, data, file.breaks.pop(0) if file.breaks else None, file.length, file.pause)


def send(
    handler: BaseHTTPRequestHandler,
    status: int,
    headers: dict[str, str],
    body: bytes,
    cut: int | None = None,
    length: bool = True,
    pause: float = 0.0,
) -> None:
    """Answer; with `cut`, only so many bytes and then a broken connection."""
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    if length:
        handler.send_header("Content-Length", str(len(body)))
    else:
        handler.send_header("Connection", "close")
        handler.close_connection = True
    handler.end_headers()
    part = body if cut is None else body[:cut]
    for start in range(0, len(part), 1 << 16):
        handler.wfile.write(part[start : start + (1 << 16)])
        if pause:
            threading.Event().wait(pause)
    if cut is not None:
        handler.wfile.flush()
        handler.close_connection = True
        with contextlib.suppress(OSError):
            handler.connection.shutdown(socket.SHUT_RDWR)
