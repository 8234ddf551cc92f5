"""What reading found wrong, as Issues with line and column."""

from typing import Any

from fhircheck.model.issue import Issue, Place, params
from fhircheck.transport.json_recovery import recover
from fhircheck.transport.json_text import Fault
from fhircheck.transport.text_encoding import as_utf8, first_foreign

_OWN_KINDS = {"duplicate-key", "number-out-of-range", "nesting-too-deep"}
_IN_VALUE = _OWN_KINDS | {"control-character", "invalid-escape", "lone-surrogate", "leading-zeros", "malformed-number"}
JSON5 = frozenset({"comment", "trailing-comma", "missing-comma", "unquoted-name", "unquoted-value"})
"""Faults that change no meaning, as relaxed forms of JSON allow them: reported at the element, all is read."""
_SHOWN_STEPS = 8
Steps = tuple[str | int, ...]


def shifted(place: Place, text: str, at: int) -> Place:
    """`place`, where `text` begins, moved to index `at` of it; columns count characters."""
    lines = text.count("\n", 0, at)
    if not lines:
        return place._replace(column=place.column + at)
    return place._replace(line=place.line + lines, column=at - text.rfind("\n", 0, at))


def broken_json(text: str, place: Place, max_depth: int) -> tuple[Any, bool, list[tuple[Issue, Steps]]]:
    """(value, whether it was read to its end, findings with the steps to their place) of faulty JSON."""
    result = recover(text, max_depth)
    found = [(_issue(fault, shifted(place, text, fault.at), max_depth), _steps(fault)) for fault in result.faults]
    if result.more:
        more = Issue("json-syntax", "fatal", place, params(fault="more-faults-not-listed", count=result.more))
        found.append((more, ()))
    return result.value, result.whole, found


def _issue(fault: Fault, place: Place, max_depth: int) -> Issue:
    if fault.what == "nesting-too-deep":
        return Issue(fault.what, "error", place, params(limit=max_depth))
    if fault.what in _OWN_KINDS:
        return Issue(fault.what, "error", place)
    return syntax_issue(fault.what, place)


def syntax_issue(fault: str, place: Place) -> Issue:
    """The finding for a fault of syntax: fatal, but for what relaxed forms of JSON allow."""
    if fault in JSON5:
        return Issue("json5-syntax", "error", place, params(fault=fault))
    return Issue("json-syntax", "fatal", place, params(fault=fault))


def _steps(fault: Fault) -> Steps:
    if fault.what == "nesting-too-deep":
        return fault.steps[:_SHOWN_STEPS]
    return fault.steps if fault.what in _IN_VALUE or fault.what in JSON5 else ()


def foreign_bytes(data: bytes, place: Place) -> tuple[bytes, list[Issue]]:
    """`data` as UTF-8, and a finding at the first byte that was not."""
    at = first_foreign(data)
    if at < 0:
        return data, []
    where = shifted(place, data[:at].decode(), at=len(data[:at].decode()))
    text, encoding, count = as_utf8(data)
    return text, [Issue("encoding-not-utf8", "error", where, params(encoding=encoding, count=count))]
