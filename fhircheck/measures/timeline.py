"""Rows on patients and on what happened to them, which measures across records are judged by."""

from fhircheck.measures.date_span import DAY, span_of
from fhircheck.measures.seen import Seen
from fhircheck.model.link_facts import key_of
from fhircheck.model.remembered import Remembered

SEXES = {"male": 1, "female": 2, "other": 3, "unknown": 4}
"""Numbers of administrative genders in the table ``patients``; 0 stands for any other text and for none."""

CLINICAL = (
    *("AllergyIntolerance", "Condition", "DiagnosticReport", "DocumentReference", "Encounter", "ImagingStudy"),
    *("Immunization", "MedicationAdministration", "MedicationDispense", "MedicationRequest", "MedicationStatement"),
    *("Observation", "Procedure"),
)
"""Types of which also the resources without a date are kept: they say that a patient has some."""

_types: Remembered[str, int] = Remembered(key_of)


def collect_timeline(seen: Seen) -> None:
    """Add a row for a Patient, or for what happened to one at a time (model/row_facts.py)."""
    patient = seen.patient
    if not patient:
        return
    if seen.kind == "Patient":
        _patient(seen, patient)
        return
    span = seen.moment
    if span is not None:
        kind = _types[seen.kind]
        seen.rows.table("timeline").fresh += (patient, kind, span[0] // DAY, span[1] // DAY, *seen.at)
    elif seen.kind in CLINICAL:
        seen.rows.table("undated").fresh += (patient, _types[seen.kind])


def _patient(seen: Seen, patient: int) -> None:
    node = seen.node
    born, died = span_of(node.get("birthDate")), span_of(node.get("deceasedDateTime"))
    gender = node.get("gender")
    seen.rows.table("patients").fresh += (
        patient,
        *((born.first // DAY, born.last // DAY) if born else (0, 0)),
        *((died.first // DAY, died.last // DAY) if died else (0, 0)),
        SEXES.get(gender, 0) if gender.__class__ is str else 0,
        *seen.at,
    )
