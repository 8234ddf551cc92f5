"""A join of tables of which one belongs to another engine: its own table comes first, and nobody notices."""

from array import array
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from fhircheck.model.join import Join
from fhircheck.model.row_joins import derive, fold, made


class Sums:
    def __init__(self, *values: int) -> None:
        self.values = list(values)

    def merge(self, other: "Sums") -> None:
        self.values = [a + b for a, b in zip(self.values, other.values, strict=True)]


class Elsewhere:
    """A table of another engine, which gives a Join its rows in pieces."""

    def __init__(self, width: int, numbers: list[int]) -> None:
        self.width, self.numbers = width, array("Q", numbers)
        self.parts: list[Any] = []

    def __len__(self) -> int:
        return len(self.numbers) // self.width

    def close(self) -> None:
        self.numbers = array("Q")

    def fold(self, part: Callable[..., Any], *others: Any) -> Any:
        self.parts.append(part)
        tables = [self.numbers, *(each.whole() for each in others)]
        if not isinstance(part, Join):
            return part(*tables)
        none = [array("Q") for _ in tables]
        known = part.know(None, *none)
        for at in range(len(tables)):
            known = part.know(known, *none[:at], tables[at], *none[at + 1 :])
        state = part.see(known, *none)
        for at in range(len(tables)):
            state.merge(part.see(known, *none[:at], tables[at], *none[at + 1 :]))
        if part.tell is not None:
            state.merge(part.tell(known))
        return state

    derive = fold


def _know(known: set[int] | None, one: Any, two: Any, three: Any) -> set[int]:
    return (known or set()) | set(two)


def _see(known: set[int], one: Any, two: Any, three: Any) -> Sums:
    return Sums(sum(key in known for key in one), 0, sum(key in known for key in three))


def _tell(known: set[int]) -> Sums:
    return Sums(0, len(known), 0)


def _whole(mark: int, one: Any, two: Any, three: Any) -> Sums:
    found = _see(_know(None, one, two, three), one, two, three)
    found.merge(_tell(set(two)))
    return found


def _these(known: set[int], one: Any, two: Any, three: Any) -> Any:
    return made(1, [key for key in three if key in known])


JOIN = Join(_know, _see, _tell, ((), (0,), ()), partial(_whole, 1))


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_join_stays_one_wherever_the_other_engines_table_stands(place: int) -> None:
    rows = [[1, 2, 3, 4], [2, 3, 9], [3, 3, 5]]
    tables: list[Any] = [made(1, each) for each in rows]
    tables[place] = Elsewhere(1, rows[place])
    assert fold(JOIN, *tables).values == [2, 3, 2]
    (part,) = tables[place].parts
    assert isinstance(part, Join)
    assert part.together == (((), (0,), ()), ((0,), (), ()), ((), (), (0,)))[place]
    arrays = [rows[place], *rows[:place], *rows[place + 1 :]]
    assert part(*arrays).values == [2, 3, 2]
    assert sorted(derive(Join(_know, _these), *tables).whole()) == [3, 3]
    assert fold(partial(_whole, 2), *tables).values == [2, 3, 2]
