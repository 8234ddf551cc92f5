"""Joins of row tables: one pure function over the rows of equal keys, and what it finds of all keys together.

Every join across records goes through `fold` (it counts) or `derive` (it makes a new table for the next join). Both
hand the work to the tables, so that tables of another engine (model/protocols.py: RowTable) are joined where they are.
"""

from array import array
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from fhircheck.model.join import Join, Numbers
from fhircheck.model.spilled_rows import SpilledRows

if TYPE_CHECKING:
    from fhircheck.model.protocols import RowTable, State

S = TypeVar("S", bound="State")
__all__ = ["Join", "Numbers", "derive", "fold", "made"]


def fold(part: "Callable[..., S]", *tables: "RowTable") -> S:
    """The merged State of `part` over all keys: rows with equal keys (first numbers) of all tables come together.

    `part` takes one array for each table, in their order, and gives a State; of empty arrays the neutral one. It is
    pure and pickles (a function of a module, a functools.partial of one, or a Join). Raises CouldNotCheck where
    temporary files fail. The tables stay as they are.
    """
    place = _engine(tables)
    if place == 0:
        return tables[0].fold(part, *tables[1:])
    in_order: Callable[..., S] = _reordered(part, place)
    return tables[place].fold(in_order, *tables[:place], *tables[place + 1 :])


def derive(part: "Callable[..., SpilledRows]", *tables: "RowTable") -> "RowTable":
    """A table of all rows that `part` makes of the rows with equal keys; as `fold` with SpilledRows for the State.

    An engine whose tables have a method `derive` keeps the rows with itself; close the table after use.
    """
    place = _engine(tables)
    own = getattr(tables[place], "derive", None)
    if own is None:
        return fold(part, *tables)
    if place == 0:
        found: RowTable = own(part, *tables[1:])
    else:
        found = own(_reordered(part, place), *tables[:place], *tables[place + 1 :])
    return found


def _engine(tables: "Sequence[RowTable]") -> int:
    """The first table that is not of ours: its class knows how to join with ours, ours not with it."""
    return next((place for place, table in enumerate(tables) if not isinstance(table, SpilledRows)), 0)


def _reordered(part: Callable[..., Any], place: int) -> Callable[..., Any]:
    """`part` for arrays of which that at `place` comes first; a Join stays one, so that it may be given pieces."""
    if not isinstance(part, Join):
        return partial(_in_order, part, place)
    together = part.together
    return Join(
        partial(_knowing, part.know, place),
        partial(_knowing, part.see, place),
        part.tell,
        (together[place], *together[:place], *together[place + 1 :]) if together else (),
        partial(_in_order, part.whole, place) if part.whole is not None else None,
    )


def _knowing(step: Callable[..., Any], place: int, known: Any, first: Numbers, *others: Numbers) -> Any:
    """A step of a Join of the arrays in their own order."""
    return step(known, *others[:place], first, *others[place:])


def _in_order(part: Callable[..., Any], place: int, first: Numbers, *others: Numbers) -> Any:
    """`part` of the arrays in their own order, where the table at `place` came first."""
    return part(*others[:place], first, *others[place:])


def made(width: int, numbers: Sequence[int]) -> SpilledRows:
    """A table of these rows: what a part function for `derive` gives."""
    table = SpilledRows(width)
    table.rows = numbers if isinstance(numbers, array) else array("Q", numbers)
    return table
