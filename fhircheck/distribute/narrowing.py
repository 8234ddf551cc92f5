"""A chunk that no process survived is worked on again in parts, so that only what is deadly itself is given up."""

from collections.abc import Callable, Iterator
from typing import Any

from fhircheck.distribute.processes import TRIES, Processes
from fhircheck.model.errors import CouldNotCheck
from fhircheck.model.record import Lost

DEATHS = 60
"""Processes that may die in a run for the sake of smaller parts; then what is lost stays as it is."""


class Narrowing:
    """Works on the parts of lost chunks, which `split` makes, with a process at a time that dies as it must."""

    def __init__(
        self, prepare: Callable[[Any], Callable[[Any], Any]], plan: Any, split: Callable[[Any], list[Any]]
    ) -> None:
        self._prepare, self._plan, self._split = prepare, plan, split
        self._left = DEATHS

    def results(self, given: Iterator[Any]) -> Iterator[Any]:
        """What is given, in its order; in place of a Lost the results of its parts, and Lost for the smallest."""
        for each in given:
            if isinstance(each, Lost):
                yield from self._narrowed(each)
            else:
                yield each

    def _narrowed(self, lost: Lost) -> Iterator[Any]:
        parts = self._split(lost.chunk)
        if len(parts) < 2 or self._left < TRIES * len(parts):
            yield lost
            return
        processes = Processes(most_lost=len(parts) + 1)
        try:
            found = list(processes.run(self._prepare, self._plan, parts, 1))
        except CouldNotCheck:
            yield lost
            return
        self._left -= TRIES * sum(isinstance(each, Lost) for each in found)
        yield from self.results(iter(found))
