"""Where resources are from and who wrote them, as they say themselves or as a Provenance says of them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntFlag
from itertools import compress
from operator import not_

from fhircheck.measures.counted_measure import Merged
from fhircheck.measures.patient_pass import name_of
from fhircheck.measures.pointing import listed, target_in
from fhircheck.measures.seen import Seen
from fhircheck.model.contribution import Contribution
from fhircheck.model.facts import Tally
from fhircheck.model.link_facts import OTHER, key_of
from fhircheck.model.record import Node
from fhircheck.model.remembered import Remembered
from fhircheck.model.row_joins import Join, Numbers, fold
from fhircheck.resolve.failed_places import FailedPlaces, SourceNames

TYPES = frozenset({
    "AllergyIntolerance", "CarePlan", "ClinicalImpression", "Communication", "Composition", "Condition", "Consent",
    "DiagnosticReport", "DocumentReference", "Encounter", "FamilyMemberHistory", "ImagingStudy", "Immunization",
    "Media", "MedicationAdministration", "MedicationDispense", "MedicationRequest", "MedicationStatement",
    "Observation", "Procedure", "QuestionnaireResponse", "RiskAssessment", "ServiceRequest", "Specimen",
})  # fmt: skip
"""Types that tell of a patient and that someone wrote."""
WIDTH = 6
_types: Remembered[str, int] = Remembered(key_of)
SAID = {kind: Contribution(((kind, 1, 1),)) for kind in TYPES}
"""What a resource adds to a tally that says itself what is asked for, by type."""


class Missing(IntFlag):
    """What a resource does not say itself."""

    ORIGIN = 1
    AUTHOR = 2


def note_missing(seen: Seen) -> None:
    """Note what `seen` lacks: a Provenance may tell it."""
    kind = _types[seen.kind]
    # what nothing can point at has a row too: it is judged
    seen.rows.table("origin").fresh += (seen.identity or 1, seen.lacks, kind, *seen.at, seen.patient)


def note_provenance(node: Node, seen: Seen) -> None:
    """Note what a Provenance is about (R4 Provenance.target)."""
    rows = seen.rows.table("traced").fresh
    for reference in listed(node.get("target")):
        key, _ = target_in(reference, seen)
        if key:
            rows.append(key)


def judge_missing(merged: Merged, what: Missing) -> Tally:
    """A Tally with one item for each resource that lacks `what` itself, and what was counted before of `merged`.

    It passes if a Provenance is about it; every Provenance has an agent (R4 Provenance.agent, 1..*). In a sample, one
    that none is about cannot be told. Raises CouldNotCheck where temporary files fail.
    """
    found: dict[Missing, Tally] | None = merged.answers.get("origin")
    if found is None:
        found = merged.answers["origin"] = _judge(merged)
    tally = Tally()
    tally.merge(found[what])
    tally.merge(merged.tally)
    return tally


def _judge(merged: Merged) -> dict[Missing, Tally]:
    """One pass over all rows, for all that may be missing."""
    lacking = _Lacking(merged.links.known_sources, merged.links.names, merged.sampled)
    tables = merged.rows.table("origin"), merged.rows.table("traced")
    return fold(Join(_traced, lacking.see), *tables).finish(merged)


def _traced(known: set[int] | None, origin: Numbers, traced: Numbers) -> set[int]:
    """Identities of what a Provenance is about."""
    return set(traced) if known is None else known | set(traced)


@dataclass(frozen=True, slots=True)
class _Lacking:
    """Counts resources by what they lack. sources, types: names by key."""

    sources: SourceNames
    types: Mapping[int, str]
    sampled: bool

    def see(self, there: set[int], origin: Numbers, traced: Numbers) -> "_Found":
        """Count rows; each resource comes once."""
        found = _Found({what: _Counts(self.sources) for what in Missing})
        parts = [origin[start::WIDTH] for start in range(WIDTH)]
        passed = list(map(there.__contains__, parts[0]))
        for (lacks, kind, done), number in Counter(zip(parts[1], parts[2], passed, strict=True)).items():
            for what, counts in found.by_missing.items():
                if lacks & what:
                    counts.count(kind, done, number, self.sampled)
        if not self.sampled:
            for what, counts in found.by_missing.items():
                self._fail(counts, int(what), compress(zip(*parts[1:], strict=True), map(not_, passed)))
        return found

    def _fail(self, counts: "_Counts", what: int, rows: Iterable[tuple[int, ...]]) -> None:
        """Note where the resources are that lack `what`, and whose they are."""
        patients = set()
        for lacks, kind, source, place, patient in rows:
            if lacks & what:
                counts.places.add(self.types.get(kind, OTHER), source, place, whole=True)
                patients.add(patient)
        for patient in patients - {0}:
            counts.tally.patients_failed.add(patient)


class _Counts:
    """Resources that lack one thing, by the key of their type."""

    def __init__(self, sources: SourceNames) -> None:
        self.passed: Counter[int] = Counter()
        self.failed: Counter[int] = Counter()
        self.tally = Tally()
        self.places = FailedPlaces(sources)

    def count(self, kind: int, passed: bool, number: int, sampled: bool) -> None:
        """Count resources of a type; in a sample one that none is about cannot be told."""
        if passed:
            self.passed[kind] += number
        elif sampled:
            self.tally.cannot_tell += number
        else:
            self.failed[kind] += number

    def merge(self, other: "_Counts") -> None:
        self.passed.update(other.passed)
        self.failed.update(other.failed)
        self.tally.merge(other.tally)
        self.places.merge(other.places)

    def finish(self, merged: Merged) -> Tally:
        """The Tally, with examples."""
        for kind in sorted(self.passed.keys() | self.failed.keys()):
            passed, failed = self.passed[kind], self.failed[kind]
            self.tally.repeat(Contribution(((name_of(merged, kind), passed, passed + failed),)))
        self.tally.settle()
        self.places.into(self.tally, merged.links)
        return self.tally


@dataclass(slots=True)
class _Found:
    by_missing: dict[Missing, _Counts]

    def merge(self, other: "_Found") -> None:
        for what, counts in self.by_missing.items():
            counts.merge(other.by_missing[what])

    def finish(self, merged: Merged) -> dict[Missing, Tally]:
        return {what: counts.finish(merged) for what, counts in self.by_missing.items()}
