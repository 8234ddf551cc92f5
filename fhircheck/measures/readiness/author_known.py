"""author-known: is it recorded who stated, measured or did it? (PROV-2)"""

from typing import Any

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.origin import SAID, Missing, judge_missing
from fhircheck.measures.seen import Seen
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.record import Node

AUTHORS: dict[str, tuple[str, ...]] = {
    "AllergyIntolerance": ("recorder", "asserter"),
    "CarePlan": ("author", "contributor"),
    "ClinicalImpression": ("assessor",),
    "Communication": ("sender",),
    "Composition": ("author",),
    "Condition": ("recorder", "asserter"),
    "Consent": ("performer", "organization"),
    "DiagnosticReport": ("performer", "resultsInterpreter"),
    "DocumentReference": ("author", "authenticator"),
    "Encounter": ("participant", "serviceProvider"),
    "ImagingStudy": ("interpreter", "referrer"),
    "Immunization": ("performer",),
    "Media": ("operator",),
    "MedicationAdministration": ("performer",),
    "MedicationDispense": ("performer",),
    "MedicationRequest": ("requester", "recorder"),
    "MedicationStatement": ("informationSource",),
    "Observation": ("performer",),
    "Procedure": ("performer", "recorder", "asserter"),
    "QuestionnaireResponse": ("author", "source"),
    "RiskAssessment": ("performer",),
    "ServiceRequest": ("requester",),
}
"""Elements of R4 that say who is behind a resource, by type; the choice is ours."""


def observe(node: Node, seen: Seen, tally: Tally) -> None:
    """Count a resource that says who is behind it, or note that it does not; never who it is.

    What it lacks goes into the rows of origin-known, which looks at all these types too.
    """
    kind = seen.kind
    for name in AUTHORS[kind]:
        if name in node and _says(node[name]):
            tally.repeat(SAID[kind])
            return
    seen.lacks |= 2


def _says(value: Any) -> bool:
    """Whether an object, or one of a list, has a member other than extensions."""
    if value.__class__ is list:
        return any(each.__class__ is dict and _says(each) for each in value)
    return value.__class__ is dict and any(name not in {"extension", "id"} for name in value)


def judge(merged: Merged) -> Judged:
    """Ask the Provenance resources for those that do not say it themselves."""
    return Judged(judge_missing(merged, Missing.AUTHOR))


MEASURE = CountedMeasure(
    name="author-known",
    code="PROV-2",
    summary="Clinical resources that say who stated, measured or did it, or that a Provenance is about.",
    why="Trust in a statement depends on whether a device, a nurse or the patient made it, and models learn the habits "
    "of whoever documents; only the presence is counted, never the person.",
    category=Category.COMPLETENESS,
    subcategory=Subcategory.NONE,
    context=Context.VERIFICATION,
    dimension="ai-readiness",
    formula="One item is a resource (per resource). Those with one of "
    + "; ".join(f"{kind} {', '.join(names)}" for kind, names in AUTHORS.items())
    + ", or that are a target of a Provenance in the data / all of them. In a sample, one without either is 'cannot "
    "tell'.",
    source="Bridge2AI criterion 1.d (key actors identified); the formula and the choice of elements are ours",
    published=False,
    threshold=None,
    types=frozenset(AUTHORS),
    failing='{"resourceType": "Condition", "id": "1", "code": {"text": "Asthma"}, "subject": {"reference": '
    '"Patient/1"}}',
    passing='{"resourceType": "Condition", "id": "1", "code": {"text": "Asthma"}, "subject": {"reference": '
    '"Patient/1"}, "recorder": {"reference": "Practitioner/1"}}',
    observe=observe,
    judge=judge,
)
