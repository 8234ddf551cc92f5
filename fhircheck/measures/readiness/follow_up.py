"""follow-up: how long, and how often, is a patient seen? (TIME-3)"""

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.distribution import quartiles
from fhircheck.measures.patient_pass import patient_facts
from fhircheck.model.kahn import Category, Context, Subcategory


def judge(merged: Merged) -> Judged:
    """Count the patients with records on more than one day."""
    facts = patient_facts(merged)
    details = (
        *quartiles("span", facts.span, "days"),
        *quartiles("encounters", facts.encounters, ""),
        *quartiles("dates", facts.dates, ""),
    )
    return Judged(facts.followed, details=details)


MEASURE = CountedMeasure(
    name="follow-up",
    code="TIME-3",
    summary="Patients with records on more than one day, and how long and how often they are seen.",
    why="Whoever is seen on a single day has no course and no outcome: nothing that comes later can be predicted for "
    "them, and survival without follow-up is a guess.",
    category=Category.COMPLETENESS,
    subcategory=Subcategory.NONE,
    context=Context.VERIFICATION,
    dimension="ai-readiness",
    formula="One item is a patient (per patient): a Patient, or whom a dated record is about. Patients with records on "
    "at least two days / patients. A record counts on the day it begins; what is dated before 1900 or after the run is "
    "left out. Beside the share: median and quartiles of the days from a patient's first record to the last, of "
    "encounters and of days with records.",
    source="EHDS, Regulation 2025/327 Art. 78 (average time for which a person appears); Qualifier c_resources_per_pt; "
    "the share is ours",
    published=False,
    threshold=None,
    types=frozenset(),
    failing='[{"resourceType": "Patient", "id": "1"}, {"resourceType": "Encounter", "status": "finished", '
    '"class": {"code": "AMB"}, "subject": {"reference": "Patient/1"}, "period": {"start": "2024-01-10"}}]',
    passing='[{"resourceType": "Patient", "id": "1"}, {"resourceType": "Encounter", "status": "finished", '
    '"class": {"code": "AMB"}, "subject": {"reference": "Patient/1"}, "period": {"start": "2024-01-10"}}, '
    '{"resourceType": "Encounter", "status": "finished", "class": {"code": "AMB"}, '
    '"subject": {"reference": "Patient/1"}, "period": {"start": "2024-07-02"}}]',
    judge=judge,
)
