"""What stands in the resources of one type, as far as Croissant's reader gives it back as it is.

The reader of JSON lines makes a column of each top-level member (pandas.read_json) and guesses its type: texts that
are all numbers become numbers, and columns called ``date`` become moments. A column that would come back changed is
no field; so is what has several forms, or values that do not fit its FHIR type. Where the guess keeps the value
(``"4711"``, in every record) it is one.
"""

import math
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fhircheck.model.record import Node
from fhircheck.report.card.element_names import Member, members

_DEEPEST = 12
_WHOLE = re.compile(r"0|[1-9]\d{0,17}", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_GUESSED_DATES = re.compile(r"date|datetime|modified|timestamp.*|.*_at|.*_time", re.IGNORECASE)
_NUMBERS = {"boolean": "sc:Boolean", "integer": "sc:Integer", "positiveInt": "sc:Integer", "unsignedInt": "sc:Integer",
            "decimal": "sc:Float"}  # fmt: skip
_DATES = frozenset({"date", "dateTime", "instant"})
_EXACT = 2**53


@dataclass(frozen=True, slots=True)
class Column:
    """A field that loads. names: the way to it; repeated: those of them that are lists. datatype: of Croissant.

    everywhere: whether each record has it.
    """

    names: tuple[str, ...]
    repeated: frozenset[int]
    datatype: str
    meaning: str
    everywhere: bool


@dataclass(slots=True)
class _Leaf:
    member: Member
    records: int = 0
    fits: bool = True
    dates: bool = True
    moments: bool = True
    numbers: bool = True
    """Whether all values of the file that is being read can be taken for numbers, which pandas then does."""
    whole: bool = True
    guessed: bool = False
    """Whether numbers was true for a whole file."""


@dataclass(slots=True)
class Columns:
    """Counts the resources of type `name`, file by file. Nothing but names and kinds of values is kept."""

    name: str
    records: int = 0
    _files: int = 0
    _leaves: dict[tuple[str, ...], _Leaf] = field(default_factory=dict)
    _forms: dict[tuple[str, ...], set[str]] = field(default_factory=lambda: defaultdict(set))
    _in_file: set[tuple[str, ...]] = field(default_factory=set)
    _files_with: Counter[str] = field(default_factory=Counter)

    def take(self, resource: Node) -> None:
        """Count one resource."""
        self.records += 1
        self._object(resource, (), (self.name, self.name))

    def end_of_file(self) -> None:
        """Files are read each by itself: types are guessed, and each has to have all columns."""
        self._files += 1
        self._files_with.update({path[0] for path in self._in_file})
        for path in self._in_file:
            leaf = self._leaves[path]
            leaf.guessed = leaf.guessed or leaf.numbers
            leaf.numbers = True
        self._in_file.clear()

    def found(self) -> list[Column]:
        """Those that load, in the order of their names."""
        return [self._column(path, leaf) for path, leaf in sorted(self._leaves.items()) if self._loads(path, leaf)]

    def _object(self, value: Node, path: tuple[str, ...], at: tuple[str, str]) -> None:
        known = members(*at)
        for name, each in value.items():
            member = known.get(name)
            if member is not None and len(path) < _DEEPEST and name != "where":  # a word of its own in JSONPath
                self._member(each, (*path, name), member)

    def _member(self, value: Any, path: tuple[str, ...], member: Member) -> None:
        form = "list" if isinstance(value, list) else _form(value)
        self._forms[path].add(form)
        for each in value if isinstance(value, list) else (value,):
            if form == "list":
                self._forms[(*path, "[]")].add(_form(each))
            if isinstance(each, dict) and member.at is not None:
                self._object(each, path, member.at)
            elif not isinstance(each, dict) and member.at is None:
                self._value(each, path, member)
        if len(path) == 1 and path in self._leaves and value is not None:
            self._leaves[path].records += 1

    def _value(self, value: Any, path: tuple[str, ...], member: Member) -> None:
        leaf = self._leaves.get(path)
        if leaf is None:
            leaf = self._leaves[path] = _Leaf(member)
        if value is None:
            return
        self._in_file.add(path)
        leaf.fits = leaf.fits and _fits(value, member.kind)
        if not isinstance(value, str):
            leaf.numbers = leaf.dates = leaf.moments = False
            return
        if leaf.dates or leaf.moments:
            sound = member.kind in _DATES and _sound(value)
            leaf.dates = leaf.dates and sound and _DATE.fullmatch(value) is not None
            leaf.moments = leaf.moments and sound and _MOMENT.fullmatch(value) is not None
        if len(path) == 1:
            leaf.numbers = leaf.numbers and _number(value)
            leaf.whole = leaf.whole and _WHOLE.fullmatch(value) is not None

    def _loads(self, path: tuple[str, ...], leaf: _Leaf) -> bool:
        if not leaf.fits or self._files_with[path[0]] < self._files:
            return False
        if any(len(self._forms[path[:end]] - {"null"}) != 1 for end in range(1, len(path) + 1)):
            return False
        lists = [path[:end] for end in range(1, len(path) + 1) if "list" in self._forms[path[:end]]]
        if any(len(self._forms[(*each, "[]")] - {"null"}) != 1 or "list" in self._forms[(*each, "[]")]
               for each in lists):  # fmt: skip
            return False
        if len(path) > 1 or lists:
            return True
        if _GUESSED_DATES.fullmatch(path[0]):
            return leaf.dates or leaf.moments
        return not leaf.guessed or (leaf.whole and leaf.records == self.records)

    def _column(self, path: tuple[str, ...], leaf: _Leaf) -> Column:
        datatype = _NUMBERS.get(leaf.member.kind, "sc:Text")
        if leaf.dates or leaf.moments:
            datatype = "sc:Date" if leaf.dates else "sc:DateTime"
        repeated = frozenset(end for end in range(len(path)) if "list" in self._forms[path[: end + 1]])
        return Column(path, repeated, datatype, leaf.member.meaning, leaf.records == self.records)


def _form(value: Any) -> str:
    if value is None:
        return "null"
    return "object" if isinstance(value, dict) else "list" if isinstance(value, list) else "value"


def _fits(value: Any, kind: str) -> bool:
    """Whether the JSON value is what the primitive type `kind` has, and a reader gives it back."""
    if isinstance(value, str):
        return kind not in _NUMBERS and _encodes(value)
    if isinstance(value, bool):
        return kind == "boolean"
    if isinstance(value, list):
        return False
    if kind == "decimal":
        return math.isfinite(value) and (isinstance(value, float) or abs(value) <= _EXACT)
    return isinstance(value, int) and _NUMBERS.get(kind) == "sc:Integer"


def _encodes(value: str) -> bool:
    """Whether it has no half of a surrogate pair."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _sound(value: str) -> bool:
    """Whether it is a day or moment that 64 bits of nanoseconds can hold."""
    try:
        return 1678 <= datetime.fromisoformat(value).year <= 2261
    except ValueError:
        return False


def _number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True
