"""What one pass over some records counted. Everything here merges: neutral element, any order."""

from collections import Counter
from dataclasses import dataclass, field
from heapq import nsmallest

from fhircheck.model.arrival import Arrival
from fhircheck.model.bounded_counts import BoundedCounts
from fhircheck.model.census_facts import CensusFacts
from fhircheck.model.contribution import Contribution
from fhircheck.model.decision_facts import DecisionFacts
from fhircheck.model.distinct import Distinct
from fhircheck.model.issue import Issue, Place, Severity
from fhircheck.model.link_facts import LinkFacts
from fhircheck.model.quantiles import Quantiles
from fhircheck.model.row_facts import RowFacts
from fhircheck.model.source_facts import SourcesApart
from fhircheck.model.split_line import SplitLine, UsableLine

EXAMPLES = 3
GROUPS = 2_000
PROFILES = 5_000
OTHER_PROFILES = "(other profiles)"

GroupKey = tuple[Severity, str, str, str]
"""severity, kind, definition, profile"""


@dataclass(slots=True)
class Group:
    """Findings of one kind at one definition: counts and the smallest few as examples."""

    count: int = 0
    resources: int = 0
    examples: list[Issue] = field(default_factory=list)

    def add(self, issue: Issue) -> None:
        """Count one finding."""
        self.count += 1
        self.keep([issue])

    def keep(self, issues: list[Issue]) -> None:
        """Keep the smallest EXAMPLES by place: the same ones whatever order they came in."""
        if len(self.examples) == EXAMPLES and len(issues) == 1 and issues[0].place > self.examples[-1].place:
            return
        self.examples = nsmallest(EXAMPLES, [*self.examples, *issues], key=example_key)

    def merge(self, other: "Group") -> None:
        """Add what `other` counted."""
        self.count += other.count
        self.resources += other.resources
        self.keep(other.examples)


def example_key(issue: Issue) -> tuple[Place, tuple[tuple[str, bool, str], ...], bool, str]:
    """Total order over findings of one group that does not depend on when they were found."""
    shown = tuple((name, isinstance(value, str), str(value)) for name, value in issue.params)
    return issue.place, shown, issue.value is not None, issue.value or ""


@dataclass(slots=True)
class Groups:
    """Findings by group. Bounded: the GROUPS smallest keys stay exact, all others count in totals only.

    A key that is among the smallest of all data is among the smallest of every part of it, so its
    count is exact however the parts are merged.
    """

    groups: dict[GroupKey, Group] = field(default_factory=dict)
    totals: Counter[tuple[Severity, str]] = field(default_factory=Counter)

    def add(self, issues: list[Issue]) -> None:
        """Count the findings of one record."""
        touched: set[tuple[GroupKey, str]] = set()
        for issue in issues:
            key: GroupKey = (issue.severity, issue.kind, issue.definition, issue.profile)
            self.totals[issue.severity, issue.kind] += 1
            group = self.groups.get(key)
            if group is None:
                group = self.groups[key] = Group()
            group.add(issue)
            touched.add((key, issue.place.resource))
        for key, _ in touched:
            self.groups[key].resources += 1
        self._bound()

    def merge(self, other: "Groups") -> None:
        """Add what `other` counted."""
        self.totals.update(other.totals)
        for key, group in other.groups.items():
            mine = self.groups.get(key)
            if mine is None:
                mine = self.groups[key] = Group()
            mine.merge(group)
        self._bound()

    def _bound(self) -> None:
        if len(self.groups) > 2 * GROUPS:
            self.trim()

    def trim(self) -> None:
        """Keep the GROUPS smallest keys."""
        if len(self.groups) > GROUPS:
            self.groups = {key: self.groups[key] for key in nsmallest(GROUPS, self.groups)}


