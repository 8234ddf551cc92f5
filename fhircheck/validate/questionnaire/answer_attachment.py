"""Attachments: the MIME types and the size that the question allows."""

import re

from fhircheck.model.issue import IssueKind
from fhircheck.validate.lenient import extension, extensions, number, text
from fhircheck.validate.questionnaire.answered import Answered

BASE = "http://hl7.org/fhir/StructureDefinition/"
MEGABYTE = 1024 * 1024
# What looks like a type; anything else may be content.
_SHOWN = re.compile(r"[A-Za-z0-9.+_-]+/[A-Za-z0-9.+_-]+(?:; ?[a-z]+=[A-Za-z0-9.+_-]+)*").fullmatch

MIME_TYPE = IssueKind(
    name="response-attachment-type",
    severity="error",
    code="required",
    summary="The content type of an attachment is missing, or is none that the question allows.",
    why="Who receives the attachment expects the formats that the questionnaire names.",
    clause="http://hl7.org/fhir/R4/extension-mimetype.html",
    fix="State contentType; convert the file into one of the allowed formats.",
    english="The content type {code} is not allowed ({allowed})",
    german="Der Inhaltstyp {code} ist nicht erlaubt ({allowed})",
    failing='{"valueAttachment": {"contentType": "application/pdf"}}',
    passing='{"valueAttachment": {"contentType": "image/gif"}}',
)
SIZE = IssueKind(
    name="response-attachment-size",
    severity="error",
    code="required",
    summary="An attachment is larger than the question allows.",
    why="Systems that take the response in refuse it.",
    clause="http://hl7.org/fhir/R4/extension-maxsize.html",
    fix="Reduce the file, or give a url instead of data.",
    english="The attachment has {count} {count:byte|bytes}, at most {limit} {limit:is|are} allowed",
    german="Der Anhang hat {count} {count:Byte|Bytes}, höchstens {limit} {limit:ist|sind} erlaubt",
    failing='{"valueAttachment": {"contentType": "image/gif", "size": 9000000}}',
    passing='{"valueAttachment": {"contentType": "image/gif", "size": 9000}}',
)
KINDS = (MIME_TYPE, SIZE)


def check_attachment(answered: Answered) -> None:
    """mimeType and maxSize (in megabytes) of the question."""
    node, attachment = answered.question.node, answered.value.value
    allowed = [each.value for each in extensions(node, BASE + "mimeType") if each.value.__class__ is str]
    if allowed:
        code = text(attachment, "contentType")
        if not code or not any(_matches(code, each) for each in allowed):
            shown = code if len(code) <= 60 and _SHOWN(code) else code and "(type)"
            answered.answer.add(MIME_TYPE, code=shown or "(none)", allowed=", ".join(allowed)[:200])
    megabytes = number(extension(node, BASE + "maxSize"))
    data = text(attachment, "data")
    if megabytes is not None and megabytes > 0 and data:
        size, limit = decoded_size(data), int(megabytes * MEGABYTE)
        if size > limit:
            answered.answer.add(SIZE, count=size, limit=limit)


def _matches(code: str, pattern: str) -> bool:
    """Whether a MIME type begins as `pattern` says; ``image/*`` stands for all of its kind."""
    return code.startswith(pattern.removesuffix("*"))


def decoded_size(data: str) -> int:
    """Number of bytes that base64 text stands for, without decoding it."""
    if any(each in data for each in " \n\r\t"):
        data = "".join(data.split())
    return len(data.rstrip("=")) * 3 // 4
