"""What to fix first: each defect removed in thought, scored again, and set against the work it takes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from fhircheck.model.action import Action, Gain
from fhircheck.model.report import IssueGroup, MeasureResult, Score
from fhircheck.score.defects import Defect, defects, defects_of_cases
from fhircheck.score.outside import usable_result
from fhircheck.score.rubric import Criterion, Rubric
from fhircheck.score.scoring import USE_CASE, UseCase, prerequisites, score

Results = dict[str, MeasureResult]


def what_to_fix(
    measures: Iterable[MeasureResult],
    rubric: Rubric,
    groups: Iterable[IssueGroup] = (),
    use_cases: Iterable[UseCase] = (),
) -> tuple[Action, ...]:
    """All actions that win points or end a critical failure, the most worth the work first.

    A gain is an interval. What is repaired may be judged anew by other measures (a value with a unit has a range):
    the lower end lets all of it fail there, the upper one lets it pass and lets measures that may count the same
    defect be mended as far as they can be. use_cases: their own measures are repaired in the same way.
    """
    results, cases = tuple(measures), tuple(use_cases)
    before = score(results, rubric, cases)
    groups = tuple(groups)
    found = (_action(defect, results, rubric, cases, before) for defect in _found(results, groups, cases, rubric))
    worth_it = (each for each in found if each is not None)
    return tuple(sorted(worth_it, key=lambda each: (-each.worth, not each.critical, each.name)))


def _found(
    results: tuple[MeasureResult, ...], groups: tuple[IssueGroup, ...], cases: tuple[UseCase, ...], rubric: Rubric
) -> Iterator[Defect]:
    """All defects; of what only the scores of use cases count, those of the use cases."""
    elsewhere = {each.measure for each in rubric.criteria if each.score != USE_CASE}
    inside = {each.measure for each in rubric.criteria if each.score == USE_CASE} - elsewhere
    theirs = {each.name for case in cases for each in case.measures} & inside
    for result in results:
        if result.name not in theirs:
            yield from defects(result, groups)
            continue
        own = {case.name: each for case in cases for each in case.measures if each.name == result.name}
        yield from defects_of_cases(result.name, own)


def _action(
    defect: Defect,
    results: tuple[MeasureResult, ...],
    rubric: Rubric,
    cases: tuple[UseCase, ...],
    before: tuple[Score, ...],
) -> Action | None:
    """The action against a defect; None where nothing is won."""
    ends = [
        score(repaired(results, defect, rubric, best), rubric, [_case(each, defect, rubric, best) for each in cases])
        for best in (False, True)
    ]
    alone = score(_repaired_alone(results, defect), rubric, [_case_alone(each, defect) for each in cases])
    gains = tuple(_gains(before, *ends))
    critical = tuple(
        old.name
        for old, new in zip(before, ends[True], strict=True)
        if defect.entry.measure in old.critical and defect.entry.measure not in new.critical
    )
    if not any(each.high > 0 for each in gains) and not critical:
        return None
    entry = defect.entry
    return Action(
        name=entry.name,
        measure=entry.measure,
        count=defect.most,
        title=entry.title,
        clinic=entry.clinic,
        it=entry.it,
        owner=entry.owner,
        effort=entry.effort,
        reason=entry.reason,
        gains=tuple(each for each in gains if each.low or each.high),
        worth=sum((each.low for each in _gains(before, alone, alone)), Fraction(0)) / entry.work,
        where=defect.where,
        kinds=defect.kinds,
        critical=critical,
    )


class _Repaired:
    """A use case's result with other measures, how many patients are usable among them."""

    def __init__(self, case: UseCase, measures: tuple[MeasureResult, ...]) -> None:
        self.name, self.measures = case.name, measures


