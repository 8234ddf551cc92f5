"""One patient against one use case: which rows count for which requirement, and why others do not."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from fhircheck.use_cases.predicates import INCOMPLETE, LINKED, SKEWED, UNTOLD
from fhircheck.use_cases.requirement import Requirement, UseCase, Window
from fhircheck.use_cases.timing import Moment, filled, where

REASONS = (
    "missing", "cannot-tell", "elements-missing", "clock", "not-linked", "no-index", "undated", "after-index",
    "outside-window", "imprecise-time", "too-few", "too-sparse", "excluded",
)  # fmt: skip
UNTIL_INDEX = Window(None, 0)


class Row(NamedTuple):
    """A matching resource: when it began (seconds), who it is, its class, flags, and where it stands."""

    first: int
    last: int
    identity: int
    kind: int
    flags: int
    source: int
    place: int


Rows = Mapping[int, Sequence[Row]]
"""By the requirement's place in the Library."""


class Met(NamedTuple):
    """What came of one requirement: the rows that count, or why there are too few; resources too late to be used."""

    rows: Sequence[Row]
    reason: str
    late: frozenset[int] = frozenset()


class PatientView:
    """The rows of one patient. linked: (requirement, resource) pairs whose link leads to what fits."""

    def __init__(self, case: UseCase, rows: Rows, linked: frozenset[tuple[int, int]]) -> None:
        self._case, self._rows, self._linked = case, rows, linked
        self._met: dict[int, Met] = {}
        self.index = self._index()
        self._cut = self.index
        if not self.has_index:
            self._cut = self._label_moment()

    @property
    def has_index(self) -> bool:
        """Whether the use case has an index event at all."""
        return any(each.role == "index" for each in self._case.requirements)

    def met(self, number: int) -> Met:
        """What came of the requirement at this place of the Library."""
        found = self._met.get(number)
        if found is None:
            found = self._met[number] = self._meets(number)
        return found

    def _index(self) -> Moment | None:
        """The earliest index event; where there are several requirements for it, of the first that is met."""
        for number, asked in enumerate(self._case.requirements):
            if asked.role == "index":
                dated = [row for row in self._sound(number, asked)[0] if row.last]
                if dated:
                    first = min(dated)
                    return Moment(first.first, first.last)
        return None

    def _label_moment(self) -> Moment | None:
        """Without an index event: when the earliest label was given."""
        dated = [
            row
            for number, asked in enumerate(self._case.requirements)
            if asked.role == "label"
            for row in self.met(number).rows
            if row.last
        ]
        return Moment(*min(dated)[:2]) if dated else None

    def _sound(self, number: int, asked: Requirement) -> tuple[list[Row], str]:
        """Rows that are complete and linked, and why none are."""
        rows: Sequence[Row] = self._rows.get(number, ())
        if not rows:
            return [], "missing"
        told = [row for row in rows if not row.flags & UNTOLD]
        whole = [row for row in told if not row.flags & INCOMPLETE]
        timed = [row for row in whole if not row.flags & SKEWED]
        linked = timed
        if asked.link is not None:
            linked = [row for row in timed if row.flags & LINKED or (number, row.identity) in self._linked]
        reason = "cannot-tell" if not told else "elements-missing" if not whole else "not-linked" if timed else "clock"
        return linked, "" if linked else reason

    def _meets(self, number: int) -> Met:
        asked = self._case.requirements[number]
        rows, reason = self._sound(number, asked)
        if reason:
            return Met((), reason)
        late = frozenset[int]()
        if asked.window is not None or (asked.role == "feature" and self._timed(rows)):
            rows, reason, late = self._in_time(asked, rows)
            if reason:
                return Met((), reason, late)
        if len({row.identity for row in rows}) < asked.minimum:
            return Met(rows, "too-few", late)
        if asked.density is not None and not self._dense(asked, rows):
            return Met(rows, "too-sparse", late)
        return Met(rows, "", late)

    def _timed(self, rows: Sequence[Row]) -> bool:
        """Whether features without a window of their own have a moment they must not come after."""
        return (self.has_index or self._cut is not None) and any(row.last for row in rows)

    def _in_time(self, asked: Requirement, rows: Sequence[Row]) -> tuple[list[Row], str, frozenset[int]]:
        """Rows within the window, why there are none, and the features after the moment to be predicted."""
        window = asked.window or UNTIL_INDEX
        index = self.index if asked.window is not None and self.has_index else self._cut
        if index is None:
            return [], "no-index", frozenset()
        places = Counter[str]()
        inside: list[Row] = []
        after: list[int] = []
        for row in rows:
            place = where(row.first, row.last, index, window)
            places[place] += 1
            if place == "in":
                inside.append(row)
            elif place == "after":
                after.append(row.identity)
        forbidden = asked.role == "feature" and window.end is not None and window.end <= 0
        late = frozenset(after if forbidden else ())
        reason = ""
        if not inside:
            reason = "after-index" if late else "outside-window" if places["before"] + places["after"] else ""
            reason = reason or ("imprecise-time" if places["imprecise"] else "undated")
        return inside, reason, late

    def limits(self, asked: Requirement) -> tuple[int | None, int | None]:
        """First and last second of the requirement's window, None for an open end."""
        if self.index is None or asked.window is None:
            return None, None
        start, end = asked.window.start, asked.window.end
        return (
            None if start is None else self.index.first + start,
            None if end is None else self.index.last + end,
        )

    def _dense(self, asked: Requirement, rows: Sequence[Row]) -> bool:
        if asked.density is None:
            return True
        return filled((row.first for row in rows), asked.density, *self.limits(asked)) >= asked.density.share
