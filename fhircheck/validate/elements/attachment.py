"""Attachment: size and hash against the data it carries: http://hl7.org/fhir/R4/datatypes.html#Attachment."""

import binascii
import hashlib
from typing import Any

from fhircheck.assertions.assertion import Findings, Surroundings
from fhircheck.assertions.primitive_format import is_base64
from fhircheck.model.issue import IssueKind

CLAUSE = "http://hl7.org/fhir/R4/datatypes.html#Attachment"
ANY_CONTENT = frozenset({"data", "url", "contentType", "language"})

SIZE = IssueKind(
    name="attachment-size",
    severity="error",
    code="invalid",
    summary="The stated size of an attachment is not that of its data.",
    why="Either the data is damaged or cut off, or the size was counted in base64 characters.",
    clause=CLAUSE,
    fix="State the number of bytes of the content as it is before base64.",
    english="Stated size {stated}, the data has {actual} {actual:byte|bytes}",
    german="Angegebene Größe {stated}, die Daten haben {actual} {actual:Byte|Bytes}",
    failing='{"contentType": "text/plain", "data": "SGFsbG8=", "size": 8}',
    passing='{"contentType": "text/plain", "data": "SGFsbG8=", "size": 5}',
)
HASH = IssueKind(
    name="attachment-hash",
    severity="error",
    code="invalid",
    summary="The stated hash of an attachment is not that of its data.",
    why="Either the data was changed, or the hash is not the base64 of a SHA-1.",
    clause=CLAUSE,
    fix="State the base64 of the 20 bytes of the SHA-1 of the content as it is before base64.",
    english="The stated SHA-1 is not that of the data",
    german="Die angegebene SHA-1-Summe ist nicht die der Daten",
    failing='{"contentType": "text/plain", "data": "SGFsbG8=", "hash": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="}',
    passing='{"contentType": "text/plain", "data": "SGFsbG8=", "hash": "Wdmm3wa59hD3244DaJbtA2YtFo8="}',
)
UNDECODABLE = IssueKind(
    name="attachment-data",
    severity="error",
    code="invalid",
    summary="The data of an attachment cannot be decoded as base64.",
    why="Nobody can open it.",
    clause=CLAUSE,
    fix="Encode the content as base64 (RFC 4648 section 4), without blanks.",
    english="The data is not valid base64",
    german="Die Daten sind kein gültiges Base64",
    failing='{"contentType": "text/plain", "data": "SGFs bG8="}',
    passing='{"contentType": "text/plain", "data": "SGFsbG8="}',
)
EMPTY = IssueKind(
    name="attachment-empty",
    severity="warning",
    code="invalid",
    summary="An attachment has neither data nor an address, nor does it say what would be there.",
    why="There is nothing to open.",
    clause=CLAUSE,
    fix="Add data or url, or say contentType or language of what is missing.",
    english="An attachment needs data or url, or at least contentType or language",
    german="Ein Attachment braucht data oder url, oder wenigstens contentType oder language",
    failing='{"title": "Befund"}',
    passing='{"title": "Befund", "url": "https://example.org/befund.pdf"}',
)
KINDS = (SIZE, HASH, UNDECODABLE, EMPTY)


def holds(value: dict[str, Any], around: Surroundings) -> bool:
    """Whether data, size and hash of an Attachment agree."""
    return not _faults(value)


def explain(value: dict[str, Any], expression: str, findings: Findings, around: Surroundings) -> None:
    """Report what `holds` stumbles over."""
    for kind, shown in _faults(value):
        findings.add(kind, expression, "Attachment", value=None, severity=None, **shown)


def _faults(value: dict[str, Any]) -> list[tuple[IssueKind, dict[str, int]]]:
    data = value.get("data")
    if data.__class__ is not str:
        return [(EMPTY, {})] if ANY_CONTENT.isdisjoint(value) else []
    content = decoded(str(data))
    if content is None:
        return [(UNDECODABLE, {})] if is_base64(data) else []  # what is no base64 at all is said of the data itself
    found: list[tuple[IssueKind, dict[str, int]]] = []
    size, stated = value.get("size"), value.get("hash")
    if size.__class__ is int and size != len(content):
        found.append((SIZE, {"stated": int(str(size)), "actual": len(content)}))
    if stated.__class__ is str:
        expected = decoded(str(stated))
        if expected is not None and expected != hashlib.sha1(content, usedforsecurity=False).digest():
            found.append((HASH, {}))
    return found


def decoded(text: str) -> bytes | None:
    """The bytes of base64 without blanks, None where it is none."""
    try:
        return binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
