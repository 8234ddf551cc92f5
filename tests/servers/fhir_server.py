"""A FHIR server in memory, on loopback: reads, searches, pages; and tells, one at a time, the lies of LIES.

    with FhirServer(clinic()) as server:
        requests.get(server.base + "/Patient?gender=female")

`server.asked` holds all requests. `server.routes[("GET", "/path")]` answers what a test wants answered in its own
way. `token` asks for a bearer token everywhere but at /metadata and /.well-known.
"""

import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from tests.servers.fhir_answers import Node, Refused, Reply, negotiated, outcome, read, written
from tests.servers.fhir_search import Searching, capability

LIES = {
    "ignores:NAME": "the parameter NAME filters nothing, and `self` names it all the same",
    "finds-nothing:NAME": "the parameter NAME never finds anything",
    "ignores-modifier:NAME": "the modifier (exact, not ...) is taken as if it were not there",
    "ignores-prefix:NAME": "the prefix (ge, lt ...) is taken as eq",
    "refuses:NAME": "the declared parameter NAME gets 400",
    "self-missing": "no self link",
    "self-forgets": "`self` does not name the parameters that were used",
    "self-keeps": "`self` names unknown parameters that were ignored",
    "unknown-id-200": "an unknown id gets 200 with an empty body of the type",
    "unknown-type-200": "an unknown type gets 200 with an empty Bundle",
    "deleted-404": "a deleted resource gets 404",
    "no-outcome": "errors are plain text",
    "wrong-id": "a read gives another resource",
    "vread-current": "vread gives the current version whatever is asked",
    "history-searchset": "the history is a Bundle of type searchset",
    "page-lost": "an entry is missing between pages",
    "page-repeats": "the second page begins with the last entry of the first",
    "page-loop": "the next link of the last page leads to the first",
    "next-leaks": "next links hold the search parameters",
    "next-unstable": "a next link asked twice gives other resources",
    "count-ignored": "_count is ignored",
    "sort-ignored": "_sort is ignored",
    "summary-ignored": "_summary is ignored",
    "elements-ignored": "_elements is ignored",
    "total-wrong": "total is one too many",
    "post-differs": "POST _search forgets one hit",
    "post-refused": "POST _search gets 405",
    "xml-differs": "XML leaves out an element",
    "xml-refused": "XML is not known",
    "json-always": "JSON is sent whatever is asked for",
    "format-ignored": "_format is ignored",
    "accept-ignored": "any Accept is answered",
    "content-type-ignored": "POST _search takes any Content-Type",
    "no-etag": "no ETag",
    "no-last-modified": "no Last-Modified",
    "etag-wrong": "ETag is not the versionId",
    "no-304": "conditional reads get 200",
    "strict-ignored": "Prefer: handling=strict does not refuse unknown parameters",
    "lenient-refused": "unknown parameters are refused even if lenient",
    "empty-refused": "an empty parameter value is an error",
    "date-invalid-200": "an invalid date is ignored, whatever Prefer says",
    "needs-parameters": "a search without a parameter that filters gets 400; no lie, servers may do so",
    "include-missing": "_include brings nothing",
    "revinclude-missing": "_revinclude brings nothing",
    "include-as-match": "included resources are said to be matches",
    "chain-ignored": "chained parameters filter nothing",
}


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    query: list[tuple[str, str]] = field(default_factory=list)


Route = Callable[[Asked], Reply]


