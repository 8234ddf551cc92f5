"""date-sequence: does what comes later have the later date? (PLAU-2)"""

from fractions import Fraction
from typing import Any

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.date_span import in_order, span_of
from fhircheck.measures.orders import NEEDS as ORDERS
from fhircheck.measures.orders import collect_order, judge_orders
from fhircheck.measures.seen import Seen
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.record import Node
from fhircheck.model.report import Threshold

Steps = tuple[str, ...]
_ONSET = (("onsetDateTime",), ("onsetPeriod", "start"))
_ABATEMENT = (("abatementDateTime",), ("abatementPeriod", "end"), ("abatementPeriod", "start"))

PAIRS: dict[str, tuple[tuple[tuple[Steps, ...], tuple[Steps, ...]], ...]] = {
    "AllergyIntolerance": (
        ((("onsetPeriod", "start"),), (("onsetPeriod", "end"),)),
        ((("onsetPeriod", "start"),), (("recordedDate",),)),
    ),
    "Condition": ((_ONSET, _ABATEMENT), (_ONSET, (("recordedDate",),))),
    "Encounter": (((("period", "start"),), (("period", "end"),)),),
    "Immunization": (((("occurrenceDateTime",),), (("recorded",),)),),
    "Patient": (((("birthDate",),), (("deceasedDateTime",),)),),
}
"""Pairs of dates, earlier first, by type; each date is the first of its elements that is there."""

NEEDS = {kind: frozenset(steps[0] for _, later in pairs for steps in later) for kind, pairs in PAIRS.items()} | ORDERS
"""Members that hold the later date, by type: without one of them there is no pair."""


def observe(node: Node, seen: Seen, tally: Tally) -> None:
    """Count the pairs of one resource of which both dates are there (Qualifier q_date_sequence)."""
    kind = node["resourceType"]
    if kind in ORDERS:
        collect_order(node, seen)
        return
    for first_options, second_options in PAIRS[kind]:
        first, _ = _find(node, first_options)
        second, steps = _find(node, second_options)
        if first is None or second is None:
            continue
        earlier, later = span_of(first), span_of(second)
        if earlier is None or later is None:
            tally.cannot_tell += 1
            continue
        path = ".".join((kind, *steps))
        if in_order(earlier, later):
            tally.count(path, True)
        else:
            tally.count(path, False, seen.place(path))


def judge(merged: Merged) -> Judged:
    """Add the pairs that stand in two resources: orders of medication and what was given for them."""
    tally = Tally()
    tally.merge(merged.tally)
    tally.merge(judge_orders(merged))
    return Judged(tally)


def _find(node: Node, options: tuple[Steps, ...]) -> tuple[Any, Steps]:
    """The value of the first of `options` that is there, and which it is."""
    for steps in options:
        value: Any = node
        for step in steps:
            value = value.get(step) if type(value) is dict else None
        if value is not None:
            return value, steps
    return None, ()


MEASURE = CountedMeasure(
    name="date-sequence",
    code="PLAU-2",
    summary="Pairs of dates of which the one that must be later is not earlier.",
    why="A discharge before admission or a death before birth shows mixed-up records or clocks; a model that learns "
    "from time learns the mix-up.",
    category=Category.PLAUSIBILITY,
    subcategory=Subcategory.TEMPORAL,
    context=Context.VERIFICATION,
    dimension="ai-readiness",
    formula="One item is a pair of dates, both there (per occurrence): AllergyIntolerance "
    "onsetPeriod.start to onsetPeriod.end and to recordedDate; Condition onset to abatement and to recordedDate; "
    "Encounter period; Immunization occurrence to recorded; Patient birthDate to deceasedDateTime; and, where the "
    "order is in the data, MedicationRequest authoredOn to the start of a MedicationAdministration.effective that "
    "refers to it in request. Pairs whose later date, at its latest, is not before the earlier one, at its earliest / "
    "pairs. Partial dates stand for their whole span; moments are compared in UTC, a date beside a moment in any time "
    "zone of the world. A malformed date is 'cannot tell' (in the pair across resources: not counted).",
    source="Qualifier q_date_sequence; OHDSI DataQualityDashboard plausibleTemporalAfter",
    published=True,
    threshold=Threshold(
        Fraction(1, 100), "OHDSI DataQualityDashboard plausibleTemporalAfter: 1 % violating rows", published=True
    ),
    types=frozenset(NEEDS),
    failing='{"resourceType": "Encounter", "status": "finished", "class": {"code": "IMP"}, '
    '"period": {"start": "2025-03-04", "end": "2025-03-01"}}',
    passing='{"resourceType": "Encounter", "status": "finished", "class": {"code": "IMP"}, '
    '"period": {"start": "2025-03-04", "end": "2025-03"}}',
    observe=observe,
    judge=judge,
    needs=NEEDS,
)
