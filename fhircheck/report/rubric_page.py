"""A rubric for people: its criteria with weight, conditions and reason, and what of a foreign form was not read."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from fhircheck.model.report import MeasureResult, RunReport
from fhircheck.report.german import criterion_reason
from fhircheck.report.numbers import percent, weight
from fhircheck.report.page import Page
from fhircheck.report.sections import actions, scores
from fhircheck.report.shown import View, clean
from fhircheck.report.words import say
from fhircheck.score.rubric import Criterion, Rubric


def rubric_text(rubric: Rubric, view: View) -> str:
    """All of a rubric, laid out."""
    page = Page(view)
    page.heading(clean(rubric.name), clean(rubric.origin))
    page.wrapped((clean(criterion_reason(rubric.summary, view.language), 1000), ""), indent=2)
    for name in rubric.scores:
        page.blank()
        page.line((clean(name), "bold"), indent=2)
        for each in rubric.criteria:
            if each.score == name:
                _criterion(page, each)
    for band in rubric.bands:
        text = say(view, "rubric-band", name=clean(band.name), points=weight(band.at_least, view.language))
        page.wrapped((f"{text}: {clean(band.source)}", "dim"), indent=2, hanging=2)
    _listed(
        page, "rubric-left-out", ((name, criterion_reason(why, view.language)) for name, why in rubric.left_out.items())
    )
    _listed(page, "rubric-not-read", rubric.not_read)
    if rubric.widened:
        page.blank()
        page.wrapped((say(view, "rubric-widened", count=len(rubric.widened)), "yellow"), indent=2, hanging=2)
    return page.text().lstrip("\n")


def _criterion(page: Page, each: Criterion) -> None:
    view = page.view
    parts = [say(view, "rubric-weight", weight=weight(each.weight, view.language))]
    if each.critical:
        parts.append(say(view, "rubric-critical"))
    if each.prerequisite:
        key = "rubric-needs-items" if each.same_items else "rubric-needs"
        parts.append(say(view, key, name=each.prerequisite))
    if each.maximum_failing is not None:
        parts.append(f"≥ {percent(1 - each.maximum_failing, view.language)}")
    page.line((each.measure, "bold"), (f"  {', '.join(parts)}", ""), indent=4)
    page.wrapped((clean(criterion_reason(each.reason, view.language), 2000), "dim"), indent=6)


def _listed(page: Page, title: str, entries: Iterable[tuple[str, str]]) -> None:
    entries = list(entries)
    if not entries:
        return
    page.blank()
    page.line((f"{say(page.view, title)} ({len(entries)})", "bold"), indent=2)
    for what, why in entries:
        page.wrapped((f"{clean(what)}: ", ""), (clean(why, 500), "dim"), indent=4, hanging=2)


def checked_line(rubric: Rubric, view: View) -> str:
    """What `rubric check` says of a sound rubric, in one line."""
    text = say(
        view, "rubric-sound", name=clean(rubric.name), criteria=len(rubric.criteria), scores=", ".join(rubric.scores)
    )
    return text + (f"; {say(view, 'rubric-not-read')}: {len(rubric.not_read)}" if rubric.not_read else "")


@dataclass(frozen=True, slots=True)
class Changed:
    """A measure whose status the rubric changes."""

    name: str
    before: str
    after: str
    needed: Fraction | None


def changed(before: Iterable[MeasureResult], after: Iterable[MeasureResult]) -> list[Changed]:
    """Measures whose status is another by the rubric's thresholds."""
    return [
        Changed(old.name, old.status, new.status, 1 - new.threshold.maximum_failing if new.threshold else None)
        for old, new in zip(before, after, strict=True)
        if old.status != new.status
    ]


def applied_text(report: RunReport, changes: Iterable[Changed], view: View) -> str:
    """Scores and actions of a stored run by another rubric, and what its thresholds change."""
    page = Page(view)
    scores.show(page, report)
    actions.show(page, report)
    rows = [
        (
            (clean(each.name), "bold"),
            (say(view, f"status-{each.before}"), "dim"),
            (say(view, f"status-{each.after}"), ""),
            (f"≥ {percent(each.needed, view.language)}" if each.needed is not None else "", "dim"),
        )
        for each in changes
    ]
    if rows:
        page.heading(say(view, "rubric-changes"))
        page.table(rows)
    return page.text().lstrip("\n")
