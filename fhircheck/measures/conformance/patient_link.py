"""patient-linked: does a clinical record say whose it is? (LINK-1)"""

from fractions import Fraction
from typing import Any

from fhircheck.measures.counted_measure import CountedMeasure, Observe
from fhircheck.measures.moments import names_patient
from fhircheck.measures.outcome import Outcome, count_outcome
from fhircheck.measures.seen import Seen
from fhircheck.model.contribution import Contribution
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.record import Node
from fhircheck.model.report import Threshold

ELEMENTS: dict[str, str] = {
    "AllergyIntolerance": "patient",
    "Condition": "subject",
    "Device": "patient",
    "DiagnosticReport": "subject",
    "DocumentReference": "subject",
    "Encounter": "subject",
    "ImagingStudy": "subject",
    "Immunization": "patient",
    "MedicationAdministration": "subject",
    "MedicationDispense": "subject",
    "MedicationRequest": "subject",
    "MedicationStatement": "subject",
    "Observation": "subject",
    "Procedure": "subject",
}
"""The element that names the patient, by type: those of Qualifier q_ref_target_pop, and ImagingStudy and medication."""

_OUTCOMES = {
    kind: {passed: Outcome([(f"{kind}.{name}", f"{kind}.{name}", passed)]) for passed in (True, False, None)}
    for kind, name in ELEMENTS.items()
}


def observe(node: Node, seen: Seen, tally: Tally) -> None:
    """Count one record (R4 references.html#literal)."""
    name = ELEMENTS[seen.kind]
    target = node.get(name)
    if target is None and seen.kind == "Device":
        return
    reference = target.get("reference") if target.__class__ is dict else None
    if names_patient(reference):
        passed: bool | None = True
    else:
        passed = _otherwise(target, reference, node)
    count_outcome(_OUTCOMES[seen.kind][passed], seen, tally)


def fitted(kind: str, names: tuple[str, ...]) -> Observe:
    """The most frequent form at once: a Reference that names a Patient."""
    name = ELEMENTS[kind]
    if name not in names:
        return observe
    passes = Contribution(((f"{kind}.{name}", 1, 1),))

    def count(node: Node, seen: Seen, tally: Tally) -> None:
        target = node[name]
        if target.__class__ is dict:
            reference = target.get("reference")
            if names_patient(reference):
                tally.repeat(passes)
                return
        observe(node, seen, tally)

    return count


def _otherwise(target: Any, reference: Any, node: Node) -> bool | None:
    """Of a reference that does not name a Patient by itself."""
    if reference.__class__ is str and reference[:1] == "#":
        contained = node.get("contained")
        for each in contained if contained.__class__ is list else ():
            if each.__class__ is dict and each.get("id") == reference[1:]:
                return bool(each.get("resourceType") == "Patient")
        return False
    if reference is None and target.__class__ is dict and target.get("identifier").__class__ is dict:
        return None
    return False


MEASURE = CountedMeasure(
    name="patient-linked",
    code="LINK-1",
    summary="Clinical records that name the patient they are about.",
    why="A result without a patient belongs to nobody: it is in the counts and in no cohort.",
    category=Category.CONFORMANCE,
    subcategory=Subcategory.RELATIONAL,
    context=Context.VERIFICATION,
    dimension="interoperability",
    formula="One item is a record (per resource) of "
    + ", ".join(f"{kind} ({name})" for kind, name in ELEMENTS.items())
    + ". Records whose element refers to a Patient / records. A urn: reference of a Bundle passes here, and whether it "
    "leads to a Patient is judged by reference-resolves; so does '#id' of a contained Patient. A Device without the "
    "element is no item: an analyser belongs to nobody. A reference by "
    "identifier "
    "alone is 'cannot tell'; one to a Group or Device fails, as in the source. Types beyond the source's list are "
    "ours.",
    source="Qualifier q_ref_target_pop; threshold by analogy: OHDSI DataQualityDashboard isForeignKey",
    published=True,
    threshold=Threshold(
        Fraction(0), "nearest published: OHDSI DataQualityDashboard isForeignKey, 0 % violating rows", published=False
    ),
    types=frozenset(ELEMENTS),
    failing='{"resourceType": "Observation", "status": "final", "code": {"text": "Hb"}}',
    passing='{"resourceType": "Observation", "status": "final", "code": {"text": "Hb"}, '
    '"subject": {"reference": "Patient/1"}}',
    observe=observe,
    fitted=fitted,
)
