"""coded-concept: is the clinical statement coded, or only written? (CODE-1)"""

from fractions import Fraction
from typing import Any

from fhircheck.measures.counted_measure import CountedMeasure
from fhircheck.measures.seen import Seen
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.record import Node
from fhircheck.model.report import Threshold

CONCEPTS: dict[str, tuple[str, ...]] = {
    "AllergyIntolerance": ("code",),
    "Condition": ("code",),
    "DiagnosticReport": ("code",),
    "DocumentReference": ("type",),
    "Encounter": ("type",),
    "Immunization": ("vaccineCode",),
    "Medication": ("code",),
    "MedicationAdministration": ("medicationCodeableConcept",),
    "MedicationDispense": ("medicationCodeableConcept",),
    "MedicationRequest": ("medicationCodeableConcept",),
    "MedicationStatement": ("medicationCodeableConcept",),
    "Observation": ("code", "valueCodeableConcept"),
    "Procedure": ("code",),
    "ServiceRequest": ("code",),
    "Specimen": ("type",),
}
"""The elements that say what a resource is about, by type."""


def observe(node: Node, seen: Seen, tally: Tally) -> None:
    """Count the key concepts of one resource (R4 datatypes.html#CodeableConcept)."""
    kind = node["resourceType"]
    for name in CONCEPTS[kind]:
        if name in node:
            _count(node[name], f"{kind}.{name}", seen, tally)
    if kind == "Observation" and "component" in node:
        components = node["component"]
        for index, component in enumerate(components if type(components) is list else ()):
            if type(component) is dict and "code" in component:
                where = f"Observation.component[{index}].code"
                _concept(component["code"], "Observation.component.code", where, seen, tally)


def _count(value: Any, path: str, seen: Seen, tally: Tally) -> None:
    if type(value) is list:
        for index, concept in enumerate(value):
            _concept(concept, path, f"{path}[{index}]", seen, tally)
    else:
        _concept(value, path, path, seen, tally)


def _concept(concept: Any, path: str, where: str, seen: Seen, tally: Tally) -> None:
    """One CodeableConcept. What is none is broken; one with neither coding nor text says nothing."""
    coding = concept.get("coding") if type(concept) is dict else None
    if type(coding) is list:
        for each in coding:
            if type(each) is dict and _filled(each.get("system")) and _filled(each.get("code")):
                tally.count(path, True)
                return
    elif type(concept) is not dict or coding is not None:
        tally.cannot_tell += 1
        return
    if coding or concept.get("text") is not None:
        tally.count(path, False, seen.place(where))


def _filled(value: Any) -> bool:
    return type(value) is str and bool(value.strip())


MEASURE = CountedMeasure(
    name="coded-concept",
    code="CODE-1",
    summary="Clinical statements with a code and its system, of all that have a code or only text.",
    why="Text cannot be counted, compared or mapped without reading it: what is not coded is lost to queries, to "
    "other systems and to most models.",
    category=Category.COMPLETENESS,
    subcategory=Subcategory.NONE,
    context=Context.VERIFICATION,
    dimension="interoperability",
    formula="One item is a CodeableConcept that says what its resource is about (per occurrence; "
    + ", ".join(f"{kind}.{name}" for kind, names in CONCEPTS.items() for name in names)
    + ", Observation.component.code). Concepts with at least one coding that has system and code / concepts with a "
    "coding or text. Which system it is does not matter here; a concept with neither coding nor text is not counted.",
    source="HL7 PIQI Concept_HasCode and Concept_HasCodeSystem; nearest with a threshold: OHDSI "
    "DataQualityDashboard standardConceptRecordCompleteness and sourceConceptRecordCompleteness",
    published=True,
    threshold=Threshold(
        Fraction(10, 100),
        "nearest published: OHDSI DataQualityDashboard sourceConceptRecordCompleteness, 10 % of rows unmapped",
        published=False,
    ),
    types=frozenset(CONCEPTS),
    failing='{"resourceType": "Condition", "code": {"text": "Bluthochdruck"}, "subject": {"reference": "Patient/1"}}',
    passing='{"resourceType": "Condition", "code": {"coding": [{"system": "http://fhir.de/CodeSystem/bfarm/icd-10-gm", '
    '"version": "2025", "code": "I10.90"}]}, "subject": {"reference": "Patient/1"}}',
    observe=observe,
    needs={kind: frozenset((*names, "component")) for kind, names in CONCEPTS.items()},
)
