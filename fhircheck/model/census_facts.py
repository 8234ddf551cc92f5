"""What the data is made of, as one pass counts it: bounded facts that merge in any order to the same census."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from heapq import nsmallest
from math import ceil, floor, log2
from typing import Protocol

from fhircheck.model.bounded_counts import BoundedCounts
from fhircheck.model.link_facts import key_of
from fhircheck.model.remembered import Remembered

CODES = 50_000
"""Different codes that stay counted by themselves."""
SPREADS = 2_000
"""Different pairs of code and unit whose values stay counted by class."""
OCTAVE = 32
"""Classes between a number and its double: each is 2.2 % wide."""
LOWEST, HIGHEST = -20 * OCTAVE, 40 * OCTAVE
"""Numbers nearer to zero than 2^-20 count as zero, those past 2^40 as 2^40."""

Number = int | float | Decimal
Use = tuple[str, str, str]
"""element path, code system, code"""
Quantity = tuple[str, str]
"""``system|code`` of what was measured, unit"""


class Uses:
    """The codes of one resource. Equal to itself alone, so that it is found in a table at once."""

    __slots__ = ("codes",)

    def __init__(self, codes: tuple[Use, ...] = ()) -> None:
        self.codes = codes


class Kind(Protocol):
    """What values are of; one object for each pair of code and unit in a process."""

    @property
    def name(self) -> Quantity: ...


def class_of(value: Number) -> int:
    """Number of the class of a number: 0 for zero, else by the logarithm of its size; larger numbers, larger classes.

    A class ends with its upper edge: (2^((i-1)/32), 2^(i/32)], mirrored below zero. NaN counts as zero.
    """
    size = abs(float(value))
    if not size >= 2.0 ** (LOWEST / OCTAVE):
        return 0
    exact = log2(size) * OCTAVE if size < 2.0 ** (HIGHEST / OCTAVE) else HIGHEST
    return ceil(exact) - LOWEST + 1 if value > 0 else LOWEST - 1 - floor(exact)


def edge_of(number: int) -> float:
    """Upper edge of a class, to nine digits: the same on every machine."""
    if number == 0:
        return float(f"{2.0 ** ((LOWEST - 1) / OCTAVE):.9g}")
    index = number - 1 + LOWEST if number > 0 else LOWEST - 1 - number
    return float(f"{2.0 ** (index / OCTAVE) * (1 if number > 0 else -1):.9g}")


_classes: Remembered[Number, int] = Remembered(class_of)


class CensusFacts:
    """Counts of some records; `settle` them before they are merged, read or sent to another process.

    uses, values, days, stamps: what resources add, one cheap step each. uses: how many resources have these codes.
    values: numbers by what they are of. days: resources by type and day as date.toordinal counts; the number of a month
    (months.month_of) below zero for those long ago, 0 for no day that could be told.
    complete: nothing was left out so far.
    """

    __slots__ = ("_codes", "complete", "days", "spreads", "systems", "units", "uses", "values")

    def __init__(self) -> None:
        self.uses: defaultdict[Uses, int] = defaultdict(int)
        self.values: defaultdict[Kind, list[Number]] = defaultdict(list)
        self.days: defaultdict[tuple[str, int], int] = defaultdict(int)
        self._codes: Counter[Use] = Counter()
        self.systems = BoundedCounts()
        self.units = BoundedCounts()
        self.spreads: dict[Quantity, Counter[int]] = {}
        self.complete = True

    def settle(self) -> None:
        """Bring what resources added into the counts."""
        uses, values = self.uses, self.values
        self.uses, self.values = defaultdict(int), defaultdict(list)
        for use, times in uses.items():
            for code in use.codes:
                self._codes[code] += times
                self.systems.add(code[:2], times)
        for kind, numbers in values.items():
            self.units.add(kind.name, len(numbers))
            spread = self.spreads.get(kind.name)
            if spread is None:
                spread = self.spreads[kind.name] = Counter()
            spread.update(map(_classes.__getitem__, numbers))
        self._bound()

    def merge(self, other: "CensusFacts") -> None:
        """Add what `other` counted."""
        self._codes.update(other._codes)
        self.systems.merge(other.systems)
        self.units.merge(other.units)
        for quantity, spread in other.spreads.items():
            mine = self.spreads.get(quantity)
            if mine is None:
                self.spreads[quantity] = Counter(spread)
            else:
                mine.update(spread)
        for day, times in other.days.items():
            self.days[day] += times
        self.complete = self.complete and other.complete
        self._bound()

    def codes(self) -> Iterator[tuple[Use, int]]:
        """(element, system, code) and how often, sorted."""
        self.trim()
        return iter(sorted(self._codes.items()))

    def _bound(self) -> None:
        if len(self._codes) > 2 * CODES or len(self.spreads) > 2 * SPREADS:
            self.trim()

    def trim(self) -> None:
        """Keep the codes and spreads with the smallest keys, a bottom-k sample.

        Keys are hashes, so that all systems lose alike. What is among the smallest of all data is among the smallest
        of every part of it, so that its count is exact however the parts are merged.
        """
        if len(self._codes) > CODES:
            kept = nsmallest(CODES, self._codes, key=_rank)
            self._codes = Counter({code: self._codes[code] for code in kept})
            self.complete = False
        if len(self.spreads) > SPREADS:
            self.spreads = {each: self.spreads[each] for each in nsmallest(SPREADS, self.spreads, key=_rank)}
            self.complete = False


def _rank(name: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
    return key_of("\n".join(name)), name
