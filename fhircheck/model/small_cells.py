"""Counts of people by a property as they may be shown: none below a bound, and none that the others give away.

The bound is MeasureOptions.smallest_cell (10, as Cumulus drops buckets below it). Zero counts nobody and is shown.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby
from typing import TypeVar

from fhircheck.model.report import Detail, MeasureResult

Name = TypeVar("Name")
PEOPLE = "patients"
"""Unit of the details that count people."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A count of people as it may be shown: at least `least` and at most `most` (None: nothing is said)."""

    least: int
    most: int | None

    @property
    def count(self) -> int | None:
        """The count itself, None where it is not shown."""
        return self.least if self.least == self.most else None


def cell_of(count: int, limit: int) -> Cell:
    """One count that stands alone: no total and no other count of the same people is shown beside it."""
    return Cell(1, limit - 1) if 0 < count < limit else Cell(count, count)


def cells_of(counts: Mapping[Name, int], limit: int, total: bool = True) -> dict[Name, Cell]:
    """The cells of a table whose people are counted once each.

    total: their sum is shown too, here or elsewhere. Then further cells are hidden, as few as needed, so that the sum
    tells of a hidden small cell no more than that it is below `limit`. Where the sum itself is too small for that,
    all cells are hidden.
    """
    small = {name for name, count in counts.items() if 0 < count < limit}
    hidden = small | (_beside(counts, small, limit) if total and small else set())
    return {
        name: cell_of(count, limit) if name in small or name not in hidden else Cell(limit, None)
        for name, count in counts.items()
    }


def _beside(counts: Mapping[Name, int], small: set[Name], limit: int) -> set[Name]:
    """Cells to hide beside the small ones: the smallest one that is enough, else the smallest ones until they are."""
    given = sum(counts[name] for name in small)
    if _covered(given, len(small), 0, limit):
        return set()
    others = sorted((name for name, count in counts.items() if count >= limit), key=lambda name: counts[name])
    for name in others:
        if _covered(given + counts[name], len(small), 1, limit):
            return {name}
    taken: set[Name] = set()
    for name in others:
        taken.add(name)
        given += counts[name]
        if _covered(given, len(small), len(taken), limit):
            break
    return taken


def _covered(given: int, small: int, more: int, limit: int) -> bool:
    """Whether each of `small` cells may still be 1 to limit - 1, if with `more` hidden others they sum to `given`."""
    largest = limit - 1
    fits_one = more > 0 or given - 1 <= (small - 1) * largest
    return fits_one and given - largest >= (small - 1) + more * limit


def funnel_of(counts: Sequence[int], limit: int) -> tuple[Cell, ...]:
    """The steps of a funnel (each a part of the one before): a step that loses fewer than `limit` is not shown exactly.

    The first step is the total and shown as it is, unless it is small itself. After a step of fewer than two limits
    a small rest and a small loss look alike: else what is shown of one would tell how large the other can be.
    """
    cells: list[Cell] = []
    before: int | None = None
    for count in counts:
        lost = 0 if before is None else before - count
        if before is not None and before < 2 * limit and 0 < count < before:
            cells.append(Cell(1, before - 1))
        elif 0 < count < limit:
            cells.append(cell_of(count, limit))
        elif before is not None and 0 < lost < limit:
            cells.append(Cell(before - limit + 1, before - 1))
        else:
            cells.append(Cell(count, count))
            before = count
    return tuple(cells)


def share_of(part: int, whole: int, limit: int) -> Fraction | None:
    """part / whole of people; None where it would give away a count below `limit`, of those in it or of the others."""
    if not whole or any(0 < count < limit for count in (part, whole - part, whole)):
        return None
    return Fraction(part, whole)


def guarded_result(result: MeasureResult, limit: int) -> MeasureResult:
    """A measure whose items are people told apart by a property (who has a label): "cannot tell" where that is small.

    So it is in every output, and for scores, which would give the number away. Parts that are small are left out.
    """
    if not result.denominator:
        return result
    if share_of(result.numerator, result.denominator, limit) is None:
        return replace(
            result,
            status="cannot-tell",
            numerator=0,
            denominator=0,
            cannot_tell=1,
            by=(),
            examples=(),
            resources_failed=0,
            patients_failed=0,
            interval=None,
            reason="a number of patients is too small to be shown",
        )
    return replace(result, by=tuple(each for each in result.by if share_of(each[1], each[2], limit) is not None))


def guarded(details: Iterable[Detail], limit: int, totals: Collection[int] = ()) -> tuple[Detail, ...]:
    """`details` with every count of people by a property (unit ``patients``, `of` given) as it may be shown.

    Details of one name that follow each other are one table. `totals`, and counts of people that stand among the
    details without a property, are taken to be known to the reader. Where the table sums to one of them, its counts
    are taken to be of different people; else each is a part of its own, of which the rest must not be small either.
    """
    given = tuple(details)
    known = {each.value for each in given if each.unit == PEOPLE and not each.of} | set(totals)
    shown: list[Detail] = []
    for _, together in groupby(given, key=lambda each: (each.name, each.unit == PEOPLE and bool(each.of))):
        table = list(together)
        shown += _table(table, limit, known) if table[0].unit == PEOPLE and table[0].of else table
    return tuple(shown)


def _table(table: list[Detail], limit: int, known: set[Fraction | int | float | None]) -> list[Detail]:
    counts = {number: int(each.value) for number, each in enumerate(table) if each.value is not None}
    if sum(counts.values()) in known:
        cells = cells_of(counts, limit)
    else:
        cells = {number: _part(count, limit, known) for number, count in counts.items()}
    return [_detail(each, cells[number]) if number in cells else each for number, each in enumerate(table)]


def _part(count: int, limit: int, known: set[Fraction | int | float | None]) -> Cell:
    """A part of a known total: neither it nor the rest may be small."""
    near = [total for total in known if isinstance(total, int) and 0 < total - count < limit]
    return funnel_of((min(near), count), limit)[-1] if near and count else cell_of(count, limit)


def _detail(detail: Detail, cell: Cell) -> Detail:
    if cell.count is not None:
        return detail
    return replace(detail, value=None, least=cell.least, most=cell.most)
