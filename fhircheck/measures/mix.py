"""Which codes, code system versions and profiles are in use in the latest period, and which were before."""

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from heapq import nsmallest

from fhircheck.measures.counted_measure import Merged
from fhircheck.measures.mix_keys import PROFILE, PROFILE_KEY, SYSTEM, VERSION, VERSION_KEY
from fhircheck.measures.patient_pass import patient_facts
from fhircheck.measures.periods import Periods, periods_of
from fhircheck.model.facts import Tally
from fhircheck.model.link_facts import key_of
from fhircheck.model.row_joins import Join, Numbers, fold

MEASURE_NAME = "distribution-drift"
"""The measure whose tally holds the names that rows have keys of."""
TOP = 10
"""Codes of a system that are told apart; the rest counts together. Ten is the usual number of classes of the index."""
_GROUPS = {VERSION_KEY: VERSION, PROFILE_KEY: PROFILE}
Counts = list[int]
"""[before the latest period, in it]"""
Items = dict[tuple[int, int], Counts]


@dataclass(slots=True)
class Codes:
    """The codes of one system in one type. all: of all codes. top: key -> counts of the most frequent TOP."""

    all: Counts = field(default_factory=lambda: [0, 0])
    top: dict[int, Counts] = field(default_factory=dict)

    def add(self, item: int, counts: Counts) -> None:
        """See a code with all its counts; called once a code."""
        self.all[0] += counts[0]
        self.all[1] += counts[1]
        self.top[item] = counts
        if len(self.top) > 4 * TOP:
            self.trim()

    def trim(self) -> None:
        """Keep the most frequent codes, of equal ones those with the smallest keys."""
        kept = nsmallest(TOP, self.top, key=lambda item: (-sum(self.top[item]), item))
        self.top = {item: self.top[item] for item in kept}

    def merge(self, other: "Codes") -> None:
        """Add codes of other keys."""
        self.all[0] += other.all[0]
        self.all[1] += other.all[1]
        self.top |= other.top
        self.trim()

    def parts(self) -> tuple[dict[int, int], dict[int, int]]:
        """Counts by category, before and in the latest period; -1 stands for all other codes."""
        self.trim()
        found = []
        for period in (0, 1):
            part = {item: counts[period] for item, counts in self.top.items()}
            found.append(part)
        rest = [self.all[period] - sum(found[period].values()) for period in (0, 1)]
        if any(rest):
            found[0][-1], found[1][-1] = rest
        return found[0], found[1]


@dataclass(slots=True)
class MixFacts:
    """periods: None where the data does not span two months. records: dated records of patients in each period.

    codes: by "TYPE SYSTEM". used: (what, name) -> counts, of systems, versions and profiles.
    """

    periods: Periods | None
    records: Counts = field(default_factory=lambda: [0, 0])
    codes: dict[str, Codes] = field(default_factory=dict)
    used: dict[tuple[str, str], Counts] = field(default_factory=dict)

    def merge(self, other: "MixFacts") -> None:
        """Add codes, versions and profiles of other keys; periods and records are of all data."""
        for name, codes in other.codes.items():
            self.codes.setdefault(name, Codes()).merge(codes)
        for name_of, counts in other.used.items():
            mine = self.used.setdefault(name_of, [0, 0])
            mine[0] += counts[0]
            mine[1] += counts[1]


def mix_facts(merged: Merged) -> MixFacts:
    """The facts of this run, found when first asked for. Raises CouldNotCheck where temporary files fail."""
    found = merged.answers.get("mix")
    if found is None:
        found = merged.answers["mix"] = _find(merged)
    facts: MixFacts = found
    return facts


def _find(merged: Merged) -> MixFacts:
    months = patient_facts(merged).by_month()
    facts = MixFacts(periods_of(months))
    if facts.periods is None:
        return facts
    for month, count in months.items():
        facts.records[facts.periods.of(month)] += count
    tally = merged.tallies.get(MEASURE_NAME) or Tally()
    names = {key_of(" ".join(name)): name for name, _ in tally.counts if len(name) > 1}
    found = fold(Join(partial(_by_item, facts.periods), _nothing, partial(_tell, names)), merged.rows.table("mix"))
    facts.codes, facts.used = found.codes, found.used
    for name, codes in facts.codes.items():
        facts.used[SYSTEM, name] = codes.all
    return facts


def _by_item(periods: Periods, known: Items | None, rows: Numbers) -> Items:
    """Counts of each (item, group)."""
    found = {} if known is None else known
    for (item, group, month), times in Counter(zip(rows[0::3], rows[1::3], rows[2::3], strict=True)).items():
        period = periods.of(month)
        if period >= 0:
            found.setdefault((item, group), [0, 0])[period] += times
    return found


def _nothing(items: Items, rows: Numbers) -> MixFacts:
    return MixFacts(None)


def _tell(names: dict[int, tuple[str, ...]], items: Items) -> MixFacts:
    facts = MixFacts(None)
    for (item, group), counts in items.items():
        if group in _GROUPS:
            if item in names:
                facts.used[_GROUPS[group], names[item][1]] = counts
        elif group in names:
            facts.codes.setdefault(names[group][1], Codes()).add(item, counts)
    return facts
