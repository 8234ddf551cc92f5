"""IHE MHD: Retrieve Document (ITI-68): the document is what its metadata says, in bytes, hash and type."""

import base64
import binascii
import hashlib
from collections.abc import Iterator
from typing import Any

from fhircheck.probe.asking import Asked, ask
from fhircheck.probe.probe import Probe, Probing
from fhircheck.probe.requirement import dicts
from fhircheck.probe.result import Evidence, ProbeResult
from fhircheck.probe.search_check import here
from fhircheck.probe.verdict import Verdict

DOCUMENTS = 3
_NAME = "document-retrieval"
_ABOUT = "Binary.read"
_SHOWN = "(the document's URL)"
_PARTS = ("document", "size", "hash", "contentType")
Node = dict[str, Any]


def _retrieved(probing: Probing) -> Iterator[ProbeResult]:
    attachments = list(_attachments(probing.samples.get("DocumentReference", [])))
    if not attachments:
        yield from (_verdict(part).not_tested("no-sample", type="DocumentReference") for part in _PARTS)
        return
    found = [each for each in attachments if place_of(probing, each)][:DOCUMENTS]
    if not found:
        yield from (_verdict(part).not_tested("on-another-host") for part in _PARTS)
        return
    fetched = [(each, document_of(probing, each)) for each in found]
    for part in _PARTS:
        yield _worst([judged(part, attachment, asked, content) for attachment, (asked, content) in fetched])


def _attachments(references: list[Node]) -> Iterator[Node]:
    """Attachments that name a URL; the one of a DocumentReference that is superseded may be gone."""
    for reference in references:
        if reference.get("status", "current") != "current":
            continue
        for content in dicts(reference, "content"):
            attachment = content.get("attachment")
            if isinstance(attachment, dict) and isinstance(attachment.get("url"), str):
                yield attachment


def place_of(probing: Probing, attachment: Node) -> str:
    """Where the document is; empty where that is not on this server."""
    return here(attachment["url"], probing.base + "/", probing.base)


def document_of(probing: Probing, attachment: Node) -> tuple[Asked, bytes | None]:
    """The first answer, and the document's bytes; out of the Binary where the server sends one as a resource."""
    kind = attachment.get("contentType")
    accept = kind if isinstance(kind, str) and kind else "*/*"
    url = place_of(probing, attachment)
    asked = ask(probing.client, url, headers={"Accept": accept}, shown=_SHOWN)
    if asked.status == 406:  # what it is can still be seen in another form
        other = ask(probing.client, url, headers={"Accept": "*/*"}, shown=_SHOWN)
        return asked, _content(other, "*/*")
    return asked, _content(asked, accept)


def _content(asked: Asked, accept: str) -> bytes | None:
    if not asked.ok:
        return None
    if "fhir+json" not in asked.content_type or "fhir" in accept:
        return asked.body
    binary = asked.resource("Binary")
    return _decoded(binary.get("data")) if binary else asked.body


def judged(part: str, attachment: Node, asked: Asked, content: bytes | None) -> ProbeResult:
    """One part (of _PARTS) of what the metadata says, compared with `content`, None where it could not be had."""
    verdict = _verdict(part)
    if not asked.status:
        return verdict.no_answer(asked)
    if content is None:
        refused = verdict.unmet("document-not-retrieved", asked, status=asked.status)
        return (
            refused if part == "document" else verdict.not_tested("document-not-retrieved", asked, status=asked.status)
        )
    if part == "document":
        refused = verdict.unmet("document-not-retrieved", asked, status=asked.status)
        return verdict.met(asked) if asked.ok else refused
    return {"size": _size, "hash": _hash, "contentType": _type}[part](verdict, attachment, asked, content)


def _size(verdict: Verdict, attachment: Node, asked: Asked, content: bytes) -> ProbeResult:
    size = attachment.get("size")
    if not isinstance(size, int):
        return verdict.not_tested("not-in-metadata", asked, member="size")
    evidence = _noted(asked, f"{len(content)} bytes")
    return verdict.met(evidence) if size == len(content) else verdict.unmet("document-size-differs", evidence)


def _hash(verdict: Verdict, attachment: Node, asked: Asked, content: bytes) -> ProbeResult:
    """R4 Attachment.hash: SHA-1 in base64. A digest in hexadecimal or by another method is named as such."""
    found = attachment.get("hash")
    if not isinstance(found, str):
        return verdict.not_tested("not-in-metadata", asked, member="hash")
    digest = hashlib.sha1(content, usedforsecurity=False).digest()
    if _decoded(found) == digest:
        return verdict.met(asked)
    if found.lower() == digest.hex() or _decoded(found) == digest.hex().encode():
        return verdict.unmet("document-hash-in-hexadecimal", asked)
    if _decoded(found) in (hashlib.sha256(content).digest(), hashlib.md5(content, usedforsecurity=False).digest()):
        return verdict.unmet("document-hash-not-sha1", asked)
    return verdict.unmet("document-hash-differs", asked)


def _type(verdict: Verdict, attachment: Node, asked: Asked, content: bytes) -> ProbeResult:
    wanted = attachment.get("contentType")
    if not isinstance(wanted, str):
        return verdict.not_tested("not-in-metadata", asked, member="contentType")
    if not asked.ok:
        return verdict.unmet("document-type-refused", asked)
    if "fhir+json" in asked.content_type and "fhir" not in wanted:
        return verdict.unmet("document-as-binary-resource", asked)
    same = _plain(wanted) == _plain(asked.content_type)
    return verdict.met(asked) if same else verdict.unmet("document-type-differs", asked)


def _plain(kind: str) -> str:
    return kind.partition(";")[0].strip().lower()


def _decoded(text: Any) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except (binascii.Error, ValueError):
        return None


def _noted(asked: Asked, note: str) -> Evidence:
    return asked.evidence(note)


def _verdict(part: str) -> Verdict:
    return Verdict(_NAME, f"{_ABOUT}:{part}")


def _worst(results: list[ProbeResult]) -> ProbeResult:
    """One result for several documents: any that differs decides, then any that is as it should be."""
    order = {"unmet": 0, "met": 1, "not-tested": 2}
    return min(results, key=lambda each: order[each.outcome])


DOCUMENT_RETRIEVAL = Probe(
    _NAME,
    "Documents can be had, and are what hash, size and type of their metadata say (ITI-68).",
    "https://profiles.ihe.net/ITI/MHD/ITI-68.html",
    _retrieved,
    of_actors=True,
)
