"""Resources that fail across records, from their rows: how many, of how many patients, and the first few places."""

from heapq import nsmallest

from fhircheck.model.facts import EXAMPLES, Tally
from fhircheck.model.issue import Place
from fhircheck.model.link_facts import LinkFacts
from fhircheck.model.spilled_rows import SpilledRows, side_by_side

_MASK = (1 << 64) - 1


class FailedPlaces:
    """Takes items that fail, in any order; `into` tells a Tally of them. Memory is bounded.

    source, place: as rows keep them (model/row_facts.py). Errors: CouldNotCheck where temporary files fail.
    """

    def __init__(self, links: LinkFacts) -> None:
        self._links = links
        self._failed = SpilledRows(1, limit=1 << 19)
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
        name = "" if self._links.stored_sources else self._links.sources.get(source, "")
        example = (name, source, place, path)
        if len(self._examples) < EXAMPLES or example < self._examples[-1]:
            self._examples = nsmallest(EXAMPLES, {*self._examples, example})

    def into(self, tally: Tally) -> None:
        """Set the number of failing resources and keep the examples; called once, at the end."""
        tally.resources_failed = self._whole + sum(len(set(keys)) for (keys,) in side_by_side(self._failed))
        self._failed.close()
        names = self._links.source_names(source for _, source, _, _ in self._examples)
        tally.keep([place_of(names.get(source, ""), place, path) for _, source, place, path in self._examples])


def place_of(source: str, place: int, path: str) -> Place:
    """The Place a packed place stands for: a member of the record, or of one of its entries."""
    entry = place & 0xFF_FFFF
    tail = path.partition(".")[2]
    expression = ".".join(filter(None, (f"Bundle.entry[{entry - 1}].resource", tail))) if entry else path
    return Place(source, place >> 24, "", expression)
