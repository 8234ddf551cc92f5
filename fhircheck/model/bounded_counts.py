"""Counts by name where names come out of the data: bounded, and the same in whatever order they were merged."""

from collections import Counter
from collections.abc import Iterable, Iterator
from heapq import nsmallest

LIMIT = 5_000
OTHER = ("(other)",)
Name = tuple[str, ...]


class BoundedCounts:
    """Counts of tuples of texts. The LIMIT smallest stay exact, all others count together under OTHER.

    A name that is among the smallest of all data is among the smallest of every part of it, so its count is exact
    however the parts are merged. Take care that no value of a person-related element becomes a name.
    """

    __slots__ = ("_counts", "_limit")

    def __init__(self, counts: Iterable[tuple[Name, int]] = (), limit: int = LIMIT) -> None:
        self._counts: Counter[Name] = Counter(dict(counts))
        self._limit = limit

    def add(self, name: Name, times: int = 1) -> None:
        """Count `name`."""
        counts = self._counts
        counts[name] += times
        if len(counts) > 2 * self._limit:
            self._trim()

    def merge(self, other: "BoundedCounts") -> None:
        """Add what `other` counted."""
        self._counts.update(other._counts)
        if len(self._counts) > 2 * self._limit:
            self._trim()

    def _trim(self) -> None:
        if len(self._counts) <= self._limit + (OTHER in self._counts):
            return
        kept = set(nsmallest(self._limit, (each for each in self._counts if each != OTHER)))
        rest = sum(count for name, count in self._counts.items() if name not in kept)
        self._counts = Counter({name: self._counts[name] for name in kept})
        self._counts[OTHER] = rest

    def __iter__(self) -> Iterator[tuple[Name, int]]:
        """(name, count), sorted by name; OTHER, where there is one, counts all that was not kept."""
        self._trim()
        return iter(sorted(self._counts.items()))

    def __len__(self) -> int:
        self._trim()
        return len(self._counts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BoundedCounts) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]
