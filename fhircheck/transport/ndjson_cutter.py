"""NDJSON -> pieces of whole lines, in bounded memory (http://hl7.org/fhir/R4/nd-json.html)."""

import re
from collections.abc import Generator, Iterator

from fhircheck.model.issue import Issue, Place, params
from fhircheck.model.record import Piece
from fhircheck.transport.byte_stream import ByteStream

# A line of white space alone shows up as one of these, unless it is the first.
_MAYBE_BLANK = (b"\n\n", b"\n\r", b"\n ", b"\n\t")
_NOT_BLANK = re.compile(rb"^[ \t\r\v\f]*+[^\s]", re.MULTILINE)


def cut_lines(stream: ByteStream, source: str, size: int, longest: int) -> Iterator[Piece]:
    """Pieces of about `size` bytes that end at line ends; a line over `longest` bytes becomes a finding.

    Offsets, line and record numbers are kept whatever the sizes are; blank lines have a number as
    lines but not as records.
    """
    return _LineCutter(stream, source, size, longest).pieces()


def count_lines(data: bytes) -> int:
    """Number of lines in `data` that hold more than white space."""
    if data[:1].isspace() or any(mark in data for mark in _MAYBE_BLANK):
        return sum(1 for _ in _NOT_BLANK.finditer(data))
    return data.count(b"\n") + (not data.endswith(b"\n") and bool(data))


class _LineCutter:
    def __init__(self, stream: ByteStream, source: str, size: int, longest: int) -> None:
        self._stream, self._source, self._size, self._longest = stream, source, size, longest
        self._offset, self._line, self._record = 0, 1, 0

    def pieces(self) -> Iterator[Piece]:
        held: list[bytes] = []
        waiting = 0
        while block := self._stream.read_fully(self._size):
            first = block.find(b"\n")
            if waiting + (first if first >= 0 else len(block)) > self._longest:
                held = [(yield from self._overlong(block, first, waiting))]
                waiting = len(held[0])
                continue
            cut = block.rfind(b"\n") + 1
            if cut:
                yield from self._piece(b"".join((*held, block[:cut])))
                held, waiting = [], 0
            held.append(block[cut:])
            waiting += len(block) - cut
        yield from self._piece(b"".join(held))

    def _piece(self, data: bytes) -> Iterator[Piece]:
        count = count_lines(data)
        if count:
            yield Piece(self._source, "ndjson", data, self._offset, self._line, self._record)
        self._pass(len(data), data.count(b"\n"), count)

    def _pass(self, size: int, lines: int, records: int) -> None:
        self._offset += size
        self._line += lines
        self._record += records

    def _overlong(self, block: bytes, end: int, size: int) -> Generator[Piece, None, bytes]:
        """Drop the line that is too long, `size` bytes before `block`; returns what follows it in its last block."""
        place = Place(self._source, self._record, offset=self._offset, line=self._line, column=1)
        issue = Issue("record-too-large", "error", place, params(limit=self._longest))
        yield Piece(self._source, "problem", b"", self._offset, self._line, self._record, issues=(issue,))
        while end < 0:
            size += len(block)
            block = self._stream.read_fully(self._size)
            end = block.find(b"\n") if block else 0
        self._pass(size + end + 1, 1, 1)
        return block[end + 1 :]
