"""recency: is it known when an event was recorded, and how long after? (TIME-2)"""

from typing import Any

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.date_span import DAY, Span, span_of
from fhircheck.measures.distribution import quartiles
from fhircheck.measures.outcome import Outcome, count_outcome
from fhircheck.measures.patient_pass import patient_facts
from fhircheck.measures.seen import Seen
from fhircheck.model.contribution import Contribution
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.record import Node
from fhircheck.model.report import Detail

UPDATED = "meta.lastUpdated"
TIMES: dict[str, tuple[tuple[str, ...], str]] = {
    "AllergyIntolerance": (("onsetDateTime", "onsetPeriod"), "recordedDate"),
    "Condition": (("onsetDateTime", "onsetPeriod"), "recordedDate"),
    "DiagnosticReport": (("effectiveDateTime", "effectivePeriod"), "issued"),
    "Encounter": (("period",), ""),
    "ImagingStudy": (("started",), ""),
    "Immunization": (("occurrenceDateTime",), "recorded"),
    "MedicationAdministration": (("effectiveDateTime", "effectivePeriod"), ""),
    "MedicationDispense": (("whenHandedOver",), ""),
    "MedicationStatement": (("effectiveDateTime", "effectivePeriod"), "dateAsserted"),
    "Observation": (("effectiveDateTime", "effectivePeriod", "effectiveInstant"), "issued"),
    "Procedure": (("performedDateTime", "performedPeriod"), ""),
    "QuestionnaireResponse": (("authored",), ""),
}
"""By type: when it happened (the first that is there), and the element of its own that says when that was recorded."""
_RECORDED = {kind: Contribution(((kind, 1, 1),)) for kind in TIMES}
_UNRECORDED = {kind: Outcome([(kind, kind, False)]) for kind in TIMES}
_PATHS = {kind: (f"{kind}.{own}" if own else "", f"{kind}.{UPDATED}") for kind, (_, own) in TIMES.items()}


def observe(node: Node, seen: Seen, tally: Tally) -> None:
    """Count an event and the days until it was recorded (R4 Meta.lastUpdated where it has nothing of its own)."""
    kind = seen.kind
    events, own = TIMES[kind]
    event = None
    for name in events:
        if name in node:
            event = _day(node[name])
            if event is None:
                tally.cannot_tell += 1
                return
            break
    if event is None:
        return
    own_path, path = _PATHS[kind]
    recorded: Any = node.get(own) if own else None
    if recorded is not None:
        path = own_path
    else:
        meta = node.get("meta")
        recorded = meta.get("lastUpdated") if meta.__class__ is dict else None
    if recorded is None:
        count_outcome(_UNRECORDED[kind], seen, tally)
        return
    span = span_of(recorded)
    if span is None or span.last - span.first >= DAY:
        tally.cannot_tell += 1
        return
    tally.repeat(_RECORDED[kind])
    tally.number(path, _days_between(event, span))


def _day(value: Any) -> Span | None:
    """When an event was over, None where that is not known to the day."""
    if value.__class__ is dict:
        value = value.get("end") or value.get("start")
    span = span_of(value)
    return span if span is not None and span.last - span.first < DAY else None


def _days_between(event: Span, recorded: Span) -> float:
    """Days with fractions between two moments; whole days where one of them is a date."""
    if event.zoned and recorded.zoned:
        return (recorded.first - event.first) / DAY
    return recorded.first // DAY - event.first // DAY


def judge(merged: Merged) -> Judged:
    """Median and quartiles of the delay by where it was read, and the age of the last record by type."""
    details = [
        each
        for path, numbers in sorted(merged.tally.quantiles.items())
        for each in quartiles("delay", numbers, "days", path)
    ]
    last, today = patient_facts(merged).last, merged.tools.now.date().toordinal()
    if last:
        details.insert(0, Detail("last-record-age", today - max(last.values()), "days"))
        details += [Detail("last-record-age", today - day, "days", kind) for kind, day in sorted(last.items())]
    return Judged(merged.tally, details=tuple(details))


MEASURE = CountedMeasure(
    name="recency",
    code="TIME-2",
    summary="Events of which it is known when they were recorded, with the delay, and the age of the last record.",
    why="A model that runs at the bedside has only what was recorded by then: without the time of recording, training "
    "uses values that nobody could have known yet.",
    category=Category.COMPLETENESS,
    subcategory=Subcategory.NONE,
    context=Context.VERIFICATION,
    dimension="ai-readiness",
    formula="One item is an event dated to the day (per resource; of "
    + "; ".join(f"{kind} {', '.join(events)}" for kind, (events, _) in TIMES.items())
    + "; the end of a Period, else its start). Events with a date of recording ("
    + ", ".join(f"{kind}.{own}" for kind, (_, own) in TIMES.items() if own)
    + ", else meta.lastUpdated) / events. Events or recordings whose date is not known to the day are 'cannot tell'. "
    "Beside the share: median and quartiles of the days in between, by element, for meta.lastUpdated often tells when "
    "the data was loaded; and the days from the last record to the run.",
    source="EHDS, Regulation 2025/327 Art. 78 (time from collection to the data set); the share is ours",
    published=False,
    threshold=None,
    types=frozenset(TIMES),
    failing='{"resourceType": "Observation", "status": "final", "code": {"text": "Hb"}, '
    '"effectiveDateTime": "2024-01-10T08:00:00+01:00"}',
    passing='{"resourceType": "Observation", "status": "final", "code": {"text": "Hb"}, '
    '"effectiveDateTime": "2024-01-10T08:00:00+01:00", "issued": "2024-01-10T09:30:00+01:00"}',
    observe=observe,
    judge=judge,
)
