"""The measures as a table: what share passed, of how many, what was needed, and who says so."""

from fractions import Fraction

from fhircheck.model.issue import Place
from fhircheck.model.report import MeasureResult, RunReport
from fhircheck.report.numbers import UNKNOWN, number, percent
from fhircheck.report.page import Page, Span
from fhircheck.report.sections.findings import place_of, whereabouts
from fhircheck.report.shown import clean
from fhircheck.report.words import say

_ORDER = ("failed", "error", "cannot-tell", "passed", "informational", "not-applicable")
_STYLES = {"failed": "red", "error": "red", "cannot-tell": "yellow", "passed": "green"}
_WEAKEST = 3


def show(page: Page, report: RunReport) -> None:
    """Write the table, what is behind measures that did not pass, and the thresholds' sources."""
    if not report.measures:
        return
    view = page.view
    page.heading(say(view, "measures"))
    sources: dict[str, int] = {}
    head = tuple((say(view, key), "dim") for key in ("measure", "share", "judged", "needed", "status"))
    ordered = sorted(report.measures, key=lambda each: _ORDER.index(each.status))
    page.table([head, *(_row(page, each, sources) for each in ordered)], right=frozenset({1, 2, 3}))
    for each in ordered:
        _behind(page, each)
    for source, index in sources.items():
        page.wrapped((f"[{index}] {source}", "dim"), indent=2, hanging=4)


def _row(page: Page, each: MeasureResult, sources: dict[str, int]) -> tuple[Span, ...]:
    view = page.view
    needed = 1 - each.threshold.maximum_failing if each.threshold else None
    return (
        (clean(each.name), ""),
        (percent(each.share, view.language, apart_from=needed), "bold"),
        (number(each.denominator, view.language), ""),
        (_needed(page, each, sources), ""),
        (say(view, f"status-{each.status}"), _STYLES.get(each.status, "dim")),
    )


def _needed(page: Page, each: MeasureResult, sources: dict[str, int]) -> str:
    """The least share that passes, with a mark for its source."""
    threshold = each.threshold
    if threshold is None:
        return UNKNOWN
    source = clean(threshold.source)
    if not threshold.published:
        source = say(page.view, "analogy", source=source)
    index = sources.setdefault(source, len(sources) + 1)
    share = percent(1 - threshold.maximum_failing, page.view.language)
    return f"{share} [{index}]"


def _behind(page: Page, each: MeasureResult) -> None:
    """Reason, weakest elements and one example of a measure that did not pass."""
    view = page.view
    lines = [clean(each.reason)] if each.reason and each.status != "not-applicable" else []
    if each.cannot_tell:
        lines.append(say(view, "cannot-tell-count", count=number(each.cannot_tell, view.language)))
    if each.interval:
        low, high = (percent(Fraction(end).limit_denominator(10**6), view.language) for end in each.interval)
        lines.append(say(view, "interval", low=low, high=high))
    if each.status == "failed":
        lines.extend(_weakest(page, each))
    if not lines:
        return
    page.line((clean(each.name), "bold"), indent=2)
    for line in lines:
        page.wrapped((line, ""), indent=4, hanging=2)
    if each.status == "failed" and each.examples:
        _example(page, each.examples[0])


def _weakest(page: Page, each: MeasureResult) -> list[str]:
    """The elements that pass least often."""
    weakest = [part for part in each.by if part[1] < part[2]]
    weakest.sort(key=lambda part: (Fraction(part[1], part[2]), part[0]))
    parts = ", ".join(_path(page, *part) for part in weakest[:_WEAKEST])
    return [say(page.view, "weakest", parts=parts)] if parts else []


def _path(page: Page, path: str, passed: int, judged: int) -> str:
    """One element path with its share and counts."""
    language = page.view.language
    counts = f"{number(passed, language)}/{number(judged, language)}"
    return f"{clean(path)} {percent(Fraction(passed, judged), language)} ({counts})"


def _example(page: Page, place: Place) -> None:
    """Where an item is that did not pass."""
    page.line((say(page.view, "example", place=place_of(place, page.view)), "cyan"), indent=4)
    beside = whereabouts(place, page.view)
    if beside:
        page.wrapped((beside, "dim"), indent=4, hanging=2)
