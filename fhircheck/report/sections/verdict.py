"""First of all: is the data valid, how sure is that, what is missing to be surer."""

from fhircheck.model.report import RunReport
from fhircheck.report.increment_words import only_since
from fhircheck.report.numbers import number, percent
from fhircheck.report.outcome import errors, invalid, outcome, resources
from fhircheck.report.page import Page
from fhircheck.report.reason_words import ending_words, note_words
from fhircheck.report.remedies import loaded, remedy
from fhircheck.report.shown import View, clean
from fhircheck.report.words import counted, say

_STYLES = {"valid": "bold green", "no-errors-found": "bold yellow", "invalid": "bold red", "not-checked": "bold red"}
_MISSING = 5


def show(page: Page, report: RunReport) -> None:
    """Write the verdict, its certainty, and what would raise it."""
    view, word = page.view, outcome(report)
    page.wrapped((say(view, word), _STYLES[word]), ("  " + findings(report, view), "bold"))
    page.wrapped((checked(report, view), ""))
    page.wrapped((certainty(report, view), "" if report.coverage == 1 else "yellow"))
    if report.sources.sampled is not None:
        count = counted(view, min(report.sources.sampled, report.sources.records), "record")
        page.wrapped((say(view, "sampled", count=count), "yellow"))
    if report.sources.since:
        page.wrapped((only_since(report.sources.since, report.sources.records, view), "yellow"))
    _missing(page, report)
    for note in report.notes:
        page.wrapped((say(view, "note", note=_words(note_words(note, view.language), report, view)), ""), hanging=2)
    if report.verdict.exit_code:
        page.wrapped((ending(report, view), "bold"))


def headline(report: RunReport, view: View) -> str:
    """The verdict in one line."""
    parts = [f"{say(view, outcome(report))}: {findings(report, view)}", checked(report, view), certainty(report, view)]
    if report.verdict.exit_code:
        parts.append(ending(report, view))
    return " ".join(parts)


def findings(report: RunReport, view: View) -> str:
    """How many findings of each severity."""
    found = [counted(view, errors(report), "error")]
    for name in ("warning", "information"):
        if report.count(name):
            found.append(counted(view, report.count(name), name))
    text = ", ".join(found) + "."
    if report.borne:
        text += " " + say(view, "borne", count=counted(view, report.borne, "error"))
    return text


def checked(report: RunReport, view: View) -> str:
    """How many resources were checked and have errors, and what could not even be read."""
    whole = counted(view, resources(report), "resource")
    text = say(view, "checked", resources=whole, bad=number(invalid(report), view.language))
    if report.sources.unreadable:
        text += " " + say(view, "unreadable", count=counted(view, report.sources.unreadable, "record"))
    return text


def certainty(report: RunReport, view: View) -> str:
    """How much of what was asked for could be decided."""
    if report.coverage is None:
        return say(view, "nothing-decided")
    if report.coverage == 1:
        return say(view, "all-decided")
    return say(view, "part-decided", share=percent(report.coverage, view.language))


def ending(report: RunReport, view: View) -> str:
    """The exit code with its reasons."""
    told = (ending_words(reason, view.language) for reason in report.verdict.reasons)
    reasons = "; ".join(_words(reason, report, view) for reason in told)
    code = report.verdict.exit_code
    return say(view, f"exit-{code}", reasons=reasons)


def _words(text: str, report: RunReport, view: View) -> str:
    return view.names.words(clean(text, longest=500), sources=report.sources.names)


def _missing(page: Page, report: RunReport) -> None:
    """Profiles that were not found, with the package that has them where we know it."""
    missing = sorted((use for use in report.profiles if not use.found), key=lambda use: (-use.resources, use.url))
    if not missing:
        return
    page.wrapped((say(page.view, "missing-profiles"), "yellow"))
    rows = [
        ((f"{number(use.resources, page.view.language)}×", "dim"), (clean(use.url), "")) for use in missing[:_MISSING]
    ]
    page.columns(rows)
    if len(missing) > _MISSING:
        page.line((say(page.view, "and-more", count=len(missing) - _MISSING), "dim"), indent=2)
    there = loaded(report)
    cures = dict.fromkeys(cure for use in missing if (cure := remedy(use.url, page.view.command, there)))
    for cure in list(cures)[:_MISSING]:
        page.line((say(page.view, "try", command=cure), "cyan"), indent=2)
