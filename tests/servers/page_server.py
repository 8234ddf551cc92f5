"""A server that pages over made-up resources as fast as it can, or with a delay: for stops, restarts and speed.

with PageServer({"Patient": 1000, "Observation": 5000}, page=100, delay=0.01) as server:
    fetch(server.base ...)
"""

import json
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from tests.servers.fhir_answers import Node


def made(kind: str, number: int) -> Node:
    """Resource `number` of the type `kind`."""
    node: Node = {"resourceType": kind, "id": f"{kind[:3].lower()}-{number}", "meta": {"versionId": "1"}}
    if kind == "Patient":
        return {**node, "gender": "female" if number % 2 else "male", "name": [{"family": f"Name{number}"}]}
    code = {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]}
    return {**node, "status": "final", "code": code, "subject": {"reference": f"Patient/pat-{number % 97}"}}


class PageServer:
    """counts: resources by type. page: resources a page. delay: seconds before each answer. make: the resources."""

    def __init__(
        self, counts: Mapping[str, int], page: int = 100, delay: float = 0.0, make: Callable[[str, int], Node] = made
    ) -> None:
        self.counts, self.page, self.delay, self.make = dict(counts), page, delay, make
        self.asked: list[str] = []
        self._known: dict[str, bytes] = {}
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self.base = f"http://127.0.0.1:{self._server.server_port}/fhir"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def body(self, path: str) -> bytes:
        """The answer to `path`, the same each time."""
        found = self._known.get(path)
        if found is None:
            found = self._known[path] = json.dumps(self._answer(path)).encode()
        return found

    def _answer(self, path: str) -> Node:
        parts = urlsplit(path)
        kind, given = parts.path.rpartition("/")[2], dict(parse_qsl(parts.query))
        if kind == "metadata":
            search = [{"code": "search-type"}]
            resources = [{"type": name, "interaction": search} for name in self.counts]
            node = {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"}
            return {**node, "rest": [{"mode": "server", "resource": resources}]}
        total = self.counts[kind]
        bundle: Node = {"resourceType": "Bundle", "type": "searchset", "total": total}
        if given.get("_summary") == "count":
            return bundle
        at = int(given.get("at", "0"))
        behind = min(at + self.page, total)
        link = [{"relation": "self", "url": f"{self.base}/{kind}"}]
        link += [{"relation": "next", "url": f"{self.base}/{kind}?at={behind}"}] if behind < total else []
        entry = [
            {"fullUrl": f"{self.base}/{kind}/{node['id']}", "resource": node, "search": {"mode": "match"}}
            for node in (self.make(kind, number) for number in range(at, behind))
        ]
        return {**bundle, "link": link, "entry": entry}


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that are killed amid a request are what this server is for."""


def _handler(server: PageServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            server.asked.append(self.path)
            time.sleep(server.delay)
            asked = f"http://{self.headers.get('Host', '')}/fhir"
            body = server.body(self.path).replace(server.base.encode(), asked.encode())
            self.send_response(200)
            self.send_header("Content-Type", "application/fhir+json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    return Handler
