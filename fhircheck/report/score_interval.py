"""Between which bounds a score would lie if all that could not be told were known."""

from collections.abc import Mapping
from fractions import Fraction

from fhircheck.model.report import MeasureResult, RunReport, Score, ScorePart
from fhircheck.report.fitness import CASE_SCORE

_CRITERIA = {"usable-patients": "patients-usable"}
"""What a criterion calls a measure of use cases that has another name there."""


def score_interval(score: Score, results: Mapping[str, MeasureResult]) -> tuple[Fraction, Fraction] | None:
    """Lowest and highest value (0..100) of `score`; None where it has no criterion that applies.

    Lowest: everything that could not be told fails. Highest: all of it passes. Where the data is a sample, each
    criterion is also taken at the end of its 95 % Wilson interval; all of them at once at the same end is rarer than
    that, so the bounds are wider than 95 %. results: by name, those that the score was made from.
    """
    low = high = whole = Fraction(0)
    for part in score.parts:
        told = _told(part, results.get(part.measure))
        if told is None or not part.weight:
            continue
        least, most = _ends(part, results.get(part.measure))
        whole += part.weight
        low += part.weight * told * least
        high += part.weight * (told * most + 1 - told)
    return (low / whole * 100, high / whole * 100) if whole else None


def results_of(score: Score, report: RunReport) -> dict[str, MeasureResult]:
    """The measures that `score` was made from: those of its use case, or of the whole."""
    for case in report.use_cases:
        if score.name == CASE_SCORE + case.name:
            return {_CRITERIA.get(each.name, each.name): each for each in case.measures}
    return {each.name: each for each in report.measures}


def _told(part: ScorePart, result: MeasureResult | None) -> Fraction | None:
    """Share of a criterion's applicable items that could be judged; None where none applies."""
    if not part.counted:
        untold = result is not None and (result.status in ("cannot-tell", "error") or result.cannot_tell)
        return Fraction(0) if untold or part.note == "cannot tell" else None
    if result is None or not result.denominator:
        return Fraction(1)
    judged = result.denominator + part.failing_before
    return Fraction(judged, judged + result.cannot_tell)


def _ends(part: ScorePart, result: MeasureResult | None) -> tuple[Fraction, Fraction]:
    """The share a criterion earned, as an interval where it was estimated from a sample."""
    share = part.earned / part.weight
    if not part.counted or result is None or result.interval is None or not result.denominator:
        return share, share
    own = Fraction(result.numerator, result.denominator)
    scale = share / own if own else Fraction(1)
    low, high = (Fraction(end).limit_denominator(10**6) * scale for end in result.interval)
    return min(low, share), max(min(high, Fraction(1)), share)
