"""What to fix first: the few actions that win most for their work, with who does what, and the names of the rest."""

from fractions import Fraction

from fhircheck.model.action import Action, Gain
from fhircheck.model.report import RunReport
from fhircheck.report.detail_words import item_words
from fhircheck.report.numbers import number, points
from fhircheck.report.page import Page
from fhircheck.report.score_name import score_name
from fhircheck.report.shown import View, clean
from fhircheck.report.words import say

SHOWN = 5
PATHS = 3


def show(page: Page, report: RunReport) -> None:
    """Write the first SHOWN actions, then the titles of the others; nothing where nothing is to be won."""
    if not report.actions:
        return
    view = page.view
    page.heading(say(view, "actions"), say(view, "actions-why"))
    for index, action in enumerate(report.actions[:SHOWN], 1):
        _action(page, index, action)
    rest = [clean(each.title.said(view.language)) for each in report.actions[SHOWN:]]
    if rest:
        page.wrapped((say(view, "action-more", titles="; ".join(rest)), "dim"), indent=2, hanging=2)


def _action(page: Page, index: int, action: Action) -> None:
    """Title, who and how much work; what it wins; where; what it means for each."""
    view, language = page.view, page.view.language
    beside = f"  {say(view, f'owner-{action.owner}')}, {say(view, f'effort-{action.effort}')}"
    page.wrapped(
        (f"{index}. ", "bold"), (clean(action.title.said(language)), "bold"), (beside, "cyan"), indent=2, hanging=3
    )
    page.wrapped((gains(action, view), "green"), indent=5, hanging=2)
    page.wrapped((_where(action, view), ""), indent=5, hanging=2)
    page.wrapped((say(view, "for-it") + ": ", "dim"), (clean(action.it.said(language)), ""), indent=5, hanging=2)
    page.wrapped(
        (say(view, "for-clinic") + ": ", "dim"), (clean(action.clinic.said(language)), ""), indent=5, hanging=2
    )


def gains(action: Action, view: View) -> str:
    """What an action wins in each score, and whether it can end a critical failure."""
    won = "; ".join(_gain(each, view) for each in action.gains)
    return won + ("; " + say(view, "action-critical") if action.critical else "")


def _gain(gain: Gain, view: View) -> str:
    """The points of one score as an interval."""
    low, high = (_points(each, view) for each in (gain.low, gain.high))
    if low == high:
        return say(view, "action-gain-exact", score=score_name(gain.score, view), low=low)
    key = "action-gain" if gain.low >= 0 else "action-gain-from"
    return say(view, key, score=score_name(gain.score, view), low=low, high=high)


def _points(value: Fraction, view: View) -> str:
    return ("−" if value < 0 else "") + points(abs(value), view.language)


def _where(action: Action, view: View) -> str:
    """How many items of which measure, and the elements or types of finding that most of them are at."""
    text = say(view, "action-count", count=number(action.count, view.language), measure=clean(action.measure))
    parts = [
        f"{clean(item_words(path, view.language))} {number(count, view.language)}×"
        for path, count in action.where[:PATHS]
    ]
    parts += [clean(kind) for kind in action.kinds[:PATHS]]
    return f"{text}: {', '.join(parts)}" if parts else text
