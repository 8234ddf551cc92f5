"""From measures to scores: weights passed of weights performed, with every part shown."""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from fhircheck.measures import MEASURES
from fhircheck.model.report import MeasureResult, Score, ScorePart
from fhircheck.score.rubric import Criterion, Rubric


def score(measures: Iterable[MeasureResult], rubric: Rubric) -> tuple[Score, ...]:
    """One Score for each score the rubric names, in its order (HL7 PIQI, evaluation: weighted index).

    Value: sum of earned weights / sum of performed weights x 100, None where nothing was performed. A
    criterion earns its weight times the share of items that pass; a failed prerequisite makes it
    earn nothing; not applicable or undecided, it leaves both sums. Coverage: share of the
    applicable items that could be judged, weighted in the same way.
    """
    results = {each.name: each for each in measures}
    return tuple(_score(name, results, rubric) for name in rubric.scores)


def _score(name: str, results: Mapping[str, MeasureResult], rubric: Rubric) -> Score:
    criteria = [each for each in rubric.criteria if each.score == name]
    parts = tuple(_part(each, results, rubric.published_only) for each in criteria)
    performed = sum((part.weight for part in parts if part.counted), Fraction(0))
    earned = sum((part.earned for part in parts if part.counted), Fraction(0))
    return Score(
        name=name,
        rubric=rubric.name,
        value=earned / performed * 100 if performed else None,
        coverage=_coverage(criteria, results, rubric.published_only),
        parts=parts,
        critical=tuple(each.measure for each in criteria if each.critical and _fails(each, each.measure, results)),
    )


def _part(criterion: Criterion, results: Mapping[str, MeasureResult], published_only: bool) -> ScorePart:
    def part(earned: Fraction, counted: bool, note: str) -> ScorePart:
        return ScorePart(criterion.measure, criterion.weight, earned, counted, criterion.reason, note)

    if published_only and not _published(criterion):
        return part(Fraction(0), False, "informational: " + _unpublished(criterion))
    if criterion.prerequisite and _fails(criterion, criterion.prerequisite, results):
        return part(Fraction(0), True, f"prerequisite {criterion.prerequisite} failed")
    result = results.get(criterion.measure)
    if result is None or result.share is None:
        return part(Fraction(0), False, _left_out(result))
    failing = result.denominator - result.numerator
    note = f"{failing} of {result.denominator} fail" if failing else ""
    return part(criterion.weight * result.share, True, note)


def _left_out(result: MeasureResult | None) -> str:
    """Why a criterion is in neither sum."""
    if result is None:
        return "not measured"
    return "cannot tell" if result.cannot_tell else "not applicable"


def _published(criterion: Criterion) -> bool:
    measure = MEASURES[criterion.measure]
    threshold = measure.threshold
    own = criterion.maximum_failing is None
    return measure.published and own and threshold is not None and threshold.published


def _unpublished(criterion: Criterion) -> str:
    measure = MEASURES[criterion.measure]
    if not measure.published:
        return "no published formula"
    if criterion.maximum_failing is not None:
        return "the rubric's own threshold"
    return "threshold by analogy" if measure.threshold else "no published threshold"


def _fails(criterion: Criterion, measure: str, results: Mapping[str, MeasureResult]) -> bool:
    """Whether `measure` has more failing items than the criterion, or its own threshold, allows."""
    result, limit = results.get(measure), criterion.limit(measure)
    if result is None or result.share is None or limit is None:
        return False
    return 1 - result.share > limit


def _coverage(criteria: Iterable[Criterion], results: Mapping[str, MeasureResult], published_only: bool) -> Fraction:
    """Judged of applicable, by weight; 1 where nothing is applicable."""
    applicable = judged = Fraction(0)
    for each in criteria:
        result = results.get(each.measure)
        share = result.coverage if result else None
        if share is not None and not (published_only and not _published(each)):
            applicable += each.weight
            judged += each.weight * share
    return judged / applicable if applicable else Fraction(1)