class FhirServer:
    """Serves `resources` (parsed JSON) until it is closed; a context manager. base: without a slash at its end.

    lies: out of LIES, NAME filled in. deleted: ``Type/id`` that once was there: then
    histories of types are declared. token: bearer token that is asked for.
    """

    def __init__(
        self, resources: Iterable[Node], lies: Iterable[str] = (), *, deleted: Iterable[str] = (), token: str = ""
    ) -> None:
        self.lies = set(lies)
        assert all(each in LIES or each.partition(":")[0] + ":NAME" in LIES for each in self.lies), self.lies
        self.searching = Searching(list(resources), self.lies)
        self.deleted = set(deleted)
        self.token = token
        self.asked: list[Asked] = []
        self.routes: dict[tuple[str, str], Route] = {}
        self.capability = capability(self.searching.types, history=bool(self.deleted))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.base = self.searching.base = f"http://127.0.0.1:{self._server.server_port}/fhir"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, asked: Asked) -> Reply:
        """The answer to a request; errors are OperationOutcomes."""
        self.asked.append(asked)
        route = self.routes.get((asked.method, asked.path))
        try:
            if self._locked(asked):
                raise Refused(401, "login", {"WWW-Authenticate": "Bearer"})
            if route is not None:
                return route(asked)
            return self._fhir(asked)
        except Refused as refused:
            if "no-outcome" in self.lies:
                return Reply(refused.status, {"Content-Type": "text/plain", **refused.headers}, b"refused")
            body = json.dumps(outcome(refused.code)).encode()
            return Reply(refused.status, {"Content-Type": "application/fhir+json", **refused.headers}, body)

    def _locked(self, asked: Asked) -> bool:
        is_open = asked.path in ("/metadata",) or asked.path.startswith("/.well-known/")
        return bool(self.token) and not is_open and asked.headers.get("authorization") != f"Bearer {self.token}"

    def _fhir(self, asked: Asked) -> Reply:
        form = negotiated(asked.headers, asked.query, self.lies)
        steps = asked.path.strip("/").split("/")
        if steps == ["metadata"] and asked.method == "GET":
            return written(self.capability, form, self.lies)
        if steps[0] not in self.searching.types:
            if "unknown-type-200" in self.lies:
                return written({"resourceType": "Bundle", "type": "searchset", "total": 0}, form, self.lies)
            raise Refused(404, "not-supported")
        if asked.method == "POST" and steps[1:] == ["_search"]:
            return written(self._posted(asked, steps[0]), form, self.lies)
        if asked.method != "GET":
            raise Refused(405, "not-supported")
        if len(steps) == 1:
            prefer = asked.headers.get("prefer", "")
            return written(self.searching.search(steps[0], asked.query, prefer, posted=False), form, self.lies)
        if steps[1:] == ["_history"]:
            return written(self._history_of_type(steps[0]), form, self.lies)
        return self._one(asked, steps, form)

    def _posted(self, asked: Asked, type_name: str) -> Node:
        if "post-refused" in self.lies:
            raise Refused(405, "not-supported")
        kind = asked.headers.get("content-type", "").partition(";")[0]
        if kind != "application/x-www-form-urlencoded" and "content-type-ignored" not in self.lies:
            raise Refused(415, "not-supported")
        query = asked.query + parse_qsl(asked.body.decode(), keep_blank_values=True)
        return self.searching.search(type_name, query, asked.headers.get("prefer", ""), posted=True)

    def _one(self, asked: Asked, steps: list[str], form: str) -> Reply:
        """A read, vread or history of one resource."""
        name, rest = "/".join(steps[:2]), steps[2:]
        node = self.searching.by_name.get(name)
        if node is None and name in self.deleted and rest != ["_history"]:
            raise Refused(404 if "deleted-404" in self.lies else 410, "deleted")
        if node is None and name not in self.deleted:
            if "unknown-id-200" in self.lies:
                return written({"resourceType": steps[0]}, form, self.lies)
            raise Refused(404, "not-found")
        if rest == ["_history"]:
            return written(self._history(name, node), form, self.lies)
        assert node is not None
        if rest:
            version = node["meta"]["versionId"]
            if rest[0] != "_history" or (rest[1:] != [version] and "vread-current" not in self.lies):
                raise Refused(404, "not-found")
        if "wrong-id" in self.lies:
            node = {**node, "id": "another"}
        return read(node, asked.headers, form, self.lies)

    def _history_of_type(self, type_name: str) -> Node:
        names = [name for name in (*self.deleted, *self.searching.by_name) if name.startswith(type_name + "/")]
        return self._histories([self._version(name, self.searching.by_name.get(name)) for name in names])

    def _history(self, name: str, node: Node | None) -> Node:
        return self._histories([self._version(name, node)])

    def _histories(self, entries: list[Node]) -> Node:
        kind = "searchset" if "history-searchset" in self.lies else "history"
        return {"resourceType": "Bundle", "type": kind, "total": len(entries), "entry": entries}

    def _version(self, name: str, node: Node | None) -> Node:
        entry: Node = {"fullUrl": f"{self.base}/{name}", "request": {"method": "PUT", "url": name}}
        if node is None:
            entry["request"] = {"method": "DELETE", "url": name}
        else:
            entry["resource"] = node
        return {**entry, "response": {"status": "200" if node else "204", "lastModified": "2026-01-02T03:04:05Z"}}


def _handler(server: FhirServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def _answer(self) -> None:
            size = int(self.headers.get("Content-Length", 0))
            parts = urlsplit(self.path)
            asked = Asked(
                self.command,
                parts.path.removeprefix("/fhir") or "/",
                {name.lower(): value for name, value in self.headers.items()},
                self.rfile.read(size),
                parse_qsl(parts.query, keep_blank_values=True),
            )
            reply = server.answer(asked)
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(reply.body)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = do_PATCH = _answer

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    return Handler
