"""One pass over all patients and what happened to them, for all measures that ask for time or subgroups."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from fhircheck.measures.age_groups import AgeGroups, Group, age_on, reference_groups, sex_name
from fhircheck.measures.counted_measure import Merged
from fhircheck.measures.periods import EARLIEST
from fhircheck.model.facts import Tally
from fhircheck.model.link_facts import OTHER, key_of
from fhircheck.model.months import month_of
from fhircheck.model.quantiles import Quantiles
from fhircheck.model.row_joins import Join, Numbers, fold
from fhircheck.resolve.failed_places import FailedPlaces, SourceNames

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

    def share(self, name: str, subgroup: str, passed: int, judged: int) -> None:
        """Count items of a subgroup of which so many have `name`."""
        pair = self.recorded.setdefault((name, subgroup), [0, 0])
        pair[0] += passed
        pair[1] += judged

    def merge(self, other: "PatientFacts") -> None:
        """Add other patients; months and last days are counted apart."""
        self.followed.merge(other.followed)
        self.span.merge(other.span)
        self.encounters.merge(other.encounters)
        self.dates.merge(other.dates)
        self.groups.update(other.groups)
        self.ungrouped += other.ungrouped
        self.people.update(other.people)
        for (name, subgroup), (passed, judged) in other.recorded.items():
            self.share(name, subgroup, passed, judged)


def patient_facts(merged: Merged) -> PatientFacts:
    """The facts of this run, found when first asked for. Raises CouldNotCheck where temporary files fail."""
    found = merged.answers.get("patients")
    if found is None:
        found = merged.answers["patients"] = _pass(merged)
    facts: PatientFacts = found
    return facts


@dataclass(slots=True)
class _Life:
    """One patient. row: the smallest of the Patient's rows. first: where a record is, for those without a Patient."""

    row: tuple[int, ...] = ()
    days: set[int] = field(default_factory=set)
    kinds: set[int] = field(default_factory=set)
    encounters: int = 0
    first: tuple[int, int, int] | None = None
    recorded: Counter[int] = field(default_factory=Counter)


Lives = dict[int, _Life]


def _pass(merged: Merged) -> PatientFacts:
    look = _Pass(
        merged.tools.now.date().toordinal(),
        reference_groups(merged.tools.tables),
        frozenset(name for kind, name in KINDS.items() if merged.resources[kind]),
        merged.links.known_sources,
        merged.links.names,
    )
    tables = map(merged.rows.table, ("patients", "timeline", "recorded"))
    found = fold(Join(look.know, look.see, look.tell), *tables)
    facts = found.facts
    for (kind, month), count in found.months.items():
        facts.months[name_of(merged, kind), month] += count
    for kind, day in found.last.items():
        name = name_of(merged, kind)
        facts.last[name] = max(day, facts.last.get(name, 0))
    found.failed.into(facts.followed, merged.links)
    return facts


class _Found:
    """What was found of some patients. months, last: as in PatientFacts, by the keys of types."""

    def __init__(self, names: SourceNames) -> None:
        self.facts = PatientFacts()
        self.failed = FailedPlaces(names)
        self.months: Counter[tuple[int, int]] = Counter()
        self.last: dict[int, int] = {}

    def merge(self, other: "_Found") -> None:
        self.facts.merge(other.facts)
        self.failed.merge(other.failed)
        self.months.update(other.months)
        for kind, day in other.last.items():
            self.last[kind] = max(day, self.last.get(kind, 0))


@dataclass(frozen=True, slots=True)
class _Pass:
    """The pass over patients. today: last day that counts. sources, types: names by key. kinds: those of KINDS."""

    today: int
    groups: tuple[Group, ...]
    kinds: frozenset[str]
    sources: SourceNames
    types: Mapping[int, str]

    def know(self, known: Lives | None, patients: Numbers, timeline: Numbers, recorded: Numbers) -> Lives:
        """The lives of patients who have a Patient or a dated record."""
        lives = {} if known is None else known
        for start in range(0, len(patients), 8):
            row = tuple(patients[start : start + 8])
            life = _life(lives, row[0])
            if not life.row or row < life.row:
                life.row = row
        parts = [timeline[start::6] for start in (0, 1, 2, 4, 5)]
        for patient, kind, day, source, place in zip(*parts, strict=True):
            if EARLIEST <= day <= self.today:
                life = _life(lives, patient)
                life.days.add(day)
                life.kinds.add(kind)
                life.encounters += kind == _ENCOUNTER
                if life.first is None or (source, place, kind) < life.first:
                    life.first = source, place, kind
        for patient, bits in zip(recorded[0::2], recorded[1::2], strict=True):
            _life(lives, patient).recorded[bits] += 1
        return lives

    def see(self, lives: Lives, patients: Numbers, timeline: Numbers, recorded: Numbers) -> _Found:
        """Count records by type and month."""
        found = _Found(self.sources)
        months, last = found.months, found.last
        for kind, day in zip(timeline[1::6], timeline[2::6], strict=True):
            if EARLIEST <= day <= self.today:
                months[kind, month_of(day)] += 1
                if day > last.get(kind, 0):
                    last[kind] = day
        return found

    def tell(self, lives: Lives) -> _Found:
        """Count patients."""
        found, groups = _Found(self.sources), AgeGroups(self.groups)
        for patient, life in lives.items():
            if life.row or life.days:
                self._follow(patient, life, found)
                self._group(life, groups, found.facts)
        return found

    def _follow(self, patient: int, life: _Life, found: _Found) -> None:
        facts, days = found.facts, life.days
        facts.span.add(max(days) - min(days) if days else 0)
        facts.encounters.add(life.encounters)
        facts.dates.add(len(days))
        passed = len(days) > 1
        facts.followed.count("Patient", passed)
        if not passed:
            facts.followed.patients_failed.add(patient)
            if life.row:
                found.failed.add("Patient", life.row[6], life.row[7], whole=True)
            elif life.first is not None:
                source, place, kind = life.first
                found.failed.add(self.types.get(kind, OTHER), source, place, whole=True)

    def _group(self, life: _Life, groups: AgeGroups, facts: PatientFacts) -> None:
        if not life.row:
            return
        row = life.row
        age = age_on(max(life.days) if life.days else row[3] or self.today, row[1])
        group = groups.group(row[5], age) if age >= 0 else None
        if group is None:
            facts.ungrouped += 1
        else:
            facts.groups[group.name] += 1
        years = groups.age(age) if age >= 0 else ""
        for subgroup in (sex_name(row[5]), years or "age not known"):
            facts.people[subgroup] += 1
            self._recorded(subgroup, life, facts)

    def _recorded(self, subgroup: str, life: _Life, facts: PatientFacts) -> None:
        for key, name in _KINDS.items():
            if name in self.kinds:
                facts.share(name, subgroup, int(key in life.kinds), 1)
        for bits, count in life.recorded.items():
            for item, name in ITEMS.items():
                if bits >> item & 1:
                    facts.share(name, subgroup, count * (bits >> item + 1 & 1), count)


def _life(lives: Lives, patient: int) -> _Life:
    life = lives.get(patient)
    if life is None:
        life = lives[patient] = _Life()
    return life


def name_of(merged: Merged, key: int) -> str:
    """The resource type with this key; OTHER for one that is not known any more."""
    return merged.links.names.get(key, OTHER)
