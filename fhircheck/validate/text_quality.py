"""Texts as texts: wrongly decoded umlauts, control characters, more than a megabyte.

Looked for in the raw bytes of a record first; only where these look suspicious are the texts read.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from fhircheck.model.issue import IssueKind, Param, params
from fhircheck.model.path import child, item, shown_name

MOJIBAKE = IssueKind(
    name="mojibake",
    severity="warning",
    code="value",
    summary="A text was decoded with the wrong character set before it came here.",
    why="Names and terms are no longer found or matched, and models learn the garbage.",
    clause="http://hl7.org/fhir/R4/json.html#xml",
    fix="Read the source with its true character set and send UTF-8; the damage is repairable while it is uniform.",
    english="Wrongly decoded characters ({problem})",
    german="Falsch dekodierte Zeichen ({problem})",
    failing='{"resourceType": "Patient", "name": [{"family": "MÃ¼ller"}]}',
    passing='{"resourceType": "Patient", "name": [{"family": "Müller"}]}',
)

CONTROL = IssueKind(
    name="control-character",
    severity="error",
    code="value",
    summary="A text holds a control character that FHIR does not allow.",
    why="Such characters cannot be written as XML, break displays and come from broken interfaces.",
    clause="http://hl7.org/fhir/R4/datatypes.html#string",
    fix="Remove the character at its source; of the ones below U+0020 only tab, line feed and return are allowed.",
    english="Control character U+{number} is not allowed",
    german="Steuerzeichen U+{number} ist nicht erlaubt",
    failing='{"resourceType": "Patient", "name": [{"family": "Mus\\u0001ter"}]}',
    passing='{"resourceType": "Patient", "name": [{"family": "Muster"}]}',
)
TOO_LONG = IssueKind(
    name="string-too-long",
    severity="error",
    code="too-long",
    summary="A text is longer than the 1 MB that FHIR allows.",
    why="Servers refuse it.",
    clause="http://hl7.org/fhir/R4/datatypes.html#string",
    fix="Send long contents as Attachment or Binary.",
    english="Text has {length} characters, at most 1,048,576 are allowed",
    german="Text hat {length} Zeichen, erlaubt sind höchstens 1.048.576",
    failing='{"resourceType": "Patient", "name": [{"text": "(more than a million characters)"}]}',
    passing='{"resourceType": "Patient", "name": [{"text": "Anna Muster"}]}',
)
KINDS = (MOJIBAKE, CONTROL, TOO_LONG)

Fault = tuple[IssueKind, tuple[Param, ...]]

LONGEST = 1024 * 1024
# What stands in the raw text wherever a text below has one of these faults.
_ESCAPED = re.compile(rb"\\(?:u(?:00(?:[01]|[cC][23])|[fF]{3}[dD])|[bf])")
_BYTES = re.compile(rb"\xc3(?:[\x82\x83]|\xa2\xe2)")
_LOST_BYTES = "\ufffd".encode()
_REFERENCE = re.compile(rb"&#(?:x0*(?:fffd|c[23]|e2)|0*(?:65533|19[45]|226));", re.IGNORECASE)
"""The same as character references of XML."""
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_TWICE = re.compile("Ã[\u0080-\u00bf\u0178\u201e\u2013\u0153]|Â[\u00a0-\u00bf]|â€[\u0080-\u2122]")
_LOST = "\ufffd"
_ANY = re.compile(f"{_CONTROL.pattern}|{_TWICE.pattern}|{_LOST}")
TWICE = "UTF-8 read as Latin-1"
LOST = "replacement character U+FFFD"
# Base64 is no text to read, and the limit of strings is not one of narratives.
NO_TEXT, UNBOUNDED = "data", "div"


def faulty(data: bytes, node: Any) -> bool:
    """Whether a text of the record `node`, whose raw text is `data`, has a fault.

    Asked of every record: the raw text is searched first, and only where that looks suspicious are
    the single texts looked at. Escapes within the narrative are left out: it is most of the bytes of
    many resources, and what must not stand in it is the concern of the narrative rules.
    """
    if len(data) > LONGEST and any_text(node, too_long):
        return True
    if b"\\" in data:
        start, end = _narrative(data, node)
        if _ESCAPED.search(data, 0, start) or _ESCAPED.search(data, end):
            return any_text(node, _ANY.search)
    if b"&#" in data and _REFERENCE.search(data):
        return any_text(node, _ANY.search)
    if data.isascii():
        return False
    return bool(_LOST_BYTES in data or _BYTES.search(data)) and any_text(node, _ANY.search)


def _narrative(data: bytes, node: Any) -> tuple[int, int]:
    """Span of `data` that lies within the narrative: as long as its text, which escapes only lengthen."""
    text = node.get("text") if node.__class__ is dict and "contained" not in node else None
    div = text.get("div") if text.__class__ is dict else None
    start = data.find(b'"div"') if isinstance(div, str) else -1
    return (start, start + len(str(div))) if start >= 0 else (len(data), len(data))


def faults(text: str, bounded: bool = True) -> Iterator[Fault]:
    """What is wrong with `text`; bounded: whether the limit of 1 MB holds for it."""
    control = _CONTROL.search(text)
    if control:
        yield CONTROL, params(number=f"{ord(control[0]):04X}")
    if bounded and len(text) > LONGEST:
        yield TOO_LONG, params(length=len(text))
    if _TWICE.search(text):
        yield MOJIBAKE, params(problem=TWICE)
    elif _LOST in text:
        yield MOJIBAKE, params(problem=LOST)


def too_long(text: str) -> bool:
    """Whether `text` is longer than FHIR allows."""
    return len(text) > LONGEST


def any_text(node: Any, test: Callable[[str], object]) -> bool:
    """Whether any text below `node` passes `test`; without recursion and without places, so that it is fast."""
    waiting = [node]
    while waiting:
        value = waiting.pop()
        if value.__class__ is dict:
            waiting.extend(value.values())
        elif value.__class__ is list:
            waiting.extend(value)
        elif value.__class__ is str and test(value):
            return True
    return False


def find(node: Any, expression: str) -> Iterator[tuple[str, Fault]]:
    """(expression, fault) of every text below `node` that has one."""
    if node.__class__ is str:
        for fault in faults(node, not expression.endswith(f".{UNBOUNDED}")):
            yield expression, fault
    elif node.__class__ is dict:
        for name, value in node.items():
            if name != NO_TEXT:
                yield from find(value, child(expression, shown_name(name.removeprefix("_"))))
    elif node.__class__ is list:
        for index, value in enumerate(node):
            yield from find(value, item(expression, index))
