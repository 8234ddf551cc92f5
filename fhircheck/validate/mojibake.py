"""Umlauts that were decoded wrongly on the way: UTF-8 read as Latin-1 or Windows-1252, or lost altogether."""

import re
from collections.abc import Iterator
from typing import Any

from fhircheck.model.issue import IssueKind
from fhircheck.model.path import child, item, shown_name

KIND = IssueKind(
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

# UTF-8 bytes that stand in the text wherever one of the patterns below does; also as JSON escapes.
_HINTS = (b"\xc3\x83", b"\xc3\xa2\xe2\x82\xac", b"\xef\xbf\xbd", b"\\u00c3", b"\\u00C3", b"\\ufffd", b"\\uFFFD")
_TWICE = re.compile("Ã[\u0080-\u00bf\u0178\u201e\u2013\u0153]|â€[\u0080-\u2122]")
_LOST = "\ufffd"
TWICE = "UTF-8 read as Latin-1"
LOST = "replacement character U+FFFD"


def suspicious(data: bytes) -> bool:
    """Whether the raw text of a record may hold wrongly decoded characters; fast."""
    return any(hint in data for hint in _HINTS)


def problem(text: str) -> str:
    """What is wrong with `text`, empty where nothing is."""
    if _TWICE.search(text):
        return TWICE
    return LOST if _LOST in text else ""


def find(node: Any, expression: str) -> Iterator[tuple[str, str]]:
    """(expression, problem) of every text below `node` that was decoded wrongly."""
    if node.__class__ is str:
        wrong = problem(node)
        if wrong:
            yield expression, wrong
    elif node.__class__ is dict:
        for name, value in node.items():
            yield from find(value, child(expression, shown_name(name.removeprefix("_"))))
    elif node.__class__ is list:
        for index, value in enumerate(node):
            yield from find(value, item(expression, index))
