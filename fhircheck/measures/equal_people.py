"""Patients who are alike in their quasi-identifiers, counted from rows, one bucket at a time."""

from collections import Counter
from collections.abc import Iterator

from fhircheck.measures.counted_measure import Merged
from fhircheck.model.facts import Tally
from fhircheck.model.row_facts import WIDTHS, RowFacts
from fhircheck.model.spilled_rows import SpilledRows, side_by_side
from fhircheck.resolve.failed_places import FailedPlaces

_PATIENT = WIDTHS["patients"]
"""Numbers a row; the last two are source and place."""


def by_value(rows: RowFacts) -> SpilledRows:
    """Rows (value, quasi-identifier, patient), each patient once for each quasi-identifier.

    Of a Patient that is there more than once with several values, the value with the smallest key counts.
    """
    found = SpilledRows(3)
    for (quasi,) in side_by_side(rows.table("quasi")):
        least: dict[tuple[int, int], int] = {}
        for patient, number, value in zip(quasi[0::3], quasi[1::3], quasi[2::3], strict=True):
            before = least.get((patient, number))
            if before is None or value < before:
                least[patient, number] = value
        for (patient, number), value in least.items():
            found.fresh += (value, number, patient)
        found.settle()
    return found


def with_sensitive(rows: RowFacts) -> SpilledRows:
    """Rows (value of all quasi-identifiers together, sensitive value), once for each patient who has both."""
    found = SpilledRows(2)
    for quasi, sensitive in side_by_side(rows.table("quasi"), rows.table("sensitive")):
        classes: dict[int, int] = {}
        for patient, number, value in zip(quasi[0::3], quasi[1::3], quasi[2::3], strict=True):
            if number == 0:
                classes[patient] = min(value, classes.get(patient, value))
        for patient, group in set(zip(sensitive[0::2], sensitive[1::2], strict=True)):
            if patient in classes:
                found.fresh += (classes[patient], group)
        found.settle()
    return found


def sizes_of(values: SpilledRows) -> Iterator[tuple[Counter[tuple[int, int]], list[tuple[int, int, int]]]]:
    """Bucket by bucket: patients for each (value, quasi-identifier), and the rows themselves."""
    for (numbers,) in side_by_side(values):
        rows = list(zip(numbers[0::3], numbers[1::3], numbers[2::3], strict=True))
        yield Counter((value, number) for value, number, _ in rows), rows


def tell_failing(failing: SpilledRows, paths: dict[int, str], merged: Merged, tally: Tally) -> None:
    """Note the Patient resources of `failing`, rows (patient, number of a path), with patients and examples."""
    places = FailedPlaces(merged.links)
    for few, patients in side_by_side(failing, merged.rows.table("patients")):
        wanted: dict[int, int] = {}
        for patient, number in zip(few[0::2], few[1::2], strict=True):
            wanted[patient] = min(number, wanted.get(patient, number))
        for start in range(0, len(patients), _PATIENT):
            number = wanted.get(patients[start], -1)
            if number >= 0:
                places.add(paths[number], patients[start + _PATIENT - 2], patients[start + _PATIENT - 1])
        for patient in wanted:
            tally.patients_failed.add(patient)
    places.into(tally)
    failing.close()
