"""The privacy report as text: what was found of direct identifiers, equal people, small cells, consents, labels."""

from fractions import Fraction

from fhircheck.model.measure_options import MeasureOptions
from fhircheck.model.report import Detail, MeasureResult, RunReport, Verdict
from fhircheck.model.small_cells import Cell
from fhircheck.report.german import threshold_source
from fhircheck.report.numbers import number, people, percent, points
from fhircheck.report.page import Page, Span
from fhircheck.report.privacy_words import WORDS, say
from fhircheck.report.sections.findings import place_of, whereabouts
from fhircheck.report.shown import View, clean

_SHOWN = 20
_RESTRICTED = ("R", "V")
_STYLES = {"title-failed": "bold red", "title-found": "bold yellow", "title-unknown": "bold red"}
Measures = tuple[MeasureResult, ...]


def page_of(
    report: RunReport, measures: Measures, verdict: Verdict, reasons: list[str], options: MeasureOptions, view: View
) -> str:
    """The whole page."""
    page = Page(view)
    by_name = {each.name: each for each in measures}
    _head(page, report, measures, verdict, reasons, options)
    _direct(page, by_name["direct-identifiers"])
    _equal(page, by_name["k-anonymity"], options)
    _small(page, by_name["small-cells"], options)
    _consent(page, by_name["consent-active"])
    _labels(page, by_name["direct-identifiers"])
    return page.text()


def title(measures: Measures, verdict: Verdict, view: View) -> str:
    """The verdict in a few words."""
    return say(view, _title(measures, verdict))


def _title(measures: Measures, verdict: Verdict) -> str:
    if verdict.exit_code == 3:
        return "title-unknown"
    if verdict.exit_code:
        return "title-failed"
    found = any(each.numerator < each.denominator for each in measures if each.name != "consent-active")
    return "title-found" if found else "title-clean"


def _head(
    page: Page, report: RunReport, measures: Measures, verdict: Verdict, reasons: list[str], options: MeasureOptions
) -> None:
    view, key = page.view, _title(measures, verdict)
    page.wrapped((say(view, key), _STYLES.get(key, "bold green")))
    resources = number(sum(count for _, count, _ in report.resources), view.language)
    page.wrapped((say(view, "read", records=number(report.sources.records, view.language), resources=resources), ""))
    page.wrapped((say(view, "declared" if options.de_identified else "undeclared"), ""))
    if verdict.exit_code:
        page.wrapped((say(view, f"exit-{verdict.exit_code}", reasons="; ".join(reasons)), "bold"))


def _direct(page: Page, each: MeasureResult) -> None:
    view = page.view
    page.heading(say(view, "direct"))
    failing, judged = each.denominator - each.numerator, number(each.denominator, view.language)
    if failing:
        found = say(view, "direct-found", failing=number(failing, view.language), judged=judged,
                    resources=number(each.resources_failed, view.language),
                    patients=number(each.patients_failed, view.language))  # fmt: skip
        page.wrapped((found, ""), indent=2)
        page.columns([_path(part, view) for part in _failing(each)[:_SHOWN]], indent=4)
        _examples(page, each)
    else:
        page.wrapped((say(view, "direct-none", judged=judged), ""), indent=2)
    if each.cannot_tell:
        page.wrapped((say(view, "cannot-tell", count=number(each.cannot_tell, view.language)), "yellow"), indent=2)
    for detail in _named(each, "resources-with-staff-names"):
        page.wrapped((say(view, "staff", count=_value(detail, view)), ""), indent=2)


def _failing(each: MeasureResult) -> list[tuple[str, int, int]]:
    """The paths with failing items, most first."""
    return sorted((part for part in each.by if part[1] < part[2]), key=lambda part: (part[1] - part[2], part[0]))


def _path(part: tuple[str, int, int], view: View) -> tuple[Span, ...]:
    path, passed, judged = part
    return (
        (number(judged - passed, view.language), "bold"),
        (f"/ {number(judged, view.language)}", ""),
        (clean(path), ""),
    )


def _examples(page: Page, each: MeasureResult) -> None:
    for place in each.examples:
        shown = "  ".join(filter(None, (place_of(place, page.view), whereabouts(place, page.view))))
        page.line((say(page.view, "example", place=shown), "cyan"), indent=4)


def _equal(page: Page, each: MeasureResult, options: MeasureOptions) -> None:
    view = page.view
    page.heading(say(view, "equal"), say(view, "over", names=", ".join(options.quasi_identifiers)))
    if not each.denominator:
        page.wrapped((clean(each.reason) or say(view, "no-patients"), ""), indent=2)
        return
    rows = [(_value(detail, view), _words(detail, view, options)) for detail in each.details]
    page.columns([((value, "bold"), (words, "")) for value, words in rows], indent=2)
    if each.threshold is not None:
        source = clean(threshold_source(each.name, each.threshold.source, view.language))
        page.wrapped((say(view, "allowed", source=source), "dim"), indent=2, hanging=2)


def _words(detail: Detail, view: View, options: MeasureOptions) -> str:
    known = detail.name in WORDS
    return say(view, detail.name, of=clean(detail.of), sensitive=options.sensitive) if known else clean(detail.name)


def _small(page: Page, each: MeasureResult, options: MeasureOptions) -> None:
    if not each.denominator:
        return
    view = page.view
    page.heading(say(view, "small"))
    cells = {detail.of: detail for detail in _named(each, "cells")}
    for detail in _named(each, "small-cells"):
        line = say(view, "small-line", small=_value(detail, view), cells=_value(cells[detail.of], view), name=detail.of,
                   limit=options.smallest_cell)  # fmt: skip
        page.wrapped((line, ""), indent=2, hanging=2)


def _consent(page: Page, each: MeasureResult) -> None:
    view = page.view
    page.heading(say(view, "consent"))
    if not each.denominator:
        page.wrapped((clean(each.reason) or say(view, "no-patients"), ""), indent=2)
        return
    if not each.details:
        page.wrapped((say(view, "no-consent"), ""), indent=2)
        return
    passed, judged = number(each.numerator, view.language), number(each.denominator, view.language)
    share = percent(each.share, view.language)
    page.wrapped((say(view, "consent-share", passed=passed, judged=judged) + f" ({share})", ""), indent=2)
    rows = [
        ((_value(detail, view), "bold"), (say(view, detail.name, of=clean(detail.of)), "")) for detail in each.details
    ]
    page.columns(rows[:_SHOWN], indent=2)


def _labels(page: Page, each: MeasureResult) -> None:
    labels = _named(each, "resources-with-security-label")
    if not labels:
        return
    view = page.view
    page.heading(say(view, "labels"))
    for detail in labels[:_SHOWN]:
        words = say(view, "label-line", of=clean(detail.of))
        beside = " " + say(view, "restricted") if detail.of in _RESTRICTED else ""
        page.line((_value(detail, view), "bold"), ("  " + words + beside, ""), indent=2)


def _named(each: MeasureResult, name: str) -> list[Detail]:
    return [detail for detail in each.details if detail.name == name]


def _value(detail: Detail, view: View) -> str:
    """The number as it may be shown."""
    if detail.least is not None:
        return people(Cell(detail.least, detail.most), view.language)
    if detail.unit == "%":
        return percent(Fraction(detail.value or 0) / 100, view.language)
    if isinstance(detail.value, int):
        return number(detail.value, view.language)
    return points(Fraction(detail.value or 0), view.language)
