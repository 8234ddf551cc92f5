"""Resources that fail across records, from their rows: how many, of how many patients, and the first few places."""

from collections.abc import Mapping
from heapq import nsmallest

from fhircheck.model.facts import EXAMPLES, Tally
from fhircheck.model.issue import Place
from fhircheck.model.link_facts import LinkFacts
from fhircheck.model.row_joins import Join, Numbers, fold
from fhircheck.model.spilled_rows import SpilledRows

_MASK = (1 << 64) - 1
SourceNames = Mapping[int, str]
"""Shown names of sources by key; empty where there were too many to be held (LinkFacts.known_sources)."""


class FailedPlaces:
    """Takes items that fail, in any order; merges; `into` tells a Tally of them. Memory is bounded.

    source, place: as rows keep them (model/row_facts.py). Errors: CouldNotCheck where temporary files fail.
    """

    __slots__ = ("_examples", "_failed", "_names", "_whole")

    def __init__(self, names: SourceNames) -> None:
        self._names = names
        self._failed = SpilledRows(1)
        self._whole = 0
        self._examples: list[tuple[str, int, int, str]] = []

    def add(self, path: str, source: int, place: int, *, whole: bool = False) -> None:
        """Note an item at `path` (``Observation.subject``) of the resource at `source` and `place`.

        whole: the item is the resource, so that no other of it comes.
        """
        if whole:
            self._whole += 1
        else:
            fresh = self._failed.fresh
            fresh.append((source * 0x9E3779B97F4A7C15 + place * 0xC2B2AE3D27D4EB4F) & _MASK)
            if len(fresh) > 20_000:
                self._failed.settle()
        example = (self._names.get(source, ""), source, place, path)
        if len(self._examples) < EXAMPLES or example < self._examples[-1]:
            self._examples = nsmallest(EXAMPLES, {*self._examples, example})

    def merge(self, other: "FailedPlaces") -> None:
        """Add what `other` noted."""
        self._failed.merge(other._failed)
        other._failed.close()
        self._whole += other._whole
        self._examples = nsmallest(EXAMPLES, {*self._examples, *other._examples})

    def into(self, tally: Tally, links: LinkFacts) -> None:
        """Set the number of failing resources and keep the examples; called once, at the end. links: names sources."""
        tally.resources_failed = self._whole + fold(Join(_different, _nothing, _number), self._failed).number
        self._failed.close()
        names = links.source_names(source for _, source, _, _ in self._examples)
        tally.keep([place_of(names.get(source, ""), place, path) for _, source, place, path in self._examples])

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        """Names stay behind: they order the examples, which are ordered already when this travels to be merged."""
        return _restored, (self._failed, self._whole, self._examples)


def _restored(failed: SpilledRows, whole: int, examples: list[tuple[str, int, int, str]]) -> FailedPlaces:
    places = FailedPlaces({})
    places._failed, places._whole, places._examples = failed, whole, examples
    return places


class _Number:
    """How many different keys there were."""

    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number

    def merge(self, other: "_Number") -> None:
        self.number += other.number


def _different(known: set[int] | None, keys: Numbers) -> set[int]:
    return set(keys) if known is None else known | set(keys)


def _nothing(known: set[int], keys: Numbers) -> _Number:
    return _Number(0)


def _number(known: set[int]) -> _Number:
    return _Number(len(known))


def place_of(source: str, place: int, path: str) -> Place:
    """The Place a packed place stands for: a member of the record, or of one of its entries."""
    entry = place & 0xFF_FFFF
    tail = path.partition(".")[2]
    expression = ".".join(filter(None, (f"Bundle.entry[{entry - 1}].resource", tail))) if entry else path
    return Place(source, place >> 24, "", expression)
