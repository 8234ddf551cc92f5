"""Patients as measures across records ask for them: born, died, sex; from the rows of the table ``patients``."""

from collections.abc import Sequence
from typing import NamedTuple

WIDTH = 8
MALE, FEMALE = 1, 2


class Person(NamedTuple):
    """born: first day the birth may have been, 0 unknown. died: last day the death may have been, 0 for none told.

    sex: MALE or FEMALE; 0 where it is another, not known, or told in two ways.
    """

    born: int
    died: int
    sex: int


def people(known: dict[int, Person] | None, rows: Sequence[int], *others: Sequence[int]) -> dict[int, Person]:
    """The patients of some rows, by key, and those already known; what has to be known in a Join.

    Where one stands there twice, the wider reading counts, in any order.
    """
    found = {} if known is None else known
    for start in range(0, len(rows), WIDTH):
        patient, born, _, _, died, sex = rows[start : start + 6]
        new = Person(born, died, sex if sex in (MALE, FEMALE) else 0)
        old = found.get(patient)
        found[patient] = new if old is None else _wider(old, new)
    return found


def _wider(one: Person, other: Person) -> Person:
    born = min(one.born, other.born) or max(one.born, other.born)
    return Person(born, max(one.died, other.died), one.sex if one.sex == other.sex else 0)
