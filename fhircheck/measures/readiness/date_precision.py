"""date-precision: are clinical dates known to the day? (TIME-4)"""

from typing import Any

from fhircheck.measures.counted_measure import CountedMeasure
from fhircheck.measures.date_span import DAY, span_of
from fhircheck.measures.seen import Seen
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.record import Node

DATES: dict[str, tuple[str, ...]] = {
    "AllergyIntolerance": ("recordedDate", "onsetDateTime", "onsetPeriod"),
    "Condition": ("recordedDate", "onsetDateTime", "onsetPeriod", "abatementDateTime", "abatementPeriod"),
    "DiagnosticReport": ("effectiveDateTime", "effectivePeriod", "issued"),
    "DocumentReference": ("date",),
    "Encounter": ("period",),
    "Immunization": ("occurrenceDateTime", "recorded"),
    "MedicationRequest": ("authoredOn",),
    "Observation": ("effectiveDateTime", "effectivePeriod", "effectiveInstant", "issued"),
    "Procedure": ("performedDateTime", "performedPeriod"),
}
"""The elements that place a resource in time (Qualifier, table "By Date"), by type."""


def observe(node: Node, seen: Seen, tally: Tally) -> None:
    """Count the dates of one resource, both ends of a Period (R4 datatypes.html#dateTime)."""
    kind = node["resourceType"]
    for name in DATES[kind]:
        value = node.get(name)
        if type(value) is dict:
            for end in ("start", "end"):
                if end in value:
                    _date(value[end], f"{kind}.{name}.{end}", seen, tally)
        elif value is not None:
            _date(value, f"{kind}.{name}", seen, tally)


def _date(value: Any, path: str, seen: Seen, tally: Tally) -> None:
    span = span_of(value)
    if span is None:
        tally.cannot_tell += 1
    elif span.last - span.first < DAY:
        tally.count(path, True)
    else:
        tally.count(path, False, seen.place(path))


MEASURE = CountedMeasure(
    name="date-precision",
    code="TIME-4",
    summary="Clinical dates that are known to the day or better.",
    why="Sequences, intervals and survival times are counted in days: a year or a month alone puts events in no order.",
    category=Category.COMPLETENESS,
    subcategory=Subcategory.NONE,
    context=Context.VERIFICATION,
    dimension="ai-readiness",
    formula="One item is a date that is there (per occurrence, both ends of a Period) among "
    + "; ".join(f"{kind} {', '.join(names)}" for kind, names in DATES.items())
    + ". Dates with at least year, month and day / dates. A malformed date is 'cannot tell'.",
    source="Qualifier c_date_precision (a distribution, without a verdict), elements of its table 'By Date'",
    published=True,
    threshold=None,
    types=frozenset(DATES),
    failing='{"resourceType": "Condition", "onsetDateTime": "2021", "subject": {"reference": "Patient/1"}}',
    passing='{"resourceType": "Condition", "onsetDateTime": "2021-07-03", "subject": {"reference": "Patient/1"}}',
    observe=observe,
    needs={kind: frozenset(names) for kind, names in DATES.items()},
)
