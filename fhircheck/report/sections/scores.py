"""The scores with their parts: what each criterion weighs, what it earned, and why not more."""

from fhircheck.model.report import MeasureResult, RunReport, Score, ScorePart
from fhircheck.report.numbers import number, percent, points, weight
from fhircheck.report.page import Page, Span
from fhircheck.report.score_interval import results_of
from fhircheck.report.score_name import SCORES, score_name
from fhircheck.report.shown import View, clean
from fhircheck.report.words import say

# Notes of the score stage that are words of the measures' table.
_STATUSES = {
    "not applicable": "status-not-applicable",
    "cannot tell": "status-cannot-tell",
    "not measured": "status-error",
    "not given": "status-not-given",
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
        _parts(page, score, results_of(score, report))


def _line(page: Page, score: Score) -> tuple[Span, ...]:
    view = page.view
    value = say(view, "of-100", points=points(score.value, view.language)) if score.value is not None else "–"
    beside = say(view, "coverage", share=percent(score.coverage, view.language))
    if score.value is None:
        beside = say(view, "no-score")
    if score.band:
        beside += "; " + say(view, "band", name=clean(score.band), source=clean(score.band_source))
    if score.critical:
        beside += "; " + say(view, "critical", names=", ".join(score.critical))
    return (score_name(score.name, view), "bold"), (value, "bold"), (beside, "red" if score.critical else "")


def _parts(page: Page, score: Score, measures: dict[str, MeasureResult]) -> None:
    """The criteria of one score: a row for each that lost points, the others in a line each reason."""
    if not score.parts:
        return
    view = page.view
    page.blank()
    german = SCORES[score.name][1] if view.language == "de" and score.name in SCORES else ""
    page.line((score_name(score.name, view), "bold"), (f"  {german}" if german else "", "dim"), indent=2)
    short = [part for part in score.parts if part.counted and part.earned < part.weight]
    short.sort(key=lambda part: part.earned - part.weight)
    waiting = _waiting(score)
    rows = [_part(page, part, measures.get(part.measure), waiting.get(part.measure, [])) for part in short]
    page.table(rows, right=frozenset({0}), indent=4)
    full = [part for part in score.parts if part.counted and part.earned == part.weight]
    if full:
        weights = ", ".join(f"{clean(part.measure)} {weight(part.weight, view.language)}" for part in full)
        page.wrapped((say(view, "in-full") + ": ", "green"), (weights, ""), indent=4, hanging=2)
    if score.lost:
        lost = ", ".join(
            f"{say(view, f'category-{name}')} {points(value, view.language)}" for name, value in score.lost
        )
        page.wrapped((say(view, "lost", parts=lost), "dim"), indent=4, hanging=2)
    _not_counted(page, [part for part in score.parts if not part.counted])


def _not_counted(page: Page, parts: list[ScorePart]) -> None:
    """What is in neither sum, by the reason."""
    view = page.view
    by_note: dict[str, list[str]] = {}
    for part in parts:
        by_note.setdefault(part.note, []).append(clean(part.measure))
    for note, names in by_note.items():
        told = say(view, "not-counted", reason=why_not(note, view))
        page.wrapped((f"{told}: {', '.join(names)}", "dim"), indent=4, hanging=2)


def why_not(note: str, view: View) -> str:
    """Why a criterion is in neither sum."""
    return say(view, _STATUSES[note]) if note in _STATUSES else clean(note)


def _waiting(score: Score) -> dict[str, list[str]]:
    """By prerequisite: the criteria that its failing cost points. They are named there, once."""
    found: dict[str, list[str]] = {}
    for part in score.parts:
        if part.booked:
            found.setdefault(part.prerequisite, []).append(part.measure)
    return {name: waiting for name, waiting in found.items() if any(part.measure == name for part in score.parts)}


def _part(page: Page, part: ScorePart, result: MeasureResult | None, waiting: list[str]) -> tuple[Span, ...]:
    view = page.view
    earned = say(view, "of", earned=weight(part.earned, view.language), weight=weight(part.weight, view.language))
    why = why_less(part, result, view)
    if waiting:
        costs = say(view, "costs-also", names=", ".join(map(clean, waiting)))
        why = f"{why}; {costs}" if why else costs
    return (earned, "red"), (clean(part.measure), ""), (why, "")


def why_less(part: ScorePart, result: MeasureResult | None, view: View) -> str:
    """Why a criterion that counts did not earn all its weight; empty where it did."""
    if part.prerequisite and not part.failing_before:
        return say(view, "needs-failed", name=clean(part.prerequisite))
    if part.earned == part.weight or result is None:
        return clean(part.note)
    parts = []
    failing = result.denominator - result.numerator
    if failing:
        counts = {"failing": failing, "judged": result.denominator}
        parts.append(say(view, "fail", **{name: number(count, view.language) for name, count in counts.items()}))
    if part.failing_before:
        count = number(part.failing_before, view.language)
        parts.append(say(view, "fail-before", count=count, name=clean(part.prerequisite)))
    return "; ".join(parts) or clean(part.note)
