"""NDJSON -> pieces of whole lines, in bounded memory (http://hl7.org/fhir/R4/nd-json.html)."""

from collections.abc import Generator, Iterator

from fhircheck.model.issue import Issue, Place, params
from fhircheck.model.record import Piece
from fhircheck.transport.byte_stream import ByteStream


def cut_lines(
    stream: ByteStream, source: str, size: int, longest: int, start: tuple[int, int, int] = (0, 1, 0)
) -> Iterator[Piece]:
    """Pieces of about `size` bytes that end at line ends; a line over `longest` bytes becomes a finding.

    Offsets, line and record numbers are kept whatever the sizes are; blank lines have a number as
    lines but not as records. start: offset, line and record number of the stream's first byte, where it begins at a
    line within a source.
    """
    return _LineCutter(stream, source, size, longest, start).pieces()


def count_lines(data: bytes) -> int:
    """Number of lines in `data` that hold more than white space."""
    return _counted(data)[0]


def _counted(data: bytes) -> tuple[int, int]:
    """Lines that hold more than white space, and line ends: found by one cut, which is faster than counting ends."""
    lines = data.split(b"\n")
    return len(lines) - lines.count(b"") - sum(map(bytes.isspace, lines)), len(lines) - 1


class _LineCutter:
    def __init__(self, stream: ByteStream, source: str, size: int, longest: int, start: tuple[int, int, int]) -> None:
        self._stream, self._source, self._size, self._longest = stream, source, size, longest
        self._offset, self._line, self._record = start

    def pieces(self) -> Iterator[Piece]:
        held: list[bytes] = []
        waiting, rest = 0, b""
        while block := rest or self._stream.read_fully(self._size):
            rest = b""
            first = block.find(b"\n")
            if waiting + (first if first >= 0 else len(block)) > self._longest:
                rest = yield from self._overlong(block, first, waiting)
                held, waiting = [], 0
                continue
            cut = block.rfind(b"\n") + 1
            if cut:
                yield from self._piece(b"".join((*held, block[:cut])))
                held, waiting = [], 0
            held.append(block[cut:])
            waiting += len(block) - cut
        yield from self._piece(b"".join(held))

    def _piece(self, data: bytes) -> Iterator[Piece]:
        count, ends = _counted(data)
        if count:
            yield Piece(self._source, "ndjson", data, self._offset, self._line, self._record)
        self._pass(len(data), ends, count)

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
