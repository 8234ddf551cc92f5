"""Whole lines out of a file that grows (http://hl7.org/fhir/R4/nd-json.html), from where the last look ended."""

import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import IO

from fhircheck.model.issue import Issue, Place, params
from fhircheck.model.record import Piece
from fhircheck.sources.content import MARK, foreign_form, is_ndjson
from fhircheck.stream.position import Form, Position
from fhircheck.transport.ndjson_cutter import count_lines
from fhircheck.transport.text_encoding import wide_encoding

Step = tuple[Piece | None, Position]
"""What was read, and how far that is."""


def form_of(head: bytes, named: bool, still: bool) -> Form:
    """How a file that begins with `head` is read, as `check` reads it once it is there whole; empty: not yet known.

    named: its name says NDJSON. still: it does not grow any more.
    """
    if wide_encoding(head)[0] or foreign_form(head):
        return "whole" if still else ""
    text = head.removeprefix(MARK).lstrip()
    _, end, rest = text.partition(b"\n")
    if not text or not (end and (named or rest.strip())):
        return "whole" if still and text else ""
    if not text.startswith(b"<") and is_ndjson(head, named):
        return "lines"
    return "whole" if still else ""


def whole_lines(file: IO[bytes], position: Position, source: str, size: int, longest: int) -> Iterator[Step]:
    """Pieces of up to about `size` bytes that end with a line, to the last line that has its end.

    A line over `longest` bytes is a finding, and is left out. Blank lines wait for the record after them, so that the
    pieces are those that one look at the whole file would have given.
    """
    at = position
    file.seek(at.offset)
    while True:
        if at.skipping:
            at = _skipped(file, at, size)
            yield None, at
            if at.skipping:
                return
            file.seek(at.offset)
        data = _until_line_end(file, size, longest)
        first = data.find(b"\n")
        if (first if first >= 0 else len(data)) > longest:
            yield _overlong(at, source, longest)
            at = replace(at, skipping=True)
            file.seek(at.offset)
            continue
        data = data[: data.rfind(b"\n") + 1]
        count = count_lines(data)
        if not data or (not count and len(data) < size):
            return
        piece = Piece(source, "ndjson", data, at.offset, at.line, at.record) if count else None
        at = moved(at, data, data.count(b"\n"), count)
        yield piece, at
        file.seek(at.offset)


def moved(at: Position, data: bytes, lines: int, records: int) -> Position:
    """`at` after `data`."""
    return replace(
        at,
        offset=at.offset + len(data),
        line=at.line + lines,
        record=at.record + records,
        crc=zlib.crc32(data, at.crc),
    )


def last_line(file: IO[bytes], position: Position, source: str, longest: int) -> Piece | None:
    """What follows the last line end, as one look at the whole file would have given it; None for nothing."""
    if position.skipping:
        return None
    file.seek(position.offset)
    data = file.read(longest + 1)
    if len(data) > longest:
        return _overlong(position, source, longest)[0]
    return Piece(source, "ndjson", data, position.offset, position.line, position.record) if data else None


def _until_line_end(file: IO[bytes], size: int, longest: int) -> bytes:
    parts: list[bytes] = []
    have = 0
    while have <= longest and (block := file.read(size)):
        parts.append(block)
        have += len(block)
        if b"\n" in block:
            break
    return b"".join(parts)


def _overlong(at: Position, source: str, longest: int) -> tuple[Piece, Position]:
    place = Place(source, at.record, offset=at.offset, line=at.line, column=1)
    issue = Issue("record-too-large", "error", place, params(limit=longest))
    piece = Piece(source, "problem", b"", at.offset, at.line, at.record, issues=(issue,))
    return piece, replace(at, skipping=True)


def _skipped(file: IO[bytes], at: Position, size: int) -> Position:
    """`at` behind the line that is too long, or as far as it is there."""
    while block := file.read(size):
        end = block.find(b"\n") + 1
        if end:
            return replace(moved(at, block[:end], 1, 1), skipping=False)
        at = moved(at, block, 0, 0)
    return at
