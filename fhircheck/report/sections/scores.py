"""The scores with their parts: what each criterion weighs, what it earned, and why not more."""

from fhircheck.model.report import MeasureResult, RunReport, Score, ScorePart
from fhircheck.report.numbers import number, percent, points, weight
from fhircheck.report.page import Page, Span
from fhircheck.report.shown import clean
from fhircheck.report.words import say

# Notes of the score stage that are words of the measures' table.
_STATUSES = {
    "not applicable": "status-not-applicable",
    "cannot tell": "status-cannot-tell",
    "not measured": "status-error",
}


def show(page: Page, report: RunReport) -> None:
    """Write every score; nothing where none was asked for."""
    if not report.scores:
        return
    view = page.view
    rubrics = ", ".join(dict.fromkeys(score.rubric for score in report.scores))
    page.heading(say(view, "scores"), say(view, "rubric", name=clean(rubrics)))
    page.table([_line(page, score) for score in report.scores])
    for score in report.scores:
        _parts(page, score, {each.name: each for each in report.measures})


def _line(page: Page, score: Score) -> tuple[Span, ...]:
    view = page.view
    value = say(view, "of-100", points=points(score.value, view.language)) if score.value is not None else "–"
    beside = say(view, "coverage", share=percent(score.coverage, view.language))
    if score.value is None:
        beside = say(view, "no-score")
    if score.critical:
        beside += "; " + say(view, "critical", names=", ".join(score.critical))
    return (clean(score.name), "bold"), (value, "bold"), (beside, "red" if score.critical else "")


def _parts(page: Page, score: Score, measures: dict[str, MeasureResult]) -> None:
    """The criteria of one score: those that lost points first, then the others, then what did not count."""
    if not score.parts:
        return
    page.blank()
    page.line((clean(score.name), "bold"), indent=2)
    ordered = sorted(score.parts, key=lambda part: (not part.counted, part.earned - part.weight))
    page.table([_part(page, part, measures.get(part.measure)) for part in ordered], right=frozenset({0}), indent=4)


def _part(page: Page, part: ScorePart, result: MeasureResult | None) -> tuple[Span, ...]:
    view = page.view
    if not part.counted:
        reason = say(view, _STATUSES[part.note]) if part.note in _STATUSES else clean(part.note)
        return ("–", "dim"), (clean(part.measure), "dim"), (say(view, "not-counted", reason=reason), "dim")
    earned = say(view, "of", earned=weight(part.earned, view.language), weight=weight(part.weight, view.language))
    style = "green" if part.earned == part.weight else "red"
    return (earned, style), (clean(part.measure), ""), (_why_less(page, part, result), "")


def _why_less(page: Page, part: ScorePart, result: MeasureResult | None) -> str:
    """Why a criterion that counts did not earn all its weight; empty where it did."""
    view = page.view
    if result is None or not result.denominator or not part.earned or part.earned == part.weight:
        return clean(part.note)
    failing = number(result.denominator - result.numerator, view.language)
    return say(view, "fail", failing=failing, judged=number(result.denominator, view.language))
