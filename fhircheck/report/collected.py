"""What a renderer keeps of the findings between being handed them and the end of the run."""

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar
from weakref import WeakValueDictionary

from fhircheck.model.issue import Issue

Write = Callable[[str], None]


class Collector(Protocol):
    """Is handed the findings, a list at a time, as they are found."""

    def __call__(self, issues: list[Issue]) -> None: ...


Kept = TypeVar("Kept", bound=Collector)


class Collectors(Generic[Kept]):
    """The collector of each report that is being written, found by what it is written with.

    A collector lives as long as whoever was given it keeps it: a run that fails leaves nothing behind.
    """

    def __init__(self) -> None:
        self._kept: WeakValueDictionary[Write, Kept] = WeakValueDictionary()

    def begin(self, write: Write, collector: Kept) -> Kept:
        """Remember the collector of the report that `write` writes."""
        self._kept[write] = collector
        return collector

    def end(self, write: Write) -> Kept | None:
        """The collector of that report, which is forgotten; None where it was handed no findings."""
        return self._kept.pop(write, None)
