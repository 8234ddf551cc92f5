"""Line and column of an element in XML, looked up only for records that have findings."""

from contextlib import suppress
from typing import Any

from fhircheck.model.path import steps as steps_of
from fhircheck.model.record import Record


class _Element:
    """One element: where its start tag begins, and its child elements."""

    __slots__ = ("by_name", "children", "column", "line", "name")

    def __init__(self, name: str, line: int, column: int) -> None:
        self.name = name
        self.line = line
        self.column = column
        self.children: list[_Element] = []
        self.by_name: dict[str, list[_Element]] | None = None

    def named(self, name: str) -> "list[_Element]":
        """The children called `name`; sorted by name once, when the first is asked for."""
        if self.by_name is None:
            self.by_name = {}
            for each in self.children:
                self.by_name.setdefault(each.name, []).append(each)
        return self.by_name.get(name, [])


class XmlLocator:
    """Finds places in one XML text, which is read once, when the first place is asked for."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._root: _Element | None = None

    def in_source(self, record: Record, expression: str) -> tuple[int, int]:
        """(line, column) of `expression`, both one-based; where a step is missing, of the deepest that is there."""
        if self._root is None:
            self._root = _read(self._data)
        below = record.root if record.root and expression.startswith(record.root) else ""
        place = self._root
        waiting = steps_of(expression, below)
        while waiting:
            step = waiting.pop(0)
            index = waiting.pop(0) if waiting and isinstance(waiting[0], int) else 0
            found = _named(place, str(step), int(index))
            if found is None:
                break
            place = found
        return record.line + place.line - 1, place.column


def _named(parent: _Element, name: str, index: int) -> _Element | None:
    """Child `index` of those called `name`; that of the resource in `parent` where it holds one."""
    for where in (parent, *parent.children[:1]):
        if where is parent or where.name[:1].isupper():
            same = where.named(name)
            if index < len(same):
                return same[index]
    return None


def _read(data: bytes) -> _Element:
    """The tree of elements with their places, as far as the text is well-formed."""
    from xml.parsers import expat

    top = _Element("", 1, 1)
    line: list[_Element] = [top]
    parser = expat.ParserCreate("utf-8")

    def start(name: str, attributes: Any) -> None:
        element = _Element(name.rpartition(":")[2], parser.CurrentLineNumber, parser.CurrentColumnNumber + 1)
        line[-1].children.append(element)
        line.append(element)

    def end(name: str) -> None:
        line.pop()

    parser.StartElementHandler, parser.EndElementHandler = start, end
    with suppress(expat.ExpatError):
        parser.Parse(data, True)
    return top.children[0] if top.children else top
