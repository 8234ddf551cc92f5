"""clock-agrees: is what was measured dated before it was recorded? (STREAM-2)"""

from collections.abc import Sequence
from fractions import Fraction

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.distribution import quartiles
from fhircheck.measures.readiness.sampling_complete import NO_CASE
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.plural import filled
from fhircheck.model.quantiles import Quantiles
from fhircheck.model.report import Detail, Threshold
from fhircheck.model.use_case import StreamFacts


def judge(merged: Merged) -> Judged:
    """Compare clocks over all use cases that were asked for."""
    cases = merged.tools.use_cases
    return Judged(merged.tally, NO_CASE) if cases is None else judge_clocks(cases.streams(merged))


def judge_clocks(streams: Sequence[StreamFacts]) -> Judged:
    """Samples whose time fits that of their record, over the use cases given; what is wrong and delays as details."""
    tally, delay = Tally(), Quantiles()
    for each in streams:
        tally.merge(each.clock)
        delay.merge(each.delay)
    counts = {name: sum(each.counts.get(name, 0) for each in streams) for name in ("ahead", "zone", "late")}
    details = [
        Detail("samples-ahead", counts["ahead"]),
        Detail("samples-ahead-by-whole-hours", counts["zone"]),
        Detail("samples-late", counts["late"]),
    ]
    reason = (
        filled("{ahead} {ahead:is|are} dated after {ahead:it was|they were} recorded", counts)
        if counts["ahead"]
        else ""
    )
    if counts["zone"]:
        reason += f", {counts['zone']} of them by whole hours: the time zone"
    return Judged(tally, reason, details=(*(details if tally.denominator else ()), *quartiles("delay", delay, "hours")))


_EXAMPLE = (
    '[{"resourceType": "Patient", "id": "1"}, {"resourceType": "Observation", "subject": {"reference": "Patient/1"}, '
    '"code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]}, '
    '"effectiveDateTime": "2025-01-01T07:00:00Z", "issued": "%s"}]'
)

MEASURE = CountedMeasure(
    name="clock-agrees",
    code="STREAM-2",
    summary="Samples whose time fits the time they were recorded or received.",
    why="A device whose clock or time zone is wrong puts night into day and effect before cause; nobody can see it in "
    "the values.",
    category=Category.PLAUSIBILITY,
    subcategory=Subcategory.TEMPORAL,
    context=Context.VERIFICATION,
    dimension="ai-readiness",
    formula="One item is a resource that a requirement with requirement-clock asks for (per resource). Those not dated "
    "after they were recorded (issued, else meta.lastUpdated, unless it names other paths) by more than it bears, nor "
    "longer before than it allows / those that say both with a time zone; others are 'cannot tell'. Beside it how many "
    "are ahead, how many of these by whole hours within five minutes (a wrong time zone), how many late; and the "
    "delay.",
    source="ours; the order of the two times after OHDSI DataQualityDashboard plausibleTemporalAfter",
    published=False,
    threshold=Threshold(
        Fraction(1, 100),
        "nearest published: OHDSI DataQualityDashboard plausibleTemporalAfter, 1 % violating rows",
        published=False,
    ),
    types=frozenset(),
    failing=_EXAMPLE % "2025-01-01T06:01:00Z",
    passing=_EXAMPLE % "2025-01-01T07:01:00Z",
    judge=judge,
)
