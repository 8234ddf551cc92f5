"""From measures to scores: weights passed of weights performed, with every part shown."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Protocol

from fhircheck.model.report import MeasureResult, Score, ScorePart
from fhircheck.score.outside import OUTSIDE, USABLE, described, usable_result
from fhircheck.score.rubric import Criterion, Rubric

USE_CASE = "use-case"
"""Score of the criteria that make a score of their own for each use case."""

Results = Mapping[str, MeasureResult]
_SILENT = frozenset({"not-applicable", "cannot-tell", "error"})
"""Statuses of a measure that says nothing a score could use."""


class UseCase(Protocol):
    """What a score needs of a use case's result (model/use_case.py)."""

    @property
    def name(self) -> str: ...
    @property
    def measures(self) -> tuple[MeasureResult, ...]: ...


def score(measures: Iterable[MeasureResult], rubric: Rubric, use_cases: Iterable[UseCase] = ()) -> tuple[Score, ...]:
    """One Score for each score the rubric names, in its order (HL7 PIQI, evaluation: weighted index).

    Value: sum of earned weights / sum of performed weights x 100, None where nothing was performed. A
    criterion earns its weight times the share of items that pass; a failed prerequisite makes it
    earn nothing; not applicable or undecided, it leaves both sums. Coverage: share of the
    applicable items that could be judged, weighted in the same way. The criteria of the score
    ``use-case`` make a score for each use case, from that one's own measures.
    """
    results = {each.name: each for each in measures}
    scores = [_score(name, name, results, rubric) for name in rubric.scores if name != USE_CASE]
    if USE_CASE in rubric.scores:
        for case in use_cases:
            own = {each.name: each for each in case.measures}
            usable = usable_result(case)
            if usable is not None and USABLE.name not in own:
                own[USABLE.name] = usable
            scores.append(_score(USE_CASE, f"ai-readiness: {case.name}", own, rubric))
    return tuple(scores)


def _score(key: str, name: str, results: Results, rubric: Rubric) -> Score:
    criteria = [each for each in rubric.criteria if each.score == key]
    parts = tuple(_part(each, results, rubric.published_only, criteria) for each in criteria)
    performed = sum((part.weight for part in parts if part.counted), Fraction(0))
    earned = sum((part.earned for part in parts if part.counted), Fraction(0))
    value = earned / performed * 100 if performed else None
    band = next((each for each in rubric.bands if value is not None and value >= each.at_least), None)
    return Score(
        name=name,
        rubric=rubric.name,
        value=value,
        coverage=_coverage(criteria, results, rubric.published_only),
        parts=parts,
        critical=tuple(each.measure for each in criteria if each.critical and fails(each, each.measure, results)),
        lost=_lost(parts, performed),
        band=band.name if band else "",
        band_source=band.source if band else "",
    )


def _part(criterion: Criterion, results: Results, published_only: bool, criteria: list[Criterion]) -> ScorePart:
    before = _failing_before(criterion, results, criteria)

    def part(earned: Fraction, counted: bool, note: str, booked: Fraction = Fraction(0)) -> ScorePart:
        on = criterion.prerequisite if booked else ""
        items = before if booked and criterion.same_items else 0
        return ScorePart(
            criterion.measure, criterion.weight, earned, counted, criterion.reason, note, on, booked, items
        )

    if published_only and not is_published(criterion):
        return part(Fraction(0), False, "informational: " + _unpublished(criterion))
    if not criterion.same_items and criterion.prerequisite and fails(criterion, criterion.prerequisite, results):
        return part(Fraction(0), True, f"prerequisite {criterion.prerequisite} failed", criterion.weight)
    result = results.get(criterion.measure)
    judged, passed = _counts(result)
    if not judged + before:
        return part(Fraction(0), False, _left_out(criterion, result))
    each = criterion.weight / (judged + before)
    notes = [f"{judged - passed} of {judged} fail"] if judged > passed else []
    names = " or ".join(each for each in prerequisites(criterion, criteria) if _failing(each, results))
    notes += [f"{before} fail {names}"] if before else []
    return part(each * passed, True, "; ".join(notes), each * before)


