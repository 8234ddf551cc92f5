"""May this data be used, how sure is that, and what it rests on: one rule, applied to what the report says.

docs/concepts/fitness.md has the rule in words; its bounds are ours, nobody published any.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from fhircheck.model.report import MeasureResult, RunReport, Score
from fhircheck.model.use_case import UseCaseResult
from fhircheck.model.use_case_cells import cells_of_case
from fhircheck.report.outcome import errors, outcome

Fit = Literal["fit", "limited", "unfit", "unknown"]
Sure = Literal["high", "medium", "low", "none"]

LITTLE_DECIDED = Fraction(1, 2)
"""With a smaller share of checks decided nothing is said of fitness."""
MOST_DECIDED = Fraction(9, 10)
"""A smaller share of checks decided is a limit."""
SURE, LESS_SURE = Fraction(95, 100), Fraction(80, 100)
"""Shares decided from which certainty is high, and medium."""
MOST_USABLE = Fraction(9, 10)
"""A smaller share of the eligible patients being usable is a limit: who is left may be a selection."""
CASE_SCORE = "ai-readiness: "
_OPEN_ROLES = frozenset({"cohort", "exclusion", "index", "feature", "label"})


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing an answer rests on. key: which; names: measures, scores or requirements; share, count: how much."""

    key: str
    names: tuple[str, ...] = ()
    share: Fraction | None = None
    count: int = 0


@dataclass(frozen=True, slots=True)
class Fitness:
    """The answer for one use case, or (case None) for the data in general.

    reasons: what made the answer, the gravest first; doubts: what lowers the certainty.
    """

    case: UseCaseResult | None
    answer: Fit
    reasons: tuple[Reason, ...]
    sure: Sure
    doubts: tuple[Reason, ...]
    scores: tuple[Score, ...]


def fitness(report: RunReport) -> tuple[Fitness, ...]:
    """An answer for each use case asked for, then one for the data in general."""
    return (*(_of(report, each) for each in report.use_cases), _of(report, None))


def _of(report: RunReport, case: UseCaseResult | None) -> Fitness:
    scores = _scores(report, case)
    unknown = tuple(_unknown(report, case))
    unfit = tuple(_unfit(report, case, scores))
    limits = tuple(_limits(report, case, scores))
    answer: Fit = "limited" if limits else "fit"
    reasons = limits
    if unfit:
        answer, reasons = "unfit", (*unfit, *limits)
    if any(each.key in ("not-checked", "little-decided") for each in unknown) or (unknown and not unfit):
        answer, reasons = "unknown", (*unknown, *unfit, *limits)
    sure, doubts = _certainty(report, case, scores)
    return Fitness(case, answer, reasons, sure, doubts, scores)


def _scores(report: RunReport, case: UseCaseResult | None) -> tuple[Score, ...]:
    """The use case's own score, or those of the data as a whole."""
    own = {CASE_SCORE + each.name for each in report.use_cases}
    if case is None:
        return tuple(each for each in report.scores if each.name not in own)
    return tuple(each for each in report.scores if each.name == CASE_SCORE + case.name)


def _unknown(report: RunReport, case: UseCaseResult | None) -> Iterator[Reason]:
    """Why nothing can be said."""
    if outcome(report) == "not-checked" or report.coverage is None or report.verdict.exit_code == 2:
        yield Reason("not-checked")
    elif report.coverage < LITTLE_DECIDED:
        yield Reason("little-decided", share=report.coverage)
    if case is not None:
        roles = {each.name: each.role for each in case.steps}
        open_ = tuple(name for name, _ in case.undecided if roles.get(name, "cohort") in _OPEN_ROLES)
        if open_:
            yield Reason("requirement-open", open_)


def _unfit(report: RunReport, case: UseCaseResult | None, scores: tuple[Score, ...]) -> Iterator[Reason]:
    """Why it cannot be used as it is."""
    if case is not None:
        cells = cells_of_case(case)
        if not case.eligible:
            yield Reason("nobody-eligible")
        elif not case.usable:
            yield Reason("nobody-usable")
        elif cells.usable.most is not None and cells.usable.most < case.smallest_cell:
            yield Reason("too-few", count=case.smallest_cell)
        if case.eligible and not case.usable:
            yield from _lost_most(case)
    critical = tuple(dict.fromkeys(name for each in scores for name in each.critical))
    if critical:
        yield Reason("critical", critical)


def _limits(report: RunReport, case: UseCaseResult | None, scores: tuple[Score, ...]) -> Iterator[Reason]:
    """What to have in mind when using it."""
    if case is not None:
        yield from _limits_of_case(report, case)
    if errors(report):
        yield Reason("errors", count=errors(report))
    results = case.measures if case is not None else report.measures
    weighed = {part.measure for each in scores for part in each.parts}
    failed = tuple(each.name for each in _worst_first(results) if each.status == "failed" and each.name in weighed)
    if failed:
        yield Reason("failed", failed, count=len(failed))
    if report.borne:
        yield Reason("borne", count=report.borne)
    if report.sources.unreadable:
        yield Reason("unreadable", count=report.sources.unreadable)
    if report.coverage is not None and LITTLE_DECIDED <= report.coverage < MOST_DECIDED:
        yield Reason("part-decided", share=report.coverage)
    if report.sources.sampled is not None:
        yield Reason("sample")


def _limits_of_case(report: RunReport, case: UseCaseResult) -> Iterator[Reason]:
    cells = cells_of_case(case)
    few = cells.usable.most is not None and cells.usable.most < case.smallest_cell
    if not few and cells.eligible.count and cells.usable.least < MOST_USABLE * cells.eligible.count:
        yield Reason("part-usable")
        yield from _lost_most(case)
    critical = tuple(dict.fromkeys(name for each in _scores(report, None) for name in each.critical))
    if critical:
        yield Reason("critical-elsewhere", critical)


def _lost_most(case: UseCaseResult) -> Iterator[Reason]:
    """The step after the choice of patients that costs most of them."""
    steps = [each for each in case.steps if each.role in ("feature", "label") and each.lost]
    if steps:
        yield Reason("lost-most", (max(steps, key=lambda each: each.lost).name,))


def _worst_first(results: tuple[MeasureResult, ...]) -> list[MeasureResult]:
    return sorted(results, key=lambda each: (each.share if each.share is not None else 1, each.name))


def _certainty(
    report: RunReport, case: UseCaseResult | None, scores: tuple[Score, ...]
) -> tuple[Sure, tuple[Reason, ...]]:
    """How sure an answer is: by the smallest share that could be decided, and by what was not looked at."""
    doubts = []
    if report.coverage is None or outcome(report) == "not-checked":
        return "none", (Reason("not-checked"),)
    least = report.coverage
    if report.coverage < 1:
        doubts.append(Reason("checks-open", share=report.coverage))
    for each in scores:
        if each.coverage < 1:
            doubts.append(Reason("score-open", (each.name,), each.coverage))
        least = min(least, each.coverage)
    if report.sources.unreadable:
        doubts.append(Reason("unreadable", count=report.sources.unreadable))
    if case is not None and case.undecided:
        doubts.append(Reason("requirement-open", tuple(name for name, _ in case.undecided)))
    if report.sources.sampled is not None:
        doubts.append(Reason("sample"))
    incomplete = any(each.key in ("unreadable", "requirement-open", "sample") for each in doubts)
    sure: Sure = "high" if least >= SURE and not incomplete else "medium" if least >= LESS_SURE else "low"
    return sure, tuple(doubts)
