"""Findings with their state: as text for people, and as JSON."""

from collections import Counter
from collections.abc import Iterable

from fhircheck.model.feedback import STATES, FindingState
from fhircheck.report.feedback_rows import FeedbackRow
from fhircheck.report.feedback_words import say, state_word
from fhircheck.report.ndjson import encoded
from fhircheck.report.numbers import number
from fhircheck.report.page import Page
from fhircheck.report.sections.answers import place, said
from fhircheck.report.shown import View, clean
from fhircheck.report.state_form import state_form
from fhircheck.report.words import severity

SHOWN = 40
_STYLES = {"returned": "bold red", "open": "bold", "assigned": "yellow", "accepted": "dim", "fixed": "green"}


def feedback_page(rows: list[FeedbackRow], states: Iterable[FindingState], series: str, every: bool, view: View) -> str:
    """The findings of a series, three lines each: state and number, what is wrong, what was answered.

    states: all there are, of which `rows` are those that were asked for.
    """
    page = Page(view)
    page.heading(clean(series))
    counts = Counter(each.state for each in states)
    page.wrapped((say(view.language, "of-all", **{each: counts[each] for each in STATES}), ""), indent=2)
    if not rows:
        page.line((say(view.language, "nothing"), ""), indent=2)
    for row in rows if every else rows[:SHOWN]:
        page.blank()
        _row(page, row)
    if not every and len(rows) > SHOWN:
        page.blank()
        page.line((say(view.language, "and-more", count=len(rows) - SHOWN) + " (--all)", "dim"), indent=2)
    return page.text()


def _row(page: Page, row: FeedbackRow) -> None:
    view, state = page.view, row.state
    page.line(
        (state.fingerprint, "cyan"), ("  ", ""), (state_word(state.state, view), _STYLES[state.state]),
        (f"  {number(state.count, view.language)}×  ", "bold"), (severity(view, state.severity), ""), ("  ", ""),
        (clean(state.kind), ""), indent=2,
    )  # fmt: skip
    page.wrapped((clean(row.meaning, longest=500), ""), indent=4)
    since = say(view.language, "since", day=state.since[:10]) if state.since else ""
    page.wrapped(("  ".join(filter(None, (clean(place(state)), since))), "dim"), indent=4)
    told = [each for each in said(state, view) if each != state.fingerprint]
    if told:
        page.wrapped(("; ".join(told), ""), indent=4)


def feedback_json(rows: list[FeedbackRow], series: str) -> str:
    """The same as JSON: states as in the report, with what is wrong in words and who answered."""
    findings = [{**state_form(each.state), "meaning": each.meaning} for each in rows]
    return encoded({"format": "fhircheck-feedback", "format_version": "1.0", "series": series, "findings": findings},
                   indent=2) + "\n"  # fmt: skip
