"""How the server in memory writes an answer: its form, its headers, its errors."""

import copy
import json
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Any, NamedTuple

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.definitions.type_table import TypeTable
from tests.xml_writing import document

Node = dict[str, Any]
FORMS = {
    "application/fhir+json": "json",
    "application/json": "json",
    "json": "json",
    "*/*": "json",
    "application/*": "json",
    "": "json",
    "application/fhir+xml": "xml",
    "application/xml": "xml",
    "text/xml": "xml",
    "xml": "xml",
}


class Reply(NamedTuple):
    """One answer."""

    status: int
    headers: dict[str, str]
    body: bytes


class Refused(Exception):
    """A request that is answered with an error. code: of the OperationOutcome's issue."""

    def __init__(self, status: int, code: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.headers = dict(headers or {})


def outcome(code: str) -> Node:
    """An OperationOutcome with one issue."""
    return {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": code}]}


def negotiated(headers: Mapping[str, str], query: list[tuple[str, str]], lies: set[str]) -> str:
    """``json`` or ``xml``, as _format or else Accept asks. Raises Refused (406) for any other form."""
    if "json-always" in lies:
        return "json"
    given = dict(query).get("_format")
    if given is not None and "format-ignored" not in lies:
        asked = [given.replace(" ", "+")]
    else:
        asked = headers.get("accept", "").split(",")
    parts = [each.strip().split(";") for each in asked]
    versions = [part.strip() for each in parts for part in each[1:] if part.strip().startswith("fhirVersion")]
    for each in parts:
        form = FORMS.get(each[0].strip().lower(), "")
        if form and not (form == "xml" and "xml-refused" in lies) and versions in ([], ["fhirVersion=4.0"]):
            return form
    if "accept-ignored" in lies:
        return "json"
    raise Refused(406, "not-supported")


def written(node: Node, form: str, lies: set[str], headers: Mapping[str, str] | None = None) -> Reply:
    """A resource as an answer."""
    if form == "xml":
        if "xml-differs" in lies:
            node = _poorer(node)
        return Reply(200, {"Content-Type": "application/fhir+xml;charset=utf-8", **(headers or {})}, xml(node))
    body = json.dumps(node, ensure_ascii=False).encode()
    return Reply(200, {"Content-Type": "application/fhir+json;charset=utf-8", **(headers or {})}, body)


def _poorer(node: Node) -> Node:
    found = copy.deepcopy(node)
    found.pop("meta", None)
    return found


@lru_cache(1)
def _types() -> TypeTable:
    return TypeTable(load_definitions(offline=True))


def xml(node: Node) -> bytes:
    """A resource as XML."""
    return document(node, _types())


def read(node: Node, headers: Mapping[str, str], form: str, lies: set[str]) -> Reply:
    """The answer to a read, with ETag and Last-Modified; 304 where the client has it already."""
    meta = node["meta"]
    changed = datetime.fromisoformat(meta["lastUpdated"])
    etag = f'W/"{meta["versionId"]}"'
    sent = {}
    if "no-etag" not in lies:
        sent["ETag"] = 'W/"of-something-else"' if "etag-wrong" in lies else etag
    if "no-last-modified" not in lies:
        sent["Last-Modified"] = format_datetime(changed.replace(microsecond=0), usegmt=True)
    if "no-304" not in lies and _known(headers, sent):
        return Reply(304, sent, b"")
    return written(node, form, lies, sent)


def _known(headers: Mapping[str, str], sent: Mapping[str, str]) -> bool:
    if "if-none-match" in headers:
        return headers["if-none-match"] == sent.get("ETag")
    return "if-modified-since" in headers and headers["if-modified-since"] == sent.get("Last-Modified")
