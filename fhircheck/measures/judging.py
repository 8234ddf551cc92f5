"""After everything was merged: from what was counted to a status."""

from dataclasses import replace
from math import sqrt

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.model.facts import Tally
from fhircheck.model.report import MeasureResult, Status, Threshold
from fhircheck.model.small_cells import guarded, guarded_result

_Z = 1.959963984540054
"""97.5 % quantile of the normal distribution."""


def judge(measure: CountedMeasure, merged: Merged) -> MeasureResult:
    """The result of one measure; `merged` holds what was counted for all of them.

    Counts of people by a property are guarded here, for every measure: none below the smallest cell is shown.
    """
    judged = measure.judge(replace(merged, tally=merged.tallies.get(measure.name) or Tally()))
    return result_of(measure, judged, merged)


def result_of(measure: CountedMeasure, judged: Judged, merged: Merged) -> MeasureResult:
    """`judged` with all that the measure says of itself."""
    tally, limit = judged.tally, merged.tools.options.smallest_cell
    result = MeasureResult(
        name=measure.name,
        code=measure.code,
        category=measure.category.value,
        subcategory=measure.subcategory.value,
        context=measure.context.value,
        dimension=measure.dimension,
        status=judged.status or status_of(tally, measure.threshold),
        numerator=tally.numerator,
        denominator=tally.denominator,
        cannot_tell=tally.cannot_tell,
        threshold=measure.threshold,
        by=tuple((path, passed, judged_) for path, (passed, judged_) in sorted(tally.by.items())),
        examples=tuple(tally.examples),
        resources_failed=tally.resources_failed,
        patients_failed=len(tally.patients_failed),
        patients_exact=tally.patients_failed.exact,
        interval=wilson(tally.numerator, tally.denominator) if merged.sampled and tally.denominator else None,
        reason=judged.reason,
        details=guarded(judged.details, limit, (tally.denominator, merged.resources["Patient"])),
    )
    return guarded_result(result, limit) if measure.people else result


def status_of(tally: Tally, threshold: Threshold | None) -> Status:
    """passed or failed by the share of judged items; what could not be judged never makes it pass."""
    if not tally.denominator:
        return "cannot-tell" if tally.cannot_tell else "not-applicable"
    if threshold is None:
        return "informational"
    failing = tally.denominator - tally.numerator
    return "passed" if failing <= threshold.maximum_failing * tally.denominator else "failed"


def wilson(passed: int, judged: int) -> tuple[float, float]:
    """95 % score interval of a share (Wilson 1927, J Am Stat Assoc 22:209-212)."""
    share, square = passed / judged, _Z * _Z
    middle = (share + square / (2 * judged)) / (1 + square / judged)
    half = _Z * sqrt(share * (1 - share) / judged + square / (4 * judged * judged)) / (1 + square / judged)
    low = 0.0 if passed == 0 else max(0.0, middle - half)
    high = 1.0 if passed == judged else min(1.0, middle + half)
    return low, high
