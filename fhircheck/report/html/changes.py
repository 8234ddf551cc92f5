"""What changed beside earlier runs, in words; what is past its threshold first."""

from fhircheck.model.action import Words
from fhircheck.model.report import RunReport
from fhircheck.report.change_words import words
from fhircheck.report.html.bilingual import Bilingual
from fhircheck.report.html.bounds import Bounds
from fhircheck.report.html.html_words import PAGE
from fhircheck.report.html.rows import Cell, Table
from fhircheck.report.shown import clean


def changes(report: RunReport, both: Bilingual, bounds: Bounds) -> Table | None:
    """A row a change; None where the run belongs to no series."""
    if report.history is None:
        return None
    ordered = sorted(report.history.changes, key=lambda change: not change.alarming)
    rows = []
    for change in ordered[: bounds.rows]:
        said = Words(*(clean(words(change, language), 3 * both.longest) for language in ("en", "de")))
        mark = both.say(PAGE, "alarming") if change.alarming else both.same("–")
        rows.append([Cell(said), Cell(mark, mark="failed" if change.alarming else "")])
    columns = [both.say(PAGE, "change"), both.say(PAGE, "status")]
    return Table(
        "history", _caption(report.history.against, both), columns, rows, more=max(len(ordered) - bounds.rows, 0)
    )


def _caption(against: str, both: Bilingual) -> Words:
    if not against:
        return both.say(PAGE, "changes")
    return both.say(PAGE, "changes-against", against=both.clean(against))
