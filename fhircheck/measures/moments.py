"""When what a resource tells about happened: the first of its date elements that is there, and who it is about."""

from typing import Any, TypeGuard

from fhircheck.measures.date_span import Span, span_of
from fhircheck.model.record import Node
from fhircheck.resolve.reference_walk import target_of

MOMENTS: dict[str, tuple[str, ...]] = {
    "AllergyIntolerance": ("recordedDate", "onsetDateTime", "onsetPeriod"),
    "Appointment": ("start",),
    "CarePlan": ("period", "created"),
    "Claim": ("created",),
    "ClinicalImpression": ("effectiveDateTime", "effectivePeriod", "date"),
    "Communication": ("sent", "received"),
    "Composition": ("date",),
    "Condition": ("recordedDate", "onsetDateTime", "onsetPeriod", "abatementDateTime", "abatementPeriod"),
    "Consent": ("dateTime",),
    "Coverage": ("period",),
    "DiagnosticReport": ("effectiveDateTime", "effectivePeriod", "issued"),
    "DocumentReference": ("context.period", "date"),
    "Encounter": ("period",),
    "EpisodeOfCare": ("period",),
    "ExplanationOfBenefit": ("billablePeriod", "created"),
    "FamilyMemberHistory": ("date",),
    "Flag": ("period",),
    "Goal": ("startDate", "statusDate"),
    "ImagingStudy": ("started",),
    "Immunization": ("occurrenceDateTime", "recorded"),
    "List": ("date",),
    "Media": ("createdDateTime", "createdPeriod", "issued"),
    "MedicationAdministration": ("effectiveDateTime", "effectivePeriod"),
    "MedicationDispense": ("whenHandedOver", "whenPrepared"),
    "MedicationRequest": ("authoredOn",),
    "MedicationStatement": ("effectiveDateTime", "effectivePeriod", "dateAsserted"),
    "Observation": ("effectiveDateTime", "effectivePeriod", "effectiveInstant", "issued"),
    "Procedure": ("performedDateTime", "performedPeriod"),
    "QuestionnaireResponse": ("authored",),
    "RiskAssessment": ("occurrenceDateTime", "occurrencePeriod"),
    "ServiceRequest": ("occurrenceDateTime", "occurrencePeriod", "authoredOn"),
    "Specimen": ("collection.collectedDateTime", "collection.collectedPeriod", "receivedTime"),
    "Task": ("executionPeriod", "authoredOn"),
}
"""Date elements by type, in the order they are asked: those of Qualifier's table "By Date" as they are, others ours."""

STEPS = {kind: tuple(tuple(each.split(".")) for each in names) for kind, names in MOMENTS.items()}
_PERSON = ("subject", "patient", "beneficiary", "for")


def moment_of(node: Node, kind: str) -> Span | None:
    """The span of time of the first date element of `node` that is there and is a date; None without one.

    Of a Period it is from the start of its start to the end of its end (of its start where it has none).
    """
    for steps in STEPS.get(kind, ()):
        value: Any = node
        for step in steps:
            value = value.get(step) if value.__class__ is dict else None
        if value is None:
            continue
        if value.__class__ is dict:
            start, end = span_of(value.get("start")), span_of(value.get("end"))
            if start is None or end is None:
                span = start or end
            else:
                span = Span(start.first, max(start.last, end.last), start.zoned and end.zoned)
        else:
            span = span_of(value)
        if span is not None:
            return span
    return None


def patient_of(node: Node, kind: str, full_url: object = None) -> int:
    """Key of the patient that `node` is or is about (R4 compartmentdefinition-patient), 0 where it names none.

    By id alone, or by ``urn:`` where references within a Bundle go by it.
    """
    if kind == "Patient":
        if full_url.__class__ is str and full_url[:4] == "urn:":
            return target_of(full_url)[0]
        identity = node.get("id")
        return target_of(f"Patient/{identity}")[0] if identity.__class__ is str and identity else 0
    for name in _PERSON:
        value = node.get(name)
        if value.__class__ is dict:
            reference = value.get("reference")
            if names_patient(reference):
                return target_of(reference)[0]
    return 0


def names_patient(reference: Any) -> TypeGuard[str]:
    """Whether a reference leads to a Patient by its text, or to what a Bundle knows by ``urn:``."""
    return reference.__class__ is str and ("Patient/" in reference or reference[:4] == "urn:")
