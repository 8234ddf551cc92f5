"""sampling-complete: are the samples there that a stream should have? (STREAM-1)"""

import json
from collections.abc import Sequence
from fractions import Fraction

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.report import Detail
from fhircheck.model.small_cells import cell_of
from fhircheck.model.use_case import StreamFacts

NO_CASE = "streams belong to a use case: name one with --use-case"
_HOUR = 3_600


def judge(merged: Merged) -> Judged:
    """Count samples over all use cases that were asked for."""
    cases = merged.tools.use_cases
    return (
        Judged(merged.tally, NO_CASE)
        if cases is None
        else judge_samples(cases.streams(merged), merged.tools.options.smallest_cell)
    )


def judge_samples(streams: Sequence[StreamFacts], limit: int) -> Judged:
    """Samples that are there of those expected, over the use cases given; gaps as details.

    limit: the smallest cell. Streams below the share are people, near enough: fewer of them are not told.
    """
    tally = Tally()
    for each in streams:
        tally.merge(each.sampled)
    counts = {name: sum(each.counts.get(name, 0) for each in streams) for name in ("streams", "below", "gaps")}
    if not counts["streams"]:
        return Judged(tally)
    below = cell_of(counts["below"], limit)
    details = (
        Detail("streams", counts["streams"]),
        Detail(
            "streams-below-share",
            below.count,
            least=None if below.count is not None else below.least,
            most=None if below.count is not None else below.most,
        ),
        Detail("gaps", counts["gaps"]),
        Detail("longest-gap", Fraction(max(each.longest for each in streams), _HOUR), "hours"),
    )
    return Judged(tally, "some streams lack more samples than is borne" if counts["below"] else "", details=details)


def _example(*days: str) -> str:
    """A weight on each of these days, at home."""
    code = {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]}
    weights = (
        {"resourceType": "Observation", "code": code, "subject": {"reference": "Patient/1"}, "effectiveDateTime": day}
        for day in days
    )
    return json.dumps([{"resourceType": "Patient", "id": "1"}, *weights])


MEASURE = CountedMeasure(
    name="sampling-complete",
    code="STREAM-1",
    summary="Samples that are there, of those a stream should have.",
    why="A device that was taken off, a battery or a lost connection leave gaps; a model takes the silence for calm, "
    "and the sick, who measure less, are missing most.",
    category=Category.COMPLETENESS,
    subcategory=Subcategory.NONE,
    context=Context.VALIDATION,
    dimension="ai-readiness",
    formula="One item is a sample that is expected (per occurrence, one an interval) in a stream that a requirement "
    "with requirement-sampling asks for: of one patient, and of one code and device unless it names other paths. "
    "Counted from the sample before, to the nearest whole number of intervals, from the first sample to the last. "
    "Samples there / samples expected. A stream with one sample only, or without moments fine enough, is 'cannot "
    "tell'. Beside it streams below the share asked for, gaps longer than the requirement says (else two intervals), "
    "the longest one.",
    source="ours; the question after Weiskopf 2013 (density) and METRIC (completeness of the measurement process)",
    published=False,
    threshold=None,
    types=frozenset(),
    failing=_example("2025-01-01", "2025-01-04"),
    passing=_example("2025-01-01", "2025-01-02"),
    judge=judge,
)