@dataclass(slots=True)
class Tally:
    """Counts of one measure: how many items passed of how many that could be judged.

    by: the same pair by element path, so that a number leads to its parts.
    examples: the smallest few places of items that did not pass. patients_failed: patients with such an item.
    counts, quantiles: what else a measure has to tell: distributions by name, numbers by name.
    failing: an item of the resource that is being looked at did not pass.
    repeated: what resources of one shape add, and how many there were; part of the numbers once it is settled.
    parts: tallies of other measures, whose items were found by the same look at a resource.
    """

    numerator: int = 0
    denominator: int = 0
    cannot_tell: int = 0
    by: dict[str, list[int]] = field(default_factory=dict)
    examples: list[Place] = field(default_factory=list)
    resources_failed: int = 0
    patients_failed: Distinct = field(default_factory=Distinct)
    counts: BoundedCounts = field(default_factory=BoundedCounts)
    quantiles: dict[str, Quantiles] = field(default_factory=dict)
    failing: bool = field(default=False, compare=False)
    repeated: dict[Contribution, int] = field(default_factory=dict, compare=False, repr=False)
    parts: "dict[str, Tally]" = field(default_factory=dict)

    def repeat(self, contribution: Contribution) -> None:
        """Count once more what resources of a known shape add; `settle` brings it into the numbers."""
        repeated = self.repeated
        repeated[contribution] = repeated.get(contribution, 0) + 1

    def part(self, name: str) -> "Tally":
        """The part called `name`."""
        found = self.parts.get(name)
        if found is None:
            found = self.parts[name] = Tally()
        return found

    def settle(self) -> None:
        """Bring what was repeated into the numbers."""
        repeated, self.repeated = self.repeated, {}
        for each, times in repeated.items():
            self._add(each, times)
        for part in self.parts.values():
            part.settle()

    def _add(self, contribution: Contribution, times: int) -> None:
        self.cannot_tell += contribution.cannot_tell * times
        self.resources_failed += contribution.resources_failed * times
        for path, passed, judged in contribution.by:
            self.numerator += passed * times
            self.denominator += judged * times
            pair = self.by.setdefault(path, [0, 0])
            pair[0] += passed * times
            pair[1] += judged * times
        for name, number in contribution.counts:
            self.counts.add(name, number * times)
        for part, more in contribution.also:
            self.part(part)._add(more, times)

    def count(self, path: str, passed: bool, place: Place | None = None) -> None:
        """Count one judged item at `path`; `place` is kept as an example where it did not pass."""
        pair = self.by.get(path)
        if pair is None:
            pair = self.by[path] = [0, 0]
        self.denominator += 1
        pair[1] += 1
        if passed:
            self.numerator += 1
            pair[0] += 1
            return
        self.failing = True
        if place is not None:
            self.keep([place])

    def number(self, name: str, value: float) -> None:
        """See one number of the distribution called `name`."""
        found = self.quantiles.get(name)
        if found is None:
            found = self.quantiles[name] = Quantiles()
        found.add(value)

    def keep(self, places: list[Place]) -> None:
        """Keep the smallest EXAMPLES places."""
        if len(self.examples) == EXAMPLES and len(places) == 1 and places[0] >= self.examples[-1]:
            return
        self.examples = nsmallest(EXAMPLES, [*self.examples, *places])

    def merge(self, other: "Tally") -> None:
        """Add what `other` counted."""
        other.settle()
        self.settle()
        self.numerator += other.numerator
        self.denominator += other.denominator
        self.cannot_tell += other.cannot_tell
        self.resources_failed += other.resources_failed
        for path, (passed, all_) in other.by.items():
            pair = self.by.setdefault(path, [0, 0])
            pair[0] += passed
            pair[1] += all_
        self.keep(other.examples)
        self.patients_failed.merge(other.patients_failed)
        self.counts.merge(other.counts)
        for name, part in other.parts.items():
            self.part(name).merge(part)
        for name, numbers in other.quantiles.items():
            self.quantiles.setdefault(name, Quantiles()).merge(numbers)


UndecidedKey = tuple[str, str]
"""reason (kebab-case), detail: what could not be told, e.g. ("code-system-content", system url)"""


