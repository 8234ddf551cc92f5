"""Where resources are from and who wrote them, as they say themselves or as a Provenance says of them."""

from array import array
from collections.abc import Collection
from enum import IntFlag

from fhircheck.measures.counted_measure import Merged
from fhircheck.measures.patient_pass import name_of
from fhircheck.measures.pointing import listed, target_in
from fhircheck.measures.seen import Seen
from fhircheck.model.facts import Tally
from fhircheck.model.link_facts import key_of
from fhircheck.model.record import Node
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
_types: dict[str, int] = {}


class Missing(IntFlag):
    """What a resource does not say itself."""

    ORIGIN = 1
    AUTHOR = 2


def note_missing(seen: Seen, what: Missing) -> None:
    """Note that `seen` does not say `what` itself: a Provenance may."""
    kind = _types.get(seen.kind)
    if kind is None:
        kind = _types[seen.kind] = key_of(seen.kind)
    # what nothing can point at has a row too: it is judged
    seen.rows.table("origin").fresh += (seen.identity or 1, what, kind, *seen.at, seen.patient)


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
    tally, failed = Tally(), FailedPlaces(merged.links)
    names: dict[int, str] = {}
    for rows, traced in side_by_side(merged.rows.table("origin"), merged.rows.table("traced")):
        _count(rows, set(traced), what, (merged, names, tally, failed))
    failed.into(tally)
    tally.merge(merged.tally)
    return tally


def _count(
    rows: "array[int]", traced: Collection[int], what: Missing, into: tuple[Merged, dict[int, str], Tally, FailedPlaces]
) -> None:
    merged, names, tally, failed = into
    for start in range(0, len(rows), WIDTH):
        key, missing, kind, source, place, patient = rows[start : start + WIDTH]
        if missing != what:
            continue
        name = names.get(kind)
        if name is None:
            name = names[kind] = name_of(merged, kind)
        if key in traced:
            tally.count(name, True)
        elif merged.sampled:
            tally.cannot_tell += 1
        else:
            tally.count(name, False)
            failed.add(name, source, place)
            if patient:
                tally.patients_failed.add(patient)
