"""The thresholds of a rubric set over those of the measures, from what was counted and without reading data again."""

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from fhircheck.model.report import MeasureResult, Status, Threshold
from fhircheck.score.outside import described
from fhircheck.score.rubric import Rubric

_BY_SHARE = frozenset({"passed", "failed", "informational"})


def rethresholded(measures: Iterable[MeasureResult], rubric: Rubric) -> tuple[MeasureResult, ...]:
    """The measures by the thresholds of `rubric`, of several for one measure the strictest.

    A threshold that an earlier rubric had set is taken back first. Statuses that say that nothing was judged stay.
    """
    limits: dict[str, Fraction] = {}
    for each in rubric.criteria:
        if each.maximum_failing is not None:
            limits[each.measure] = min(each.maximum_failing, limits.get(each.measure, Fraction(1)))
    return tuple(_rethresholded(each, limits.get(each.name), rubric) for each in measures)


def _rethresholded(result: MeasureResult, limit: Fraction | None, rubric: Rubric) -> MeasureResult:
    if result.threshold is not None and result.threshold.rubric:
        entry = described(result.name)
        result = _by(result, entry.threshold if entry else None)
    if limit is None:
        return result
    return _by(result, Threshold(limit, f"rubric {rubric.name}", published=False, rubric=rubric.name))


def _by(result: MeasureResult, threshold: Threshold | None) -> MeasureResult:
    status = result.status
    if status in _BY_SHARE and result.share is not None:
        status = _status(1 - result.share, threshold)
    return replace(result, threshold=threshold, status=status)


def _status(failing: Fraction, threshold: Threshold | None) -> Status:
    if threshold is None:
        return "informational"
    return "passed" if failing <= threshold.maximum_failing else "failed"
