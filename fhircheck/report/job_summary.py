"""How a scheduled run ended, in a few lines for whoever looks at a cron mail or a journal; English and German."""

from collections.abc import Sequence
from dataclasses import dataclass

from fhircheck.model.change import Change
from fhircheck.model.plural import filled
from fhircheck.model.report import RunReport
from fhircheck.report.change_words import against, words
from fhircheck.report.numbers import points
from fhircheck.report.page import Page
from fhircheck.report.score_name import score_name
from fhircheck.report.sections.verdict import headline
from fhircheck.report.shown import View, clean

_WORDS = {
    "run": ("run {number} of {series}", "Lauf {number} von {series}"),
    "not-kept": ("not remembered", "nicht gemerkt"),
    "scores": ("scores: {scores}", "Punktzahlen: {scores}"),
    "changes": (
        "{alarming} of {count} {count:change|changes} alarming ({against})",
        "{alarming} von {count} {count:Änderung|Änderungen} auffällig ({against})",
    ),
    "more": ("and {count} more", "und {count} weitere"),
    "written": ("written: {file}", "geschrieben: {file}"),
    "failed": ("failed: {what}", "misslungen: {what}"),
}
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class JobEnd:
    """What is told of a run beside its report. number: None where it is not remembered. failed: a line each."""

    job: str
    series: str
    number: int | None
    written: Sequence[str]
    failed: Sequence[str]


def job_summary(report: RunReport, end: JobEnd, view: View) -> str:
    """The lines, each ended."""
    page = Page(view)
    run = _say(view, "run", number=end.number, series=end.series) if end.number else _say(view, "not-kept")
    page.wrapped((f"{end.job}: ", "bold"), (f"{headline(report, view)} ", ""), (f"({run})", "dim"), hanging=2)
    values = ", ".join(
        f"{score_name(score.name, view)} {points(score.value, view.language)}" for score in report.scores
    )
    if values:
        page.wrapped((_say(view, "scores", scores=values), ""), indent=2, hanging=2)
    history = report.history
    if history is not None and history.changes:
        alarming = sum(each.alarming for each in history.changes)
        told = {"alarming": alarming, "count": len(history.changes), "against": against(history.against, view.language)}
        page.wrapped((_say(view, "changes", **told), "yellow" if alarming else ""), indent=2, hanging=2)
        _alarming(page, history.changes)
    for file in end.written:
        page.wrapped((_say(view, "written", file=view.names.source(clean(file))), ""), indent=2, hanging=2)
    for what in end.failed:
        page.wrapped((_say(view, "failed", what=view.names.words(clean(what, 500))), "red"), indent=2, hanging=2)
    return page.text()


def _alarming(page: Page, changes: Sequence[Change]) -> None:
    """The first changes that alarm, in words."""
    view, alarming = page.view, [each for each in changes if each.alarming]
    for each in alarming[:_SHOWN]:
        page.wrapped((clean(view.names.words(words(each, view.language)), 500), ""), indent=4, hanging=2)
    if len(alarming) > _SHOWN:
        page.wrapped((_say(view, "more", count=len(alarming) - _SHOWN), "dim"), indent=4)


def _say(view: View, name: str, **given: object) -> str:
    return filled(_WORDS[name][view.language == "de"], given)
