"""Writing for the server in memory: create, conditional update, delete, transactions; and lies about them."""

import base64
import json
import uuid
from typing import Any

from tests.servers.fhir_answers import Node, Reply
from tests.servers.fhir_server import Asked, FhirServer
from tests.servers.probed import replied

TYPES = ("Patient", "DocumentReference", "List", "Binary", "AuditEvent")


class Written:
    """What was written to a server. lies: see the tests; kept: ``Type/id`` -> resource."""

    def __init__(self, server: FhirServer, *lies: str) -> None:
        self.server, self.lies, self.kept = server, lies, {}
        plain = server.answer

        def answer(asked: Asked) -> Reply:
            server.asked.append(asked)
            reply = self._answer(asked)
            if reply is not None:
                return reply
            server.asked.pop()
            return plain(asked)

        server.answer = answer
        rest = server.capability["rest"][0]
        rest["interaction"] = [{"code": "transaction"}]
        codes = [{"code": code} for code in ("read", "create", "update", "delete", "search-type")]
        rest["resource"] = [{"type": kind, "interaction": codes, "conditionalUpdate": True} for kind in TYPES]

    def _answer(self, asked: Asked) -> Reply | None:
        name = asked.path.strip("/")
        if asked.method == "POST" and not name:
            return self._transaction(json.loads(asked.body))
        if asked.method == "POST" and name in TYPES:
            return self._created(self.keep(json.loads(asked.body)))
        if asked.method == "PUT":
            return self._updated(asked)
        if asked.method == "DELETE":
            return self._deleted(name)
        if asked.method == "GET" and name in TYPES and "identifier" in dict(asked.query):
            return self._found(name, dict(asked.query)["identifier"])
        return self._read(name, asked) if asked.method == "GET" else None

    def keep(self, node: Node) -> str:
        name = f"{node['resourceType']}/{uuid.uuid4()}"
        if node["resourceType"] == "DocumentReference":
            attachment = node["content"][0]["attachment"]
            if "data" in attachment:
                document = {"resourceType": "Binary", "contentType": "text/plain", "data": attachment.pop("data")}
                attachment["url"] = self.keep(document)
            if "no-url" in self.lies:
                attachment.pop("url", None)
            if "elsewhere" in self.lies:
                attachment["url"] = "https://archive.example.org/1"
            if "hash-lost" in self.lies:
                attachment["hash"] = base64.b64encode(b"x" * 20).decode()
        if node["resourceType"] == "Binary" and "document-changed" in self.lies:
            node["data"] = base64.b64encode(b"something else").decode()
        if "forgets" not in self.lies:
            self.kept[name] = {**node, "id": name.split("/")[1]}
        return name

    def _created(self, name: str) -> Reply:
        if "not-created" in self.lies:
            return replied({"resourceType": "OperationOutcome"}, 422)
        if "other-location" in self.lies:
            return replied(None, 201, location=f"{self.server.base}/Patient/p0")
        headers = {} if "no-location" in self.lies else {"location": f"{self.server.base}/{name}/_history/1"}
        return replied(None if "no-body" in self.lies else self.kept.get(name), 201, **headers)

    def _transaction(self, bundle: Node) -> Reply:
        if "refused" in self.lies:
            return replied({"resourceType": "OperationOutcome"}, 400)
        names = {entry["fullUrl"]: "" for entry in bundle["entry"]}
        for entry in bundle["entry"]:
            text = json.dumps(entry["resource"])
            for url, name in names.items():
                text = text.replace(url, name) if name else text
            names[entry["fullUrl"]] = self.keep(json.loads(text))
        if "lost" in self.lies:
            return Reply(500, {}, b"broken")
        entries: list[Node] = [
            {"response": {"status": "201 Created", "location": f"{name}/_history/1"}} for name in names.values()
        ]
        if "no-locations" in self.lies:
            entries = [{"response": {"status": "201"}} for _ in names]
        if "one-refused" in self.lies:
            entries[-1] = {"response": {"status": "409"}}
        kind = "batch-response" if "batch" in self.lies else "transaction-response"
        return replied({"resourceType": "Bundle", "type": kind, "entry": entries})

    def _updated(self, asked: Asked) -> Reply:
        node = json.loads(asked.body)
        same = [name for name, each in self.kept.items() if each.get("identifier") == node["identifier"]]
        if same and "second" not in self.lies:
            if "second-refused" in self.lies:
                return replied(status=412)
            self.kept[same[0]] = {**node, "id": same[0].split("/")[1]}
            return replied(self.kept[same[0]], 200)
        name = self.keep(node)
        if same:
            return replied(self.kept[name], 200, location=f"{self.server.base}/{name}")
        return self._created(name)

    def _deleted(self, name: str) -> Reply:
        if "keeps" in self.lies:
            return replied({"resourceType": "OperationOutcome"}, 405)
        if "integrity" in self.lies and any(name in json.dumps(each) for each in self.kept.values()):
            return replied({"resourceType": "OperationOutcome"}, 409)
        return replied(status=204 if self.kept.pop(name, None) else 404)

    def _found(self, kind: str, token: str) -> Reply:
        hits = [
            each
            for name, each in self.kept.items()
            if name.startswith(kind + "/")
            and any(f"{one['system']}|{one['value']}" == token for one in each.get("identifier", []))
        ]
        if "finds-strangers" in self.lies:
            hits = [self.server.searching.by_name["Patient/p0"]]
        entry = [{"resource": each, "search": {"mode": "match"}} for each in hits]
        return replied({"resourceType": "Bundle", "type": "searchset", "total": len(hits), "entry": entry})

    def _read(self, name: str, asked: Asked) -> Reply | None:
        node: Any = self.kept.get(name) or self.server.searching.by_name.get(name)
        if node is None:
            return replied({"resourceType": "OperationOutcome"}, 404) if name.count("/") == 1 else None
        if node["resourceType"] == "Binary" and "fhir" not in asked.headers.get("accept", ""):
            return Reply(200, {"Content-Type": node["contentType"]}, base64.b64decode(node["data"]))
        return replied(node)
