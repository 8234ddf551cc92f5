"""What eligible patients are like: by sex and age, and month by month, so that periods can be compared."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from fhircheck.measures.age_groups import AgeGroups, age_on
from fhircheck.measures.periods import EARLIEST, Periods, periods_of
from fhircheck.model.months import month_of

MET, UNMET = "with", "without"
Mix = tuple[Counter[str], Counter[str]]
"""Patients by group, before the latest period and in it."""


class Patient(NamedTuple):
    """sex: number as in the table ``patients``. born: day of birth, day: that of the index event; 0 for not known."""

    sex: int
    born: int
    day: int


class Characteristics:
    """Takes eligible patients in any order and merges; bounded by sexes, ages, months and requirements.

    ages: (sex, whole years at the index event or -1) -> patients. months: (month, what, group) -> patients.
    """

    def __init__(self) -> None:
        self.ages: Counter[tuple[int, int]] = Counter()
        self.months: Counter[tuple[int, str, str]] = Counter()

    def see(self, patient: Patient, groups: Iterable[tuple[str, str]]) -> None:
        """Take one patient. groups: (what, group) pairs, each `what` once."""
        self.ages[patient.sex, age_on(patient.day, patient.born) if patient.day else -1] += 1
        if patient.day >= EARLIEST:
            month = month_of(patient.day)
            for what, group in groups:
                self.months[month, what, group] += 1

    def merge(self, other: "Characteristics") -> None:
        """Add what `other` saw."""
        self.ages.update(other.ages)
        self.months.update(other.months)

    def by_group(self, groups: AgeGroups) -> tuple[Counter[str], int]:
        """Patients by group of the reference population, and how many are in none of its groups."""
        found: Counter[str] = Counter()
        outside = 0
        for (sex, age), count in self.ages.items():
            group = groups.group(sex, age) if age >= 0 else None
            if group is None:
                outside += count
            else:
                found[group.name] += count
        return found, outside

    def periods(self, today: int) -> Periods | None:
        """The latest period and what was before, without days to come; None where they do not span two months."""
        last = month_of(today)
        return periods_of({month: 1 for month, _, _ in self.months if month <= last})

    def mixes(self, periods: Periods) -> Iterator[tuple[str, Mix]]:
        """Each `what` with its patients by group in both periods, in alphabetical order."""
        found: dict[str, Mix] = {}
        for (month, what, group), count in self.months.items():
            period = periods.of(month)
            if period >= 0:
                found.setdefault(what, (Counter(), Counter()))[period][group] += count
        yield from sorted(found.items())


def with_it(mixes: Iterable[tuple[str, Mix]]) -> Iterator[tuple[str, tuple[list[int], list[int]]]]:
    """Each requirement among `mixes`: (patients with it, all patients), each before the latest period and in it."""
    for what, mix in mixes:
        if any(each.keys() & {MET, UNMET} for each in mix):
            yield what, ([each[MET] for each in mix], [each.total() for each in mix])
