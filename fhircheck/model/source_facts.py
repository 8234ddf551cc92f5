"""What one pass counted of each source by itself, where sources are measured apart; merges in any order."""

from collections import Counter
from dataclasses import dataclass, field
from heapq import nsmallest
from typing import TYPE_CHECKING

from fhircheck.model.bounded_counts import BoundedCounts
from fhircheck.model.distinct import Distinct
from fhircheck.model.link_facts import LinkFacts
from fhircheck.model.row_facts import RowFacts
from fhircheck.model.spilled_rows import SpilledRows

if TYPE_CHECKING:
    from fhircheck.model.facts import Partial, Tally

SOURCES = 10
"""Up to so many sources are measured apart, those with the smallest names; all others together as OTHER_SOURCES."""
OTHER_SOURCES = "(other sources)"
MIXES = ("systems", "units", "profiles", "versions")


@dataclass(slots=True)
class SourceFacts:
    """One source. identifiers: rows (hash of system and value, patient, hash of system) of Patient.identifier.

    patients: who it tells about. named: identifier system -> Patient resources that have one; an empty system stands
    for identifiers without any. mixes: by MIXES, what is used how often: (element, code system), (code, unit),
    (type, profile), (code system or profile, version).
    """

    tallies: "dict[str, Tally]" = field(default_factory=dict)
    links: LinkFacts = field(default_factory=LinkFacts)
    rows: RowFacts = field(default_factory=RowFacts)
    resources: Counter[str] = field(default_factory=Counter)
    patients: Distinct = field(default_factory=Distinct)
    identifiers: SpilledRows = field(default_factory=lambda: SpilledRows(3))
    named: BoundedCounts = field(default_factory=BoundedCounts)
    mixes: dict[str, BoundedCounts] = field(default_factory=lambda: {name: BoundedCounts() for name in MIXES})

    def merge(self, other: "SourceFacts") -> None:
        """Add what `other` counted."""
        from fhircheck.model.facts import Tally

        for name, tally in other.tallies.items():
            self.tallies.setdefault(name, Tally()).merge(tally)
        self.links.merge(other.links)
        self.rows.merge(other.rows)
        self.resources.update(other.resources)
        self.patients.merge(other.patients)
        self.identifiers.merge(other.identifiers)
        self.named.merge(other.named)
        for name, counts in self.mixes.items():
            counts.merge(other.mixes[name])

    def close(self) -> None:
        """Free memory and disk."""
        self.links.close()
        self.rows.close()
        self.identifiers.close()


class SourcesApart:
    """Facts by the name of their source, bounded: the SOURCES smallest names stay, the rest becomes one.

    A name that is among the smallest of all data is among the smallest of every part of it, so what is counted for it
    is exact however the parts are merged.
    """

    __slots__ = ("_by_name",)

    def __init__(self) -> None:
        self._by_name: dict[str, SourceFacts] = {}

    def of(self, name: str) -> SourceFacts:
        """The facts of the source called `name`."""
        found = self._by_name.get(name)
        if found is None:
            if len(self._by_name) > 2 * SOURCES:
                self._trim()
            found = self._by_name[name] = SourceFacts()
        return found

    def merge(self, other: "SourcesApart") -> None:
        """Add what `other` counted."""
        for name, facts in other._by_name.items():
            self.of(name).merge(facts)

    def add_to(self, partial: "Partial") -> None:
        """Add all sources' counts to those of the whole: every resource is counted in one source and once here."""
        from fhircheck.model.facts import Tally

        for facts in self._by_name.values():
            for name, tally in facts.tallies.items():
                partial.tallies.setdefault(name, Tally()).merge(tally)
            partial.links.merge(facts.links)
            partial.rows.merge(facts.rows)

    def sources(self) -> list[tuple[str, SourceFacts]]:
        """(name, facts) sorted by name, what was not kept apart last."""
        self._trim()
        return sorted(self._by_name.items(), key=lambda pair: (pair[0] == OTHER_SOURCES, pair[0]))

    def _trim(self) -> None:
        names = [name for name in self._by_name if name != OTHER_SOURCES]
        if len(names) <= SOURCES:
            return
        kept = set(nsmallest(SOURCES, names))
        for name in names:
            if name not in kept:
                facts = self._by_name.pop(name)
                self._by_name.setdefault(OTHER_SOURCES, SourceFacts()).merge(facts)
                facts.close()

    def close(self) -> None:
        """Free memory and disk."""
        for facts in self._by_name.values():
            facts.close()
