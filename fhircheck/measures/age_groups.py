"""Subgroups by sex and age, and the population they are compared with (tables/reference_population.csv)."""

import itertools
from dataclasses import dataclass

from fhircheck.measures.tables import Tables
from fhircheck.measures.timeline import SEXES
from fhircheck.model.errors import UsageError

TABLE = "reference_population"
YEAR = 365.2425
OLDEST = 130
_SEX_NAMES = {number: name for name, number in SEXES.items()}


@dataclass(frozen=True, slots=True)
class Group:
    """sex: as administrative gender. first, last: years of age, both belong to the group. people: in the population."""

    sex: str
    first: int
    last: int
    people: int

    @property
    def age(self) -> str:
        """``18-39`` or ``80+``."""
        return f"{self.first}+" if self.last >= OLDEST else f"{self.first}-{self.last}"

    @property
    def name(self) -> str:
        """``female 18-39``."""
        return f"{self.sex} {self.age}"


def reference_groups(tables: Tables) -> tuple[Group, ...]:
    """The groups of the reference population, by sex and age. Raises UsageError where the table cannot be used."""
    groups = []
    for number, row in enumerate(tables.rows(TABLE), 1):
        try:
            last = int(row["age_to"]) if row["age_to"] else OLDEST
            group = Group(row["sex"], int(row["age_from"]), last, int(row["people"]))
        except ValueError:
            raise UsageError(f"{TABLE}.csv, row {number}: age_from, age_to and people must be whole numbers") from None
        if group.sex not in SEXES or group.people < 0 or not 0 <= group.first <= group.last:
            raise UsageError(f"{TABLE}.csv, row {number}: not a sex of FHIR, or no sound range of ages and people")
        groups.append(group)
    groups.sort(key=lambda each: (each.sex, each.first))
    for one, other in itertools.pairwise(groups):
        if one.sex == other.sex and one.last >= other.first:
            raise UsageError(f"{TABLE}.csv: {one.name} and {other.name} overlap")
    return tuple(groups)


class AgeGroups:
    """Finds the group of a patient."""

    def __init__(self, groups: tuple[Group, ...]) -> None:
        self.groups = groups
        self._of: dict[tuple[int, int], Group | None] = {}
        self._ages: dict[int, str] = {}

    def group(self, sex: int, age: int) -> Group | None:
        """The group of that sex and age, None where the population has none."""
        key = sex, age
        if key not in self._of:
            name = _SEX_NAMES.get(sex, "")
            fitting = (each for each in self.groups if each.sex == name and each.first <= age <= each.last)
            self._of[key] = next(fitting, None)
        return self._of[key]

    def age(self, age: int) -> str:
        """The name of the first age group of any sex that has `age`, empty where none has."""
        if age not in self._ages:
            fitting = (each.age for each in self.groups if each.first <= age <= each.last)
            self._ages[age] = next(fitting, "")
        return self._ages[age]


def age_on(day: int, born: int) -> int:
    """Whole years from birth to `day`, both as date.toordinal counts; -1 where that cannot be told."""
    return int((day - born) / YEAR) if born and day >= born else -1


def sex_name(sex: int) -> str:
    """``male`` or ``female``; all others, and who did not say, together, for they are few."""
    return _SEX_NAMES[sex] if sex in (1, 2) else "other or not said"