def _case(case: UseCase, defect: Defect, rubric: Rubric, best: bool) -> UseCase:
    """A use case after the repair. How many of the items are its own is not always known: none at worst, all at best.

    What is mended may make patients usable (`also` of the action), at worst none.
    """
    own = defect.cases.get(case.name, 0)
    if defect.cases:
        if not own:
            return case
        defect = replace(defect, fewest=own, most=own)
    elif not best:
        return case
    return _Repaired(case, repaired(_with_usable(case), defect, rubric, best))


def _with_usable(case: UseCase) -> tuple[MeasureResult, ...]:
    usable = usable_result(case)
    return case.measures if usable is None else (*case.measures, usable)


def _case_alone(case: UseCase, defect: Defect) -> UseCase:
    """A use case with the defect of its own mended and nothing else."""
    own = defect.cases.get(case.name, 0)
    if not own:
        return case
    return _Repaired(case, _repaired_alone(_with_usable(case), replace(defect, fewest=own, most=own)))


def _gains(before: Iterable[Score], low: Iterable[Score], high: Iterable[Score]) -> Iterator[Gain]:
    """Points won, for each score that had a value."""
    for old, worst, best in zip(before, low, high, strict=True):
        if old.value is not None and worst.value is not None and best.value is not None:
            yield Gain(old.name, worst.value - old.value, best.value - old.value)


def repaired(
    measures: Iterable[MeasureResult], defect: Defect, rubric: Rubric, best: bool
) -> tuple[MeasureResult, ...]:
    """The measures once the defect is gone; `best`: what is judged anew passes, and what counts the same is mended."""
    results: Results = {each.name: each for each in measures}
    entry, count = defect.entry, defect.most if best else defect.fewest
    own = results.get(entry.measure)
    if own is not None:
        results[own.name] = _mended(own, count)
    for name, each in opened(defect, rubric).items():
        other = results.get(name)
        if other is not None and name != entry.measure:
            results[name] = _judged_anew(other, defect.most * each, best)
    for name, each in entry.reveals.items():
        other = results.get(name)
        if other is not None:
            results[name] = _revealed(other, defect.most * each, best)
    for name, each in entry.also.items() if best else ():
        other = results.get(name)
        if other is not None:
            results[name] = _mended(other, defect.most * each if each else other.denominator)
    return tuple(results.values())


def _repaired_alone(measures: tuple[MeasureResult, ...], defect: Defect) -> tuple[MeasureResult, ...]:
    """The measures with the defect's own one mended and nothing judged anew: what actions are ranked by."""
    count = (defect.fewest + defect.most + 1) // 2
    return tuple(_mended(each, count) if each.name == defect.entry.measure else each for each in measures)


def opened(defect: Defect, rubric: Rubric) -> Mapping[str, int]:
    """Measures that judge repaired items anew: the table's, and what in the rubric waits for these very items."""
    waiting = {
        each.measure: 1
        for each in rubric.criteria
        if defect.entry.measure in prerequisites(each, _beside(each, rubric))
    }
    return {**waiting, **defect.entry.opens}


def _beside(criterion: Criterion, rubric: Rubric) -> list[Criterion]:
    """The criteria of the same score."""
    return [each for each in rubric.criteria if each.score == criterion.score]


def _mended(result: MeasureResult, count: int) -> MeasureResult:
    """`count` failing items pass, or all there are."""
    return replace(result, numerator=min(result.numerator + count, result.denominator))


def _judged_anew(result: MeasureResult, count: int, passing: bool) -> MeasureResult:
    """`count` more items are judged."""
    status = "passed" if result.status in ("not-applicable", "cannot-tell") else result.status
    return replace(
        result,
        numerator=result.numerator + (count if passing else 0),
        denominator=result.denominator + count,
        status=status,
    )


def _revealed(result: MeasureResult, count: int, passing: bool) -> MeasureResult:
    """Up to `count` items that could not be told are judged."""
    count = min(count, result.cannot_tell)
    return replace(_judged_anew(result, count, passing), cannot_tell=result.cannot_tell - count) if count else result
