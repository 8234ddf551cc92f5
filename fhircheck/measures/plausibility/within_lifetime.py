"""within-lifetime: did what is recorded happen while the patient lived? (PLAU-3)"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import partial

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.people import Person, people
from fhircheck.measures.row_tally import RowTally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.link_facts import key_of
from fhircheck.model.report import Threshold
from fhircheck.model.row_joins import Join, Numbers, fold
from fhircheck.resolve.failed_places import SourceNames

TYPES = (
    "AllergyIntolerance",
    "Condition",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "ImagingStudy",
    "Immunization",
    "MedicationAdministration",
    "MedicationRequest",
    "Observation",
    "Procedure",
    "Specimen",
)
"""Types of Qualifier's table "By Date", and what is done to a patient or taken from him besides."""

AFTER_DEATH = 30
"""Days a date may be after death: reports, autopsies and late entries."""

_ZONE = 1
"""Days a moment in UTC may be before the day of birth where the patient lives."""

_KINDS = {key_of(kind): kind for kind in TYPES}
_WIDTH = 6


def judge(merged: Merged) -> Judged:
    """Compare each dated record of a patient with birth and death (Qualifier q_date_in_lifetime)."""
    join = Join(people, partial(_compare, merged.links.known_sources))
    return Judged(fold(join, merged.rows.table("patients"), merged.rows.table("timeline")).finish(merged.links))


def _compare(names: SourceNames, known: Mapping[int, Person], patients: Numbers, events: Numbers) -> RowTally:
    counted = RowTally(names)
    for start in range(0, len(events), _WIDTH):
        kind = _KINDS.get(events[start + 1])
        if kind is not None:
            _count(events[start : start + _WIDTH], kind, known.get(events[start]), counted)
    return counted


def _count(row: Sequence[int], kind: str, person: Person | None, counted: RowTally) -> None:
    patient, _, first, last, source, place = row
    if person is None or not person.born:
        counted.cannot_tell()
    elif last + _ZONE < person.born or (person.died and first > person.died + AFTER_DEATH):
        counted.fails(kind, patient, source, place)
    else:
        counted.passed(kind)


MEASURE = CountedMeasure(
    name="within-lifetime",
    code="PLAU-3",
    summary="Dated records of a patient that are not before birth and not long after death.",
    why="A laboratory value before birth or a year after death belongs to another patient or another time: survival "
    "times and ages computed from it are wrong, and a mixed-up patient is a danger.",
    category=Category.PLAUSIBILITY,
    subcategory=Subcategory.TEMPORAL,
    context=Context.VERIFICATION,
    dimension="ai-readiness",
    formula="One item is a dated resource that refers to a patient (per resource): " + ", ".join(TYPES) + ". Of the "
    "first date element that is there, its last day is not before the first day the birth may have been (one day is "
    f"left for time zones) and its first day not more than {AFTER_DEATH} days after the last day of death / resources "
    "whose patient is in the data with a birthDate. Patients that are not, or without one, make 'cannot tell'.",
    source="Qualifier q_date_in_lifetime (threshold_days = 30); OHDSI DataQualityDashboard plausibleDuringLife; types "
    "ImagingStudy, MedicationAdministration and Specimen are ours",
    published=True,
    threshold=Threshold(
        Fraction(1, 100), "OHDSI DataQualityDashboard plausibleDuringLife: 1 % violating rows", published=True
    ),
    types=frozenset(TYPES),
    failing='[{"resourceType": "Patient", "id": "1", "birthDate": "1950-02-01", "deceasedDateTime": "2020-03-01"}, '
    '{"resourceType": "Procedure", "subject": {"reference": "Patient/1"}, "performedDateTime": "2021-05-01"}]',
    passing='[{"resourceType": "Patient", "id": "1", "birthDate": "1950-02-01", "deceasedDateTime": "2020-03-01"}, '
    '{"resourceType": "Procedure", "subject": {"reference": "Patient/1"}, "performedDateTime": "2020-02-27"}]',
    judge=judge,
)
