"""The series a run belongs to: how its scores went, and what has changed."""

from fhircheck.model.report import RunReport
from fhircheck.model.run_history import RunHistory
from fhircheck.report.change_words import against, words
from fhircheck.report.history_words import say
from fhircheck.report.page import Page
from fhircheck.report.shown import clean
from fhircheck.report.sparkline import sparkline
from fhircheck.report.trend import rows

SHOWN = 12
_WIDTH = 40


def show(page: Page, report: RunReport) -> None:
    """Write it; nothing where runs are not remembered."""
    history = report.history
    if history is None:
        return
    language = page.view.language
    number = history.points[-1].number if history.points else None
    beside = say(language, "run-of", number=number, series=clean(history.series)) if number else clean(history.series)
    if history.against:
        beside += ", " + say(language, "against", what=against(history.against, language))
    page.heading(say(language, "changes"), beside)
    _trend(page, history)
    _changes(page, history)


def _trend(page: Page, history: RunHistory) -> None:
    if len(history.points) < 2:
        return
    wanted = [each for each in rows(history.points) if each.kind == "score" or each.name == "errors"]
    page.table([((clean(each.name, 30), ""), (sparkline(each.values, _WIDTH), "")) for each in wanted])


def _changes(page: Page, history: RunHistory) -> None:
    changes = sorted(history.changes, key=lambda each: not each.alarming)
    if history.against and not any(each.alarming for each in changes):
        page.line((say(page.view.language, "no-change"), "green"), indent=2)
    for each in changes[:SHOWN]:
        page.sentence(("! ", "bold red") if each.alarming else ("- ", "dim"), words(each, page.view.language))
    if len(changes) > SHOWN:
        page.line((say(page.view.language, "and-more", count=len(changes) - SHOWN), "dim"), indent=2)
