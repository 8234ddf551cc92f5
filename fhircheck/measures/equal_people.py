"""Patients who are alike in their quasi-identifiers, counted from rows, one bucket at a time."""

from collections.abc import Mapping
from functools import partial

from fhircheck.measures.counted_measure import Merged
from fhircheck.model.distinct import Distinct
from fhircheck.model.facts import Tally
from fhircheck.model.protocols import RowTable
from fhircheck.model.row_facts import WIDTHS, RowFacts
from fhircheck.model.row_joins import Join, Numbers, derive, fold, made
from fhircheck.model.spilled_rows import SpilledRows
from fhircheck.resolve.failed_places import FailedPlaces, SourceNames

_PATIENT = WIDTHS["patients"]
"""Numbers a row; the last two are source and place."""
_Sensitive = tuple[dict[int, int], set[tuple[int, int]]]
"""Patient -> value of all quasi-identifiers together; (patient, sensitive value)."""


def by_value(rows: RowFacts) -> RowTable:
    """Rows (value, quasi-identifier, patient), each patient once for each quasi-identifier.

    Of a Patient that is there more than once with several values, the value with the smallest key counts.
    """
    return derive(Join(_least, _no_rows, _values), rows.table("quasi"))


def _least(known: dict[tuple[int, int], int] | None, quasi: Numbers) -> dict[tuple[int, int], int]:
    least = {} if known is None else known
    for patient, number, value in zip(quasi[0::3], quasi[1::3], quasi[2::3], strict=True):
        before = least.get((patient, number))
        if before is None or value < before:
            least[patient, number] = value
    return least


def _no_rows(least: object, quasi: Numbers) -> SpilledRows:
    return made(3, ())


def _values(least: dict[tuple[int, int], int]) -> SpilledRows:
    return made(3, [each for (patient, number), value in least.items() for each in (value, number, patient)])


def with_sensitive(rows: RowFacts) -> RowTable:
    """Rows (value of all quasi-identifiers together, sensitive value), once for each patient who has both."""
    return derive(Join(_sensitive, _no_pairs, _pairs), rows.table("quasi"), rows.table("sensitive"))


def _sensitive(known: _Sensitive | None, quasi: Numbers, sensitive: Numbers) -> _Sensitive:
    classes, pairs = ({}, set()) if known is None else known
    for patient, number, value in zip(quasi[0::3], quasi[1::3], quasi[2::3], strict=True):
        if number == 0:
            classes[patient] = min(value, classes.get(patient, value))
    pairs.update(zip(sensitive[0::2], sensitive[1::2], strict=True))
    return classes, pairs


def _no_pairs(known: _Sensitive, quasi: Numbers, sensitive: Numbers) -> SpilledRows:
    return made(2, ())


def _pairs(known: _Sensitive) -> SpilledRows:
    classes, pairs = known
    return made(2, [each for patient, group in pairs if patient in classes for each in (classes[patient], group)])


def tell_failing(failing: RowTable, paths: dict[int, str], merged: Merged, tally: Tally) -> None:
    """Note the Patient resources of `failing`, rows (patient, number of a path), with patients and examples."""
    join = Join(_wanted, partial(_find, paths, merged.links.known_sources), partial(_told, merged.links.known_sources))
    found = fold(join, failing, merged.rows.table("patients"))
    found.places.into(tally, merged.links)
    tally.patients_failed.merge(found.patients)
    failing.close()


class _Found:
    """Patients who fail, and where their Patient resources are."""

    def __init__(self, names: SourceNames) -> None:
        self.places, self.patients = FailedPlaces(names), Distinct()

    def merge(self, other: "_Found") -> None:
        self.places.merge(other.places)
        self.patients.merge(other.patients)


def _wanted(known: dict[int, int] | None, failing: Numbers, patients: Numbers) -> dict[int, int]:
    """Patients who fail, with the smallest number of a path."""
    wanted = {} if known is None else known
    for patient, number in zip(failing[0::2], failing[1::2], strict=True):
        wanted[patient] = min(number, wanted.get(patient, number))
    return wanted


def _find(
    paths: Mapping[int, str], names: SourceNames, wanted: dict[int, int], failing: Numbers, patients: Numbers
) -> _Found:
    found = _Found(names)
    for start in range(0, len(patients), _PATIENT):
        number = wanted.get(patients[start], -1)
        if number >= 0:
            found.places.add(paths[number], patients[start + _PATIENT - 2], patients[start + _PATIENT - 1])
    return found


def _told(names: SourceNames, wanted: dict[int, int]) -> _Found:
    found = _Found(names)
    found.patients = Distinct(wanted)
    return found
