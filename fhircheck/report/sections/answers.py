"""What was answered to findings: those that have returned first, then those that somebody is to mend."""

from fhircheck.model.feedback import FindingState
from fhircheck.model.report import RunReport
from fhircheck.report.feedback_words import say, state_word
from fhircheck.report.numbers import number
from fhircheck.report.page import Page
from fhircheck.report.shown import View, clean

SHOWN = 12
_ORDER = ("returned", "assigned", "open", "fixed", "accepted")


def show(page: Page, report: RunReport) -> None:
    """Write the findings that were answered; nothing where none was. Accepted ones stand with the decisions."""
    told = [each for each in report.states if each.answer is not None and each.state != "accepted"]
    if not told:
        return
    view = page.view
    page.heading(say(view.language, "answers"))
    told.sort(key=lambda each: (_ORDER.index(each.state), -each.count, each.fingerprint))
    for each in told[:SHOWN]:
        style = "red" if each.state == "returned" else "bold"
        page.line(
            (state_word(each.state, view), style), ("  ", ""), (f"{number(each.count, view.language)}×  ", "bold"),
            (" ".join(filter(None, (clean(each.kind), clean(place(each))))), ""), indent=2,
        )  # fmt: skip
        page.wrapped(("; ".join(said(each, view)), "dim"), indent=6)
    if len(told) > SHOWN:
        page.line((say(view.language, "and-more", count=len(told) - SHOWN), "dim"), indent=2)


def place(state: FindingState) -> str:
    """Where the findings are: the path in the record, or else the definition."""
    return state.expression or state.definition


def said(state: FindingState, view: View) -> list[str]:
    """What was answered, part by part."""
    answer, language = state.answer, view.language
    if answer is None:
        return []
    parts = []
    if answer.state == "returned":
        parts.append(say(language, "said-fixed"))
    elif answer.state == "fixed":
        parts.append(say(language, "fixed-still" if state.count else "fixed-gone"))
    elif answer.state == "open" and answer.expires:
        parts.append(say(language, "expired-on", day=answer.expires))
    elif answer.expires:
        parts.append(say(language, "until", day=answer.expires))
    if answer.owner:
        parts.append(say(language, "for", owner=clean(answer.owner)))
    parts.extend(clean(each, longest=400) for each in (answer.reason, answer.comment) if each)
    parts.append(state.fingerprint)
    return parts
