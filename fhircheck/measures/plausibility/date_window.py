"""date-window: is the date of a record one that can be? (PLAU-6)"""

from datetime import datetime
from typing import Any

from fhircheck.measures.counted_measure import CountedMeasure
from fhircheck.measures.date_span import DAY, HOUR, SECOND
from fhircheck.measures.entered_in_error import entered_in_error
from fhircheck.measures.moments import MOMENTS
from fhircheck.measures.seen import Seen
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.record import Node

TYPES = (
    "AllergyIntolerance",
    "Condition",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "Immunization",
    "MedicationRequest",
    "Observation",
    "Procedure",
)
"""Types of Qualifier's table "By Date"."""

EARLIEST = datetime(1900, 1, 1).toordinal() * DAY
_NEEDS = {kind: frozenset(each.partition(".")[0] for each in MOMENTS[kind]) for kind in TYPES}


def observe(node: Node, seen: Seen, tally: Tally) -> None:
    """Count one resource with a date (Qualifier q_date_recent)."""
    span = seen.moment
    planned = seen.kind == "Encounter" and node.get("status") == "planned"
    if span is None or planned or entered_in_error(node):
        return
    remembered = seen.tools.remembered
    now: Any = (remembered.get("date-window") or remembered.setdefault("date-window", _now(seen.tools.now)))["now"]
    if span[1] >= EARLIEST and span[0] <= (now if span[2] else now + 14 * HOUR):
        tally.count(seen.kind, True)
    else:
        tally.count(seen.kind, False, seen.place(_element(node, seen.kind)))


def _now(now: datetime) -> dict[object, object]:
    """The moment of the run, as a Span counts: nanoseconds in UTC."""
    moment = now.astimezone().timestamp() if now.tzinfo is None else now.timestamp()
    return {"now": datetime(1970, 1, 1).toordinal() * DAY + int(moment * 1000) * (SECOND // 1000)}


def _element(node: Node, kind: str) -> str:
    """The path of the first date element that is there."""
    return next((f"{kind}.{name}" for name in MOMENTS[kind] if name.partition(".")[0] in node), kind)


MEASURE = CountedMeasure(
    name="date-window",
    code="PLAU-6",
    summary="Dated records that are neither before 1900 nor in the future.",
    why="1800-01-01 and 9999-12-31 stand for 'unknown' in many systems: a query takes them for dates, and a time "
    "series of two hundred years hides the ten that are real.",
    category=Category.PLAUSIBILITY,
    subcategory=Subcategory.TEMPORAL,
    context=Context.VERIFICATION,
    dimension="ai-readiness",
    formula="One item is a resource with a date (per resource), of " + ", ".join(TYPES) + ", without those entered in "
    "error and planned Encounters. Those whose first date element that is there is not wholly before 1900-01-01 and "
    "does not begin after the moment of the run / all of them. Of a Period, its end and its start are compared. A "
    "date without a time zone may be of the zone that is furthest ahead.",
    source="Qualifier q_date_recent, with its window",
    published=True,
    threshold=None,
    types=frozenset(TYPES),
    failing='{"resourceType": "Observation", "status": "final", "effectiveDateTime": "9999-12-31"}',
    passing='{"resourceType": "Observation", "status": "final", "effectiveDateTime": "2021-07-03"}',
    observe=observe,
    needs=_NEEDS,
)
