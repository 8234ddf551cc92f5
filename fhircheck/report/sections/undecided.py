"""What could not be told, by reason: neither right nor wrong, and what would decide it."""

from collections import defaultdict

from fhircheck.model.report import RunReport, Undecided
from fhircheck.report.numbers import number
from fhircheck.report.page import Page
from fhircheck.report.remedies import in_no_package, loaded, remedy
from fhircheck.report.shown import clean
from fhircheck.report.undecided_words import reason
from fhircheck.report.words import counted, say

DETAILS = 4
REASONS = 12


def show(page: Page, report: RunReport) -> None:
    """Write the reasons, the most frequent first, each with its most frequent details."""
    if not report.undecided:
        return
    page.heading(say(page.view, "undecided"), say(page.view, "undecided-why"))
    ordered = _by_reason(report)
    for name, details in ordered[:REASONS]:
        _reason(page, name, details, loaded(report))
    if len(ordered) > REASONS:
        page.line((say(page.view, "and-more", count=len(ordered) - REASONS), "dim"), indent=2)


def totals(page: Page, report: RunReport) -> None:
    """Write the reasons alone, one line each."""
    if not report.undecided:
        return
    view = page.view
    page.heading(say(view, "undecided"), say(view, "undecided-more"))
    rows = [
        ((number(_count(details), view.language), "bold"), (clean(name), ""), (reason(view, name), "dim"))
        for name, details in _by_reason(report)
    ]
    page.table(rows, right=frozenset({0}))


def _by_reason(report: RunReport) -> list[tuple[str, list[Undecided]]]:
    """Reasons with their details, the most frequent first."""
    found: dict[str, list[Undecided]] = defaultdict(list)
    for each in report.undecided:
        found[each.reason].append(each)
    return sorted(found.items(), key=lambda pair: (-_count(pair[1]), pair[0]))


def _count(details: list[Undecided]) -> int:
    return sum(each.count for each in details)


def _reason(page: Page, name: str, details: list[Undecided], there: frozenset[str]) -> None:
    view = page.view
    page.line((clean(name), "bold"), (f"  {counted(view, _count(details), 'check')}", ""), indent=2)
    if meaning := reason(view, name):
        page.wrapped((meaning, "dim"), indent=4)
    named = sorted((each for each in details if each.detail), key=lambda each: (-each.count, each.detail))
    for each in named[:DETAILS]:
        beside = f"  ({say(view, 'no-package')})" if in_no_package(_canonical(each)) else ""
        page.line(
            (f"{number(each.count, view.language)}×  ", "dim"), (clean(each.detail), ""), (beside, "dim"), indent=4
        )
    rest = named[DETAILS:]
    if rest:
        count = number(sum(each.count for each in rest), view.language) + "×"
        page.line((say(view, "more-details", count=count, others=counted(view, len(rest), "other")), "dim"), indent=4)
    cures = dict.fromkeys(cure for each in named if (cure := remedy(_canonical(each), view.command, there)))
    for cure in list(cures)[:DETAILS]:
        page.line((say(view, "try", command=cure), "cyan"), indent=4)


def _canonical(each: Undecided) -> str:
    """The canonical a detail begins with: a code system may be followed by its value set in brackets."""
    return each.detail.partition(" ")[0]