def _counts(result: MeasureResult | None) -> tuple[int, int]:
    """Items judged and passed, (0, 0) where the measure says nothing."""
    if result is None or result.status in _SILENT:
        return 0, 0
    return result.denominator, result.numerator


def prerequisites(criterion: Criterion, criteria: Iterable[Criterion]) -> Iterator[str]:
    """Measures of the same items that must pass before this one can: its own, and what that one's criterion needs."""
    needs = {each.measure: each.prerequisite for each in criteria if each.same_items}
    name, seen = criterion.prerequisite if criterion.same_items else "", {criterion.measure}
    while name and name not in seen:
        yield name
        seen.add(name)
        name = needs.get(name, "")


def _failing(measure: str, results: Results) -> int:
    judged, passed = _counts(results.get(measure))
    return judged - passed


def _failing_before(criterion: Criterion, results: Results, criteria: Iterable[Criterion]) -> int:
    """Items that fail a prerequisite that judges the same items."""
    return sum(_failing(each, results) for each in prerequisites(criterion, criteria))


def _left_out(criterion: Criterion, result: MeasureResult | None) -> str:
    """Why a criterion is in neither sum."""
    if result is None and criterion.measure in OUTSIDE:
        return "not given"
    if result is None or result.status == "error":
        return "not measured"
    return "cannot tell" if result.cannot_tell or result.status == "cannot-tell" else "not applicable"


def _lost(parts: Iterable[ScorePart], performed: Fraction) -> tuple[tuple[str, Fraction], ...]:
    """Points lost by Kahn's category, the most first."""
    lost: Counter[str] = Counter()
    for part in parts:
        if part.counted:
            lost[category_of(part.measure)] += part.weight - part.earned - part.booked  # type: ignore[assignment]
            if part.booked:
                lost[category_of(part.prerequisite)] += part.booked  # type: ignore[assignment]
    points = ((name, Fraction(weight) * 100 / performed) for name, weight in lost.items() if weight)
    return tuple(sorted(points, key=lambda each: (-each[1], each[0])))


def category_of(measure: str) -> str:
    """Kahn's category of a measure."""
    entry = described(measure)
    return entry.category.value if entry else ""


def is_published(criterion: Criterion) -> bool:
    """Whether formula and threshold of the criterion were both published."""
    measure = described(criterion.measure)
    threshold = measure.threshold if measure else None
    own = criterion.maximum_failing is None
    return measure is not None and measure.published and own and threshold is not None and threshold.published


def _unpublished(criterion: Criterion) -> str:
    measure = described(criterion.measure)
    if measure is None or not measure.published:
        return "no published formula"
    if criterion.maximum_failing is not None:
        return "the rubric's own threshold"
    return "threshold by analogy" if measure.threshold else "no published threshold"


def fails(criterion: Criterion, measure: str, results: Results) -> bool:
    """Whether `measure` has more failing items than the criterion, or its own threshold, allows."""
    judged, passed = _counts(results.get(measure))
    limit = criterion.limit(measure)
    if not judged or limit is None:
        return False
    return judged - passed > limit * judged


def _coverage(criteria: list[Criterion], results: Results, published_only: bool) -> Fraction:
    """Judged of applicable, by weight; 1 where nothing is applicable."""
    applicable = judged = Fraction(0)
    for each in criteria:
        share = _told(each, results, criteria)
        if share is not None and not (published_only and not is_published(each)):
            applicable += each.weight
            judged += each.weight * share
    return judged / applicable if applicable else Fraction(1)


def _told(criterion: Criterion, results: Results, criteria: list[Criterion]) -> Fraction | None:
    """Share of the applicable items that could be judged, None where nothing applies."""
    result = results.get(criterion.measure)
    judged = _counts(result)[0] + _failing_before(criterion, results, criteria)
    untold = result.cannot_tell if result else 0
    if result is not None and result.status in ("cannot-tell", "error") and not judged:
        return Fraction(0)
    return Fraction(judged, judged + untold) if judged + untold else None
