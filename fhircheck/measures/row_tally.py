"""A tally filled from rows: what fails with the patients and places behind it."""

from fhircheck.measures.counted_measure import Merged
from fhircheck.model.facts import Tally
from fhircheck.resolve.failed_places import FailedPlaces


class RowTally:
    """Counts items that are judged after everything was merged, in any order."""

    def __init__(self, merged: Merged) -> None:
        self.tally = Tally()
        self._failed = FailedPlaces(merged.links)

    def passed(self, path: str, count: int = 1) -> None:
        """Count items that pass."""
        pair = self.tally.by.setdefault(path, [0, 0])
        pair[0] += count
        pair[1] += count
        self.tally.numerator += count
        self.tally.denominator += count

    def fails(self, path: str, patient: int, source: int, place: int, where: str = "") -> None:
        """Count an item that fails, of a patient (0: of none). `where`: its expression, where not `path`."""
        self.tally.by.setdefault(path, [0, 0])[1] += 1
        self.tally.denominator += 1
        self._failed.add(where or path, source, place)
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

    def finish(self) -> Tally:
        """The tally, with failing resources counted and examples kept; called once."""
        self._failed.into(self.tally)
        return self.tally
