"""One pass over all patients and what happened to them, for all measures that ask for time or subgroups."""

from array import array
from collections import Counter
from dataclasses import dataclass, field

from fhircheck.measures.age_groups import AgeGroups, age_on, reference_groups, sex_name
from fhircheck.measures.counted_measure import Merged
from fhircheck.measures.periods import EARLIEST, month_of
from fhircheck.model.facts import Tally
from fhircheck.model.link_facts import OTHER, key_of
from fhircheck.model.quantiles import Quantiles
from fhircheck.model.spilled_rows import side_by_side
from fhircheck.resolve.failed_places import FailedPlaces

CODED, VALUED, UNIT = 0, 2, 4
"""Bits of a row in ``recorded``: there is such an element to judge; one further left, it is as it should be."""
ITEMS = {
    CODED: "Condition.code with system and code",
    VALUED: "Observation with a value",
    UNIT: "Observation.valueQuantity with a UCUM unit",
}
KINDS = {"Condition": "patients with a Condition", "Observation": "patients with an Observation"}
"""What a patient should have at all, by type."""
Shares = dict[tuple[str, str], list[int]]
"""(what, subgroup) -> [with it, all]"""
_ENCOUNTER = key_of("Encounter")
_KINDS = {key_of(kind): name for kind, name in KINDS.items()}


@dataclass(slots=True)
class PatientFacts:
    """What the pass found; days and months after the run or before 1900 are left out.

    months: records by type and month. last: latest day by type. followed: patients with records on more than one day,
    of all; span, encounters, dates: their distributions. groups: patients by group of the reference population;
    ungrouped: those whose sex or age is not known. people: patients by subgroup. recorded: shares by subgroup.
    """

    months: Counter[tuple[str, int]] = field(default_factory=Counter)
    last: dict[str, int] = field(default_factory=dict)
    followed: Tally = field(default_factory=Tally)
    span: Quantiles = field(default_factory=Quantiles)
    encounters: Quantiles = field(default_factory=Quantiles)
    dates: Quantiles = field(default_factory=Quantiles)
    groups: Counter[str] = field(default_factory=Counter)
    ungrouped: int = 0
    people: Counter[str] = field(default_factory=Counter)
    recorded: Shares = field(default_factory=dict)

    def by_month(self) -> dict[int, int]:
        """Records of all types by month."""
        found: Counter[int] = Counter()
        for (_, month), count in self.months.items():
            found[month] += count
        return found


def patient_facts(merged: Merged) -> PatientFacts:
    """The facts of this run, found when first asked for. Raises CouldNotCheck where temporary files fail."""
    found = merged.answers.get("patients")
    if found is None:
        found = merged.answers["patients"] = _Pass(merged).run()
    facts: PatientFacts = found
    return facts


@dataclass(slots=True)
class _Life:
    """One patient. row: the smallest of the Patient's rows. first: where a record is, for those without a Patient."""

    row: tuple[int, ...] = ()
    days: list[int] = field(default_factory=list)
    kinds: set[int] = field(default_factory=set)
    encounters: int = 0
    first: tuple[int, int, int] | None = None
    recorded: Counter[int] = field(default_factory=Counter)


class _Pass:
    def __init__(self, merged: Merged) -> None:
        self.merged = merged
        self.today = merged.tools.now.date().toordinal()
        self.groups = AgeGroups(reference_groups(merged.tools.tables))
        self.facts = PatientFacts()
        self.failed = FailedPlaces(merged.links)
        self.kinds = {name for kind, name in KINDS.items() if merged.resources[kind]}

    def run(self) -> PatientFacts:
        rows = self.merged.rows
        months: Counter[tuple[int, int]] = Counter()
        last: dict[int, int] = {}
        for patients, timeline, recorded in side_by_side(*map(rows.table, ("patients", "timeline", "recorded"))):
            lives: dict[int, _Life] = {}
            self._patients(patients, lives)
            self._timeline(timeline, lives, months, last)
            for patient, bits in zip(recorded[0::2], recorded[1::2], strict=True):
                life = lives.get(patient)
                if life is not None:
                    life.recorded[bits] += 1
            for patient, life in lives.items():
                self._follow(patient, life)
                self._group(life)
        for (kind, month), count in months.items():
            self.facts.months[name_of(self.merged, kind), month] += count
        for kind, day in last.items():
            name = name_of(self.merged, kind)
            self.facts.last[name] = max(day, self.facts.last.get(name, 0))
        self.failed.into(self.facts.followed)
        return self.facts

    def _patients(self, rows: "array[int]", lives: dict[int, _Life]) -> None:
        for start in range(0, len(rows), 8):
            row = tuple(rows[start : start + 8])
            life = lives.get(row[0])
            if life is None:
                lives[row[0]] = _Life(row)
            elif row < life.row:
                life.row = row

    def _timeline(
        self, rows: "array[int]", lives: dict[int, _Life], months: Counter[tuple[int, int]], last: dict[int, int]
    ) -> None:
        today = self.today
        parts = [rows[start::6] for start in (0, 1, 2, 4, 5)]
        for patient, kind, day, source, place in zip(*parts, strict=True):
            if not EARLIEST <= day <= today:
                continue
            months[kind, month_of(day)] += 1
            if day > last.get(kind, 0):
                last[kind] = day
            life = lives.get(patient)
            if life is None:
                life = lives[patient] = _Life()
            life.days.append(day)
            life.kinds.add(kind)
            life.encounters += kind == _ENCOUNTER
            if not life.row and (life.first is None or (source, place, kind) < life.first):
                life.first = source, place, kind

    def _follow(self, patient: int, life: _Life) -> None:
        facts, days = self.facts, set(life.days)
        facts.span.add(max(days) - min(days) if days else 0)
        facts.encounters.add(life.encounters)
        facts.dates.add(len(days))
        passed = len(days) > 1
        facts.followed.count("Patient", passed)
        if not passed:
            facts.followed.patients_failed.add(patient)
            if life.row:
                self.failed.add("Patient", life.row[6], life.row[7], whole=True)
            elif life.first is not None:
                source, place, kind = life.first
                self.failed.add(name_of(self.merged, kind), source, place, whole=True)

    def _group(self, life: _Life) -> None:
        if not life.row:
            return
        facts, row = self.facts, life.row
        age = age_on(max(life.days) if life.days else row[3] or self.today, row[1])
        group = self.groups.group(row[5], age) if age >= 0 else None
        if group is None:
            facts.ungrouped += 1
        else:
            facts.groups[group.name] += 1
        years = self.groups.age(age) if age >= 0 else ""
        for subgroup in (sex_name(row[5]), years or "age not known"):
            facts.people[subgroup] += 1
            self._recorded(subgroup, life)

    def _recorded(self, subgroup: str, life: _Life) -> None:
        for key, name in _KINDS.items():
            if name in self.kinds:
                self._share(name, subgroup, int(key in life.kinds), 1)
        for bits, count in life.recorded.items():
            for item, name in ITEMS.items():
                if bits >> item & 1:
                    self._share(name, subgroup, count * (bits >> item + 1 & 1), count)

    def _share(self, name: str, subgroup: str, passed: int, judged: int) -> None:
        pair = self.facts.recorded.setdefault((name, subgroup), [0, 0])
        pair[0] += passed
        pair[1] += judged


def name_of(merged: Merged, key: int) -> str:
    """The resource type with this key; OTHER for one that is not known any more."""
    return merged.links.names.get(key, OTHER)
