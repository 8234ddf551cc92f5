"""Where resources are from and who wrote them, as they say themselves or as a Provenance says of them."""

from collections import Counter
from enum import IntFlag

from fhircheck.measures.counted_measure import Merged
from fhircheck.measures.patient_pass import name_of
from fhircheck.measures.pointing import listed, target_in
from fhircheck.measures.seen import Seen
from fhircheck.model.contribution import Contribution
from fhircheck.model.facts import Tally
from fhircheck.model.link_facts import key_of
from fhircheck.model.record import Node
from fhircheck.model.remembered import Remembered
from fhircheck.model.spilled_rows import side_by_side
from fhircheck.resolve.failed_places import FailedPlaces

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
    parts = {what: _Lacking(merged) for what in Missing}
    for rows, traced in side_by_side(merged.rows.table("origin"), merged.rows.table("traced")):
        there = set(traced)
        for row in zip(*(rows[start::WIDTH] for start in range(WIDTH)), strict=True):
            passed = row[0] in there
            for what, part in parts.items():
                if row[1] & what:
                    part.see(passed, row)
    return {what: part.finish() for what, part in parts.items()}


class _Lacking:
    """Counts the resources that lack one thing, by type."""

    def __init__(self, merged: Merged) -> None:
        self.merged = merged
        self.passed: Counter[int] = Counter()
        self.failed: Counter[int] = Counter()
        self.tally = Tally()
        self.places = FailedPlaces(merged.links)
        self.names: dict[int, str] = {}

    def see(self, passed: bool, row: tuple[int, ...]) -> None:
        """Count one resource; each comes once."""
        _, _, kind, source, place, patient = row
        if passed:
            self.passed[kind] += 1
        elif self.merged.sampled:
            self.tally.cannot_tell += 1
        else:
            self.failed[kind] += 1
            name = self.names.get(kind)
            if name is None:
                name = self.names[kind] = name_of(self.merged, kind)
            self.places.add(name, source, place, whole=True)
            if patient:
                self.tally.patients_failed.add(patient)

    def finish(self) -> Tally:
        """The Tally, with examples."""
        for kind in sorted(self.passed.keys() | self.failed.keys()):
            passed, failed = self.passed[kind], self.failed[kind]
            self.tally.repeat(Contribution(((name_of(self.merged, kind), passed, passed + failed),)))
        self.tally.settle()
        self.places.into(self.tally)
        return self.tally
