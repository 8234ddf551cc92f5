"""Line and column of a member or item, looked up only for records that have findings."""

import re

from jiter import from_json

from fhircheck.model.path import steps as steps_of
from fhircheck.model.record import Gap, Record
from fhircheck.transport.json_scan import end_of_value, next_member, skip_space

_BLOCK = 16_384
_CONTINUATION = bytes(range(0x80, 0xC0))
# The name of a member with its colon, up to its value.
_HEAD = re.compile(rb'[ \t\n\r]*+("(?:[^"\\]++|\\.)*+")[ \t\n\r]*+:[ \t\n\r]*+', re.DOTALL)


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
    """Finds places in one JSON text; containers are read as far as they are asked for, each once.

    repeated: whether names may be there twice in an object; where that is known not to be so, less is read.
    """

    def __init__(self, data: bytes, repeated: bool = True) -> None:
        self._data = data
        self._repeated = repeated
        self._containers: dict[int, _Container] = {}
        self._lines: list[tuple[int, int]] | None = None
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
            container = self._containers.get(value)
            if container is None:
                container = self._containers[value] = _Container(self._data, value, self._repeated)
            found = container.get(step) or (container.get(f"_{step}") if type(step) is str else None)
            if found is None and step == 0:
                continue  # the only item, without its array
            if found is None:
                break
            place, value = found
        return place, value

    def position(self, offset: int) -> tuple[int, int]:
        """(line, column) of a byte offset, both one-based."""
        line, start = self._line_of(offset)
        if self._ascii:
            return line, offset - start + 1
        return line, offset - start + 1 - (self._continuations_before(offset) - self._continuations_before(start))

    def _line_of(self, offset: int) -> tuple[int, int]:
        """One-based line of `offset` and where it starts; counted from the block it stands in."""
        if self._lines is None:
            line, start, self._lines = 1, 0, [(1, 0)]
            for block in range(0, len(self._data), _BLOCK):
                line += self._data.count(b"\n", block, block + _BLOCK)
                start = self._data.rfind(b"\n", block, block + _BLOCK) + 1 or start
                self._lines.append((line, start))
        block = offset // _BLOCK * _BLOCK
        line, start = self._lines[offset // _BLOCK]
        passed = self._data.count(b"\n", block, offset)
        return line + passed, self._data.rfind(b"\n", block, offset) + 1 if passed else start

    def _continuations_before(self, offset: int) -> int:
        if self._continuations is None:
            total, self._continuations = 0, [0]
            for start in range(0, len(self._data), _BLOCK):
                total += _continuations(self._data[start : start + _BLOCK])
                self._continuations.append(total)
        block = offset // _BLOCK
        return self._continuations[block] + _continuations(self._data[block * _BLOCK : offset])


class _Container:
    """Places of an object's members or an array's items, read only as far as they are asked for.

    repeated: names may be there twice; then all are read, and the last of a name counts, which is
    the one that the readers keep.
    """

    __slots__ = ("_data", "_found", "_named", "_next", "_pending", "_repeated")

    def __init__(self, data: bytes, at: int, repeated: bool) -> None:
        first = data[at : at + 1]
        self._data = data
        self._named = first == b"{"
        self._next = at + 1 if first in (b"{", b"[") and first else -1
        self._pending = -1
        self._repeated = repeated and self._named
        self._found: dict[str | int, tuple[int, int]] = {}

    def get(self, step: str | int) -> tuple[int, int] | None:
        """Byte offsets of the place and of the value of `step`, None where it is not there."""
        while (self._repeated or step not in self._found) and self._advance():
            pass
        return self._found.get(step)

    def _advance(self) -> bool:
        """Read one more member or item; False at the end."""
        if self._pending >= 0:
            near = next_member().match(self._data, self._pending) if self._named else None
            if near:  # measured: one match a member instead of four
                self._found[_text(near[1])] = near.start(1), near.end()
                self._pending = near.end()
                return True
            self._next, self._pending = self._behind(self._pending), -1
        if self._next < 0:
            return False
        if self._named:
            head = _HEAD.match(self._data, self._next)
            value = head.end() if head else -1
            if head:
                self._found[_text(head[1])] = head.start(1), value
        else:
            value = skip_space(self._data, self._next)
            if self._data[value : value + 1] in (b"]", b""):
                value = -1
            else:
                self._found[len(self._found)] = value, value
        self._next, self._pending = -1, value
        return value >= 0

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
