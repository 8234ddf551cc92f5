"""What resources of one shape add to a tally: the same each time, so that it is found out once and multiplied."""

from collections.abc import Iterable

from fhircheck.model.bounded_counts import Name

Parts = tuple[tuple[str, int, int], ...]
"""(path, passed, judged) each"""


class Contribution:
    """Items of one resource. by: passed and judged by path. counts: what is added to Tally.counts. also: what is added
    to parts of the tally, by name. resources_failed: 1 where items fail and are counted here.

    Equal to itself alone, so that it is found in a table at once; make one for each shape and remember it.
    """

    __slots__ = ("also", "by", "cannot_tell", "counts", "resources_failed")

    def __init__(
        self,
        by: Parts = (),
        cannot_tell: int = 0,
        counts: tuple[tuple[Name, int], ...] = (),
        also: "tuple[tuple[str, Contribution], ...]" = (),
        resources_failed: int = 0,
    ) -> None:
        self.by = by
        self.cannot_tell = cannot_tell
        self.counts = counts
        self.also = also
        self.resources_failed = resources_failed


def summed(items: Iterable[tuple[str, bool]]) -> Parts:
    """(path, whether it passed) of single items -> (path, passed, judged)."""
    found: dict[str, list[int]] = {}
    for path, passed in items:
        pair = found.setdefault(path, [0, 0])
        pair[0] += passed
        pair[1] += 1
    return tuple((path, passed, judged) for path, (passed, judged) in found.items())
