"""A tally filled from rows: what fails with the patients and places behind it."""

from fhircheck.model.facts import Tally
from fhircheck.model.link_facts import LinkFacts
from fhircheck.resolve.failed_places import FailedPlaces, SourceNames


class RowTally:
    """Counts items that are judged after everything was merged, in any order; merges. names: LinkFacts.known_sources"""

    __slots__ = ("_failed", "tally")

    def __init__(self, names: SourceNames) -> None:
        self.tally = Tally()
        self._failed = FailedPlaces(names)

    def passed(self, path: str, count: int = 1) -> None:
        """Count items that pass."""
        pair = self.tally.by.setdefault(path, [0, 0])
        pair[0] += count
        pair[1] += count
        self.tally.numerator += count
        self.tally.denominator += count

    def fails(self, path: str, patient: int, source: int, place: int, where: str = "", *, whole: bool = False) -> None:
        """Count an item that fails, of a patient (0: of none). `where`: its expression, where not `path`.

        whole: the item is the resource, so that no other of it comes.
        """
        self.tally.by.setdefault(path, [0, 0])[1] += 1
        self.tally.denominator += 1
        self.note(where or path, patient, source, place, whole=whole)

    def missing(self, path: str, count: int) -> None:
        """Count items that fail by not being there."""
        self.tally.by.setdefault(path, [0, 0])[1] += count
        self.tally.denominator += count

    def note(self, where: str, patient: int, source: int, place: int, *, whole: bool = False) -> None:
        """Note who and what is behind an item that fails and was counted by itself."""
        self._failed.add(where, source, place, whole=whole)
        if patient:
            self.tally.patients_failed.add(patient)

    def turn(self, path: str, patient: int, source: int, place: int) -> None:
        """Let an item fail that was counted as passing."""
        pair = self.tally.by[path]
        pair[0] -= 1
        pair[1] -= 1
        self.tally.numerator -= 1
        self.tally.denominator -= 1
        self.fails(path, patient, source, place)

    def cannot_tell(self, count: int = 1) -> None:
        """Count items that cannot be told."""
        self.tally.cannot_tell += count

    def merge(self, other: "RowTally") -> None:
        """Add what `other` counted."""
        self.tally.merge(other.tally)
        self._failed.merge(other._failed)

    def finish(self, links: LinkFacts) -> Tally:
        """The tally, with failing resources counted and examples kept; called once."""
        self._failed.into(self.tally, links)
        return self.tally
