"""The measures by Kahn's categories: what failed with all that is behind it, the rest in a line each status."""

from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction

from fhircheck.model.issue import Place
from fhircheck.model.report import Detail, MeasureResult, RunReport
from fhircheck.report.detail_words import detail_words, item_words, unit_words
from fhircheck.report.german import threshold_source
from fhircheck.report.numbers import UNKNOWN, number, percent, weight
from fhircheck.report.page import Page, Span
from fhircheck.report.reason_words import reason_words
from fhircheck.report.sections.findings import place_of, whereabouts
from fhircheck.report.shown import View, clean
from fhircheck.report.words import say

STATUSES = ("failed", "error", "cannot-tell", "passed", "informational", "not-applicable")
CATEGORIES = ("conformance", "completeness", "plausibility")
STYLES = {"failed": "red", "error": "red", "cannot-tell": "yellow", "passed": "green"}
_OPEN = frozenset({"failed", "error", "cannot-tell"})
_FOLDED = ("passed", "informational", "not-applicable")
_WEAKEST = 3
_DETAILS = 2
Row = tuple[Span, ...]


def show(page: Page, report: RunReport) -> None:
    """Write each category: a table of what failed or could not be told, what is behind it, then the others folded."""
    if not report.measures:
        return
    view = page.view
    page.heading(say(view, "measures"))
    page.wrapped((_counts(report.measures, view), ""), indent=2)
    sources: dict[str, int] = {}
    categories = {
        category: [each for each in _ordered(report.measures) if each.category == category]
        for category in _categories(report.measures)
    }
    open_ = [each for within in categories.values() for each in within if each.status in _OPEN]
    rows = _aligned({each.name: _row(page, each, sources) for each in open_}, view)
    for category, within in categories.items():
        _category(page, category, within, rows)
    for source, index in sources.items():
        page.wrapped((f"[{index}] {source}", "dim"), indent=2, hanging=4)


def _counts(measures: Iterable[MeasureResult], view: View) -> str:
    """How many have which status, the urgent ones first."""
    found = Counter[str](each.status for each in measures)
    return ", ".join(f"{found[status]} {say(view, f'status-{status}')}" for status in STATUSES if found[status])


def _ordered(measures: Iterable[MeasureResult]) -> list[MeasureResult]:
    """Failed first; of one status in the table's order, failed ones by their share."""
    return sorted(
        measures, key=lambda each: (STATUSES.index(each.status), each.share or 0 if each.status == "failed" else 0)
    )


def _categories(measures: Iterable[MeasureResult]) -> Iterator[str]:
    there = {each.category for each in measures}
    yield from (each for each in CATEGORIES if each in there)
    yield from sorted(there - set(CATEGORIES))


def _category(page: Page, category: str, within: list[MeasureResult], rows: dict[str, Row]) -> None:
    page.blank()
    page.line((say(page.view, f"category-{category}") if category in CATEGORIES else clean(category), "bold"), indent=2)
    open_ = [each for each in within if each.status in _OPEN]
    if open_:
        page.table([rows[""], *(rows[each.name] for each in open_)], indent=4)
    for each in open_:
        _behind(page, each)
    by_status(page, within, _FOLDED)


def by_status(page: Page, measures: Iterable[MeasureResult], statuses: Iterable[str] = STATUSES) -> None:
    """The measures of each of `statuses` in one paragraph."""
    given = tuple(measures)
    for status in statuses:
        shown = ", ".join(_folded(each, page.view) for each in given if each.status == status)
        if shown:
            style = STYLES.get(status, "dim")
            page.wrapped((say(page.view, f"status-{status}") + ": ", style), (shown, ""), indent=4, hanging=2)


def _folded(each: MeasureResult, view: View) -> str:
    """Name, share and number of items of a measure that needs no line of its own."""
    text = clean(each.name)
    if each.denominator:
        text += " " + say(
            view,
            "share-of",
            share=percent(each.share, view.language),
            judged=number(each.denominator, view.language),
        )
    beside = [_detail(detail, view) for detail in each.details if not detail.of and detail.value is not None]
    beside = beside[:_DETAILS]
    if each.interval:
        beside.append(_interval(each, view))
    if each.cannot_tell:
        beside.append(say(view, "cannot-tell-count", count=number(each.cannot_tell, view.language)))
    return text + (f" ({'; '.join(beside)})" if beside else "")


def _interval(each: MeasureResult, view: View) -> str:
    assert each.interval is not None
    low, high = (percent(Fraction(end).limit_denominator(10**6), view.language) for end in each.interval)
    return say(view, "interval", low=low, high=high)


def _detail(detail: Detail, view: View) -> str:
    value = detail.value
    shown = number(value, view.language) if isinstance(value, int) else weight(Fraction(value or 0), view.language)
    name, unit = detail_words(detail.name, view.language), unit_words(detail.unit, view.language, value)
    return clean(" ".join(part for part in (name, shown, unit) if part))


def _row(page: Page, each: MeasureResult, sources: dict[str, int]) -> Row:
    view = page.view
    needed = 1 - each.threshold.maximum_failing if each.threshold else None
    return (
        (clean(each.name), ""),
        (percent(each.share, view.language, apart_from=needed), "bold"),
        (number(each.denominator, view.language), ""),
        (_needed(page, each, sources), ""),
        (say(view, f"status-{each.status}"), STYLES.get(each.status, "dim")),
    )


def _aligned(rows: dict[str, Row], view: View) -> dict[str, Row]:
    """The rows with cells of one width a column, so that the tables of all categories stand in line; "" is the head."""
    keys = ("measure", "share", "judged", "needed", "status")
    rows = {"": tuple((say(view, key), "dim") for key in keys), **rows}
    widths = [max(len(row[column][0]) for row in rows.values()) for column in range(len(keys))]
    return {
        name: tuple(
            (text.rjust(width) if 0 < column < 4 else text.ljust(width) if not column else text, style)
            for column, ((text, style), width) in enumerate(zip(row, widths, strict=True))
        )
        for name, row in rows.items()
    }


def _needed(page: Page, each: MeasureResult, sources: dict[str, int]) -> str:
    """The least share that passes, with a mark for its source."""
    threshold = each.threshold
    if threshold is None:
        return UNKNOWN
    source = clean(threshold_source(each.name, threshold.source, page.view.language))
    if not threshold.published and not threshold.rubric:
        source = say(page.view, "analogy", source=source)
    index = sources.setdefault(source, len(sources) + 1)
    share = percent(1 - threshold.maximum_failing, page.view.language)
    return f"{share} [{index}]"


def _behind(page: Page, each: MeasureResult) -> None:
    """Reason, weakest elements and one example of a measure that did not pass."""
    view = page.view
    lines = [clean(reason_words(each.reason, view.language))] if each.reason else []
    if each.cannot_tell:
        lines.append(say(view, "cannot-tell-count", count=number(each.cannot_tell, view.language)))
    if each.interval:
        lines.append(_interval(each, view))
    if each.status == "failed":
        lines.extend(_weakest(page, each))
    if not lines:
        return
    page.line((clean(each.name), "bold"), indent=4)
    for line in lines:
        page.wrapped((line, ""), indent=6, hanging=2)
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
    return f"{clean(item_words(path, language))} {percent(Fraction(passed, judged), language)} ({counts})"


def _example(page: Page, place: Place) -> None:
    """Where an item is that did not pass."""
    page.line((say(page.view, "example", place=place_of(place, page.view)), "cyan"), indent=6)
    beside = whereabouts(place, page.view)
    if beside:
        page.wrapped((beside, "dim"), indent=6, hanging=2)
