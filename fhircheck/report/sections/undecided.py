"""What could not be told, by reason: neither right nor wrong, and what would decide it."""

from collections import defaultdict

from fhircheck.model.report import RunReport, Undecided
from fhircheck.report.numbers import number
from fhircheck.report.page import Page
from fhircheck.report.remedies import remedy
from fhircheck.report.shown import clean
from fhircheck.report.words import counted, say

DETAILS = 4
REASONS = 12


def show(page: Page, report: RunReport) -> None:
    """Write the reasons, the most frequent first, each with its most frequent details."""
    if not report.undecided:
        return
    page.heading(say(page.view, "undecided"), say(page.view, "undecided-why"))
    by_reason: dict[str, list[Undecided]] = defaultdict(list)
    for each in report.undecided:
        by_reason[each.reason].append(each)
    ordered = sorted(by_reason.items(), key=lambda pair: (-sum(each.count for each in pair[1]), pair[0]))
    for reason, details in ordered[:REASONS]:
        _reason(page, reason, details)
    if len(ordered) > REASONS:
        page.line((say(page.view, "and-more", count=len(ordered) - REASONS), "dim"), indent=2)


def _reason(page: Page, reason: str, details: list[Undecided]) -> None:
    view = page.view
    total = sum(each.count for each in details)
    page.line((clean(reason), "bold"), (f"  {counted(view, total, 'check')}", ""), indent=2)
    named = sorted((each for each in details if each.detail), key=lambda each: (-each.count, each.detail))
    for each in named[:DETAILS]:
        page.line((f"{number(each.count, view.language)}×  ", "dim"), (clean(each.detail), ""), indent=4)
    rest = named[DETAILS:]
    if rest:
        count = number(sum(each.count for each in rest), view.language) + "×"
        page.line((say(view, "more-details", count=count, others=counted(view, len(rest), "other")), "dim"), indent=4)
    cures = dict.fromkeys(cure for each in named if (cure := remedy(each.detail, view.command)))
    for cure in list(cures)[:DETAILS]:
        page.wrapped((say(view, "try", command=cure.text(view)), "cyan"), indent=4, hanging=2)