@dataclass(slots=True)
class Partial:
    """All that the first pass learned from some records.

    resources: by type, entries of Bundles and top-level resources (not contained ones).
    invalid: resources with at least one error, by type. unreadable: records that are no resource.
    profiles: (profile url, how it was chosen) -> [resources, resources without an error].
    undecided: what could not be told while checking -> how often.
    versions: (source, FHIR version other than R4) -> (resources, the first one's place, evidence).
    usable: resources that meet a requirement of the use case whose usable ones are to be written.
    lines: records for the files of a split; unwritten: those that cannot be written as a line.
    apart: what was counted of each source by itself, where that is asked for; it is in the counts of the whole too.
    census: what the data is made of. arrivals: each resource as it arrived, where a stream is followed.
    """

    records: int = 0
    bytes: int = 0
    unreadable: int = 0
    files: int = 0
    resources: Counter[str] = field(default_factory=Counter)
    invalid: Counter[str] = field(default_factory=Counter)
    profiles: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    undecided: Counter[UndecidedKey] = field(default_factory=Counter)
    versions: dict[tuple[str, str], tuple[int, Place, str]] = field(default_factory=dict)
    groups: Groups = field(default_factory=Groups)
    tallies: dict[str, Tally] = field(default_factory=dict)
    links: LinkFacts = field(default_factory=LinkFacts)
    rows: RowFacts = field(default_factory=RowFacts)
    issues: list[Issue] = field(default_factory=list)
    decisions: DecisionFacts = field(default_factory=DecisionFacts)
    lines: list[SplitLine] = field(default_factory=list)
    usable: list[UsableLine] = field(default_factory=list)
    unwritten: int = 0
    apart: SourcesApart = field(default_factory=SourcesApart)
    census: CensusFacts = field(default_factory=CensusFacts)
    arrivals: list[Arrival] = field(default_factory=list)

    def see_version(self, seen: tuple[str, str], count: int, place: Place, evidence: str) -> None:
        """Count resources of another FHIR version; the first place stands for all."""
        before = self.versions.get(seen)
        if before is not None:
            count += before[0]
            place, evidence = min((place, evidence), before[1:])
        self.versions[seen] = (count, place, evidence)

    def use_profile(self, key: tuple[str, str], checked: int, passed: int) -> None:
        """Count resources checked against a profile, and those without an error."""
        pair = self.profiles.setdefault(key, [0, 0])
        pair[0] += checked
        pair[1] += passed

    def trim_profiles(self) -> None:
        """Keep the PROFILES smallest keys and count the others together: claims out of the data are without bound.

        As with Groups, the smallest keys of all data are among the smallest of each part, so they stay exact.
        """
        if len(self.profiles) <= PROFILES:
            return
        kept = set(nsmallest(PROFILES, (key for key in self.profiles if key[0] != OTHER_PROFILES)))
        before, self.profiles = self.profiles, {}
        for key, (checked, passed) in before.items():
            self.use_profile(key if key in kept else (OTHER_PROFILES, key[1]), checked, passed)

    def merge(self, other: "Partial") -> None:
        """Add what `other` learned; findings are appended in the order given."""
        self.records += other.records
        self.bytes += other.bytes
        self.unreadable += other.unreadable
        self.files += other.files
        self.resources.update(other.resources)
        self.invalid.update(other.invalid)
        for key, (checked, passed) in other.profiles.items():
            self.use_profile(key, checked, passed)
        if len(self.profiles) > 2 * PROFILES:
            self.trim_profiles()
        self.undecided.update(other.undecided)
        for seen, (count, place, evidence) in other.versions.items():
            self.see_version(seen, count, place, evidence)
        self.groups.merge(other.groups)
        for name, tally in other.tallies.items():
            self.tallies.setdefault(name, Tally()).merge(tally)
        self.links.merge(other.links)
        self.rows.merge(other.rows)
        self.issues.extend(other.issues)
        self.decisions.merge(other.decisions)
        self.lines.extend(other.lines)
        self.usable.extend(other.usable)
        self.unwritten += other.unwritten
        self.apart.merge(other.apart)
        self.census.merge(other.census)
        self.arrivals.extend(other.arrivals)
