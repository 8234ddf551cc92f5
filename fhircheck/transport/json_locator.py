"""Line and column of a member or item, looked up only for records that have findings."""

from array import array
from bisect import bisect_right

from jiter import from_json

from fhircheck.model.path import steps as steps_of
from fhircheck.model.record import Gap, Record
from fhircheck.transport.json_scan import STRING, end_of_value, item, member, skip_space

_BLOCK = 16_384
_CONTINUATION = bytes(range(0x80, 0xC0))
_Children = dict[str | int, tuple[int, int]]


def locate(data: bytes, steps: list[str | int]) -> tuple[int, int, int]:
    """(byte offset, line, column) of the member or item that `steps` lead to; see `Locator.find`."""
    return Locator(data).find(steps)


def source_position(record: Record, expression: str) -> tuple[int, int]:
    """(line, column) in the source, both one-based, of `expression` in `record`; a short cut for one finding."""
    return Locator(record.data).in_source(record, expression)


def across_gap(line: int, column: int, gap: Gap) -> tuple[int, int]:
    """(line, column) in the source of a place in a Bundle's text whose entries were cut out."""
    if not gap or (line, column) < gap[:2]:
        return line, column
    return line - gap[0] + gap[2], column - gap[1] + gap[3] if line == gap[0] else column


class Locator:
    """Finds places in one JSON text; containers are scanned when first entered, each once."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._containers: dict[int, _Children] = {}
        self._lines: array[int] | None = None
        self._ascii = data.isascii()
        self._continuations: list[int] | None = None

    def find(self, steps: list[str | int]) -> tuple[int, int, int]:
        """(byte offset, line, column) of a member (its name) or an item (its value); line and column one-based.

        Columns count characters. Where a step is missing, the deepest place that could be reached.
        """
        offset = self._reach(steps)[0]
        return offset, *self.position(offset)

    def in_source(self, record: Record, expression: str) -> tuple[int, int]:
        """(line, column) in the source of `expression`, which must lie in `record`, whose text this is."""
        below = record.root if record.root and expression.startswith(record.root) else ""
        _, line, column = self.find(steps_of(expression, below))
        return across_gap(record.line + line - 1, column + record.column - 1 if line == 1 else column, record.gap)

    def span(self, steps: list[str | int]) -> tuple[int, int, int]:
        """Byte offsets: of the place (a member's name, an item's value), of its value, of the value's end."""
        place, value = self._reach(steps)
        end = end_of_value(self._data, value)
        return place, value, len(self._data) if end < 0 else end

    def _reach(self, steps: list[str | int]) -> tuple[int, int]:
        """Byte offsets of the deepest place that can be reached, and of its value."""
        place = value = skip_space(self._data, 0)
        for step in steps:
            children = self._children(value)
            if step not in children:
                break
            place, value = children[step]
        return place, value

    def position(self, offset: int) -> tuple[int, int]:
        """(line, column) of a byte offset, both one-based."""
        if self._lines is None:
            self._lines = _line_starts(self._data)
        line = bisect_right(self._lines, offset)
        start = self._lines[line - 1]
        if self._ascii:
            return line, offset - start + 1
        return line, offset - start + 1 - (self._continuations_before(offset) - self._continuations_before(start))

    def _continuations_before(self, offset: int) -> int:
        if self._continuations is None:
            total, self._continuations = 0, [0]
            for start in range(0, len(self._data), _BLOCK):
                total += _continuations(self._data[start : start + _BLOCK])
                self._continuations.append(total)
        block = offset // _BLOCK
        return self._continuations[block] + _continuations(self._data[block * _BLOCK : offset])

    def _children(self, at: int) -> _Children:
        known = self._containers.get(at)
        if known is None:
            first = self._data[at : at + 1]
            known = self._members(at + 1) if first == b"{" else self._items(at + 1) if first == b"[" else {}
            self._containers[at] = known
        return known

    def _members(self, at: int) -> _Children:
        """Places of an object's members; of a name that is there twice, the last, which is the one read."""
        found, whole = _Children(), member()
        while at >= 0:
            match = whole.match(self._data, at)
            if match:
                found[_text(match[1])] = match.start(1), match.start(2)
                at = match.end() if match[3] else -1
            else:
                at = self._odd_member(at, found)
        return found

    def _odd_member(self, at: int, found: _Children) -> int:
        """The same for a member whose value has no end or is nested deep; position behind it or -1."""
        data = self._data
        name_at = skip_space(data, at)
        name = STRING.match(data, name_at)
        colon = skip_space(data, name.end()) if name else -1
        if not name or data[colon : colon + 1] != b":":
            return -1
        value = skip_space(data, colon + 1)
        found[_text(name[0])] = name_at, value
        return self._behind(value)

    def _items(self, at: int) -> _Children:
        data, found, whole = self._data, _Children(), item()
        while at >= 0:
            match = whole.match(data, at)
            if match:
                found[len(found)] = match.start(1), match.start(1)
                at = match.end() if match[2] else -1
                continue
            value = skip_space(data, at)
            if data[value : value + 1] in (b"]", b""):
                break
            found[len(found)] = value, value
            at = self._behind(value)
        return found

    def _behind(self, value: int) -> int:
        """Position behind the comma that follows the value at `value`, -1 where there is none."""
        end = end_of_value(self._data, value)
        if end < 0:
            return -1
        comma = skip_space(self._data, end)
        return comma + 1 if self._data[comma : comma + 1] == b"," else -1


def _text(name: bytes) -> str:
    """What a member's name says; one with escapes is read by the parser."""
    if b"\\" in name:
        try:
            return str(from_json(name))
        except ValueError:
            pass
    return name[1:-1].decode("utf-8", "replace")


def _continuations(data: bytes) -> int:
    return len(data) - len(data.translate(None, _CONTINUATION))


def _line_starts(data: bytes) -> "array[int]":
    starts = array("Q", [0])
    at = data.find(b"\n")
    while at >= 0:
        starts.append(at + 1)
        at = data.find(b"\n", at + 1)
    return starts
