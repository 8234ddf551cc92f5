"""Bytes cut by a source -> Records: parsed JSON objects with the findings of reading (runs in the worker).

The fast reader takes valid JSON; whatever it refuses goes to the recovering reader, so that a fault
is a finding with its place and the rest of the record is still checked.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from jiter import from_json

from fhircheck.model.issue import Issue, Param, Place, params
from fhircheck.model.path import child, item, shown_name
from fhircheck.model.record import Form, Gap, Node, Piece, Record
from fhircheck.transport.json_locator import across_gap
from fhircheck.transport.reading_fault import broken_json, foreign_bytes

FAST_DEPTH = 200
"""Nesting that the fast reader itself refuses to pass; looking for a smaller bound costs a walk of its own."""
MARK = b"\xef\xbb\xbf"
_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9]{0,63}")


class _Text(NamedTuple):
    """One JSON text of a piece and where it stands in the source; entry: number of the Bundle entry, or -1."""

    data: bytes
    offset: int
    line: int
    column: int
    record: int
    form: Form
    entry: int = -1
    gap: Gap = ()


def read_records(piece: Piece, *, max_depth: int = FAST_DEPTH) -> Iterator[Record]:
    """The records of one piece, in the source's order; never raises on content.

    The piece's own issues come with its first record. A ``problem`` piece gives one record without a
    node, which carries its issues. A blank NDJSON line is no record (http://hl7.org/fhir/R4/json.html).
    """
    issues = list(piece.issues)
    if piece.form == "resource" and not issues and max_depth >= FAST_DEPTH:
        record = _sound_resource(piece)
        if record is not None:
            yield record
            return
    if piece.form == "problem":
        yield Record(piece.source, piece.first, None, "", b"", piece.offset, piece.line, 1, "problem", 0, issues)
        return
    for text in _texts(piece):
        record = _read(piece.source, text, max_depth)
        if issues:
            record.issues[:0] = issues
            issues = []
        if text.form == "bundle-shell":
            record.entries = piece.entries
        yield record


def _sound_resource(piece: Piece) -> Record | None:
    """The record of a file that holds one resource and nothing odd; None where the long way must say what is."""
    try:
        node = from_json(
            piece.data, allow_inf_nan=False, catch_duplicate_keys=True, float_mode="decimal", cache_mode="keys"
        )
    except ValueError:
        return None
    kind = node.get("resourceType") if node.__class__ is dict else None
    if kind.__class__ is not str or not _TYPE.fullmatch(kind):
        return None
    return Record(piece.source, piece.first, node, kind, piece.data, piece.offset, piece.line)


def _texts(piece: Piece) -> Iterator[_Text]:
    if piece.form == "ndjson":
        yield from _lines(piece)
    elif piece.form == "bundle-entries":
        for number, (offset, line, data) in enumerate(piece.parts):
            column = piece.columns[number] if piece.columns else 1
            yield _Text(data, offset, line, column, 0, piece.form, piece.first + number)
    else:
        yield _Text(piece.data, piece.offset, piece.line, 1, piece.first, piece.form, gap=piece.gap)


def _lines(piece: Piece) -> Iterator[_Text]:
    offset, line, number = piece.offset, piece.line, piece.first
    for data in piece.data.split(b"\n"):
        if data and not data.isspace():
            yield _Text(data, offset, line, 1, number, "ndjson")
            number += 1
        offset += len(data) + 1
        line += 1


def _read(source: str, text: _Text, max_depth: int) -> Record:
    if text.form == "bundle-shell" and not text.data:
        return _record(source, text, b"", None)
    try:
        value = from_json(
            text.data, allow_inf_nan=False, catch_duplicate_keys=True, float_mode="decimal", cache_mode="keys"
        )
    except ValueError:
        return _read_slowly(source, text, max_depth)
    if max_depth < FAST_DEPTH and not _is_shallow(value, max_depth):
        return _read_slowly(source, text, max_depth)
    record = _record(source, text, text.data, value)
    return record if record.node is not None else _not_a_resource(record, value)


def _is_shallow(value: Any, levels: int) -> bool:
    """Whether `value` is nested no deeper than `levels`."""
    if value.__class__ is not dict and value.__class__ is not list:
        return True
    if not levels:
        return False
    return all(_is_shallow(each, levels - 1) for each in (value.values() if value.__class__ is dict else value))


def _record(source: str, text: _Text, data: bytes, value: Any) -> Record:
    """The record of a parsed value; its node is None where the value is nothing to check."""
    node, root = None, ""
    if isinstance(value, dict):
        kind = value.get("resourceType")
        if text.entry >= 0:
            node, root = value, item("Bundle.entry", text.entry)
        elif isinstance(kind, str) and kind:
            node, root = value, kind if _TYPE.fullmatch(kind) else "Resource"
    record = Record(source, text.record, node, root, data, text.offset, text.line, text.column, text.form)
    record.gap = text.gap
    return record


def _read_slowly(source: str, text: _Text, max_depth: int) -> Record:
    """The same for a text the fast reader refused: encoding first, then the recovering reader."""
    issues: list[Issue] = []
    data, column, at = text.data, text.column, text.offset
    place = Place(source, text.record, offset=at, line=text.line, column=column)
    if data.startswith(MARK):
        issues.append(Issue("byte-order-mark", "warning", place))
        data = data[len(MARK) :]
    data, foreign = foreign_bytes(data, place)
    issues += foreign
    if not data or data.isspace():
        issues.append(Issue("empty-file", "error", place))
        return Record(source, text.record, None, "", data, at, text.line, column, text.form, 0, issues)
    value, whole, faults = broken_json(data.decode(), place, max_depth)
    record = _record(source, text, data, value if whole else None)
    record.issues = [*issues, *(_placed(record, issue, steps) for issue, steps in faults)]
    return record if record.node is not None or not whole else _not_a_resource(record, value)


def _placed(record: Record, issue: Issue, steps: tuple[str | int, ...]) -> Issue:
    expression = record.root if steps or issue.kind == "json5-syntax" else ""
    for step in steps if expression else ():
        expression = (
            child(expression, shown_name(step.removeprefix("_"))) if isinstance(step, str) else item(expression, step)
        )
    line, column = across_gap(issue.place.line, issue.place.column, record.gap)
    place = issue.place._replace(expression=expression, resource=_named(record.node), line=line, column=column)
    return issue._replace(place=place)


def _named(node: Node | None) -> str:
    """``Type/id`` of the resource, or of the one in a Bundle entry; only what looks like a type and an id."""
    if node is None:
        return ""
    inner = node.get("resource")
    resource = inner if "resourceType" not in node and isinstance(inner, dict) else node
    kind, id_ = resource.get("resourceType"), resource.get("id")
    if not isinstance(kind, str) or not _TYPE.fullmatch(kind):
        return ""
    return f"{kind}/{id_}" if isinstance(id_, str) and re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", id_) else kind


def _not_a_resource(record: Record, value: Any) -> Record:
    place = Place(record.source, record.record, "", record.root, record.offset, record.line, record.column)
    found: tuple[Param, ...] = params(found=_what(value))
    record.issues.append(Issue("not-a-resource", "error", place, found))
    return record


def _what(value: Any) -> str:
    """What JSON value stands where a resource should."""
    if isinstance(value, list):
        resources = any(isinstance(each, dict) and "resourceType" in each for each in value)
        return "array-of-resources" if resources else "array"
    if isinstance(value, dict):
        return "object-with-odd-resourceType" if "resourceType" in value else "object-without-resourceType"
    if isinstance(value, bool):
        return "boolean"
    return "null" if value is None else "string" if isinstance(value, str) else "number"
