"""Several sources: what each is worth by itself, where they differ most, and what blocks joining them."""

from fractions import Fraction

from fhircheck.model.report import MeasureResult, RunReport
from fhircheck.model.source_group import Barrier, SourceGroup, SourcePair
from fhircheck.report.numbers import UNKNOWN, number, people, percent, points
from fhircheck.report.page import Page, Span
from fhircheck.report.shown import View, clean
from fhircheck.report.words import say

SHOWN = 8
"""Measures, and pairs of sources, that are shown."""
_BARRIERS = 6
_NAMES = 3
_SCORES = 3
_PATIENTS = ("no-identifiers", "no-common-identifier", "no-common-patient", "same-ids-other-patients")


def show(page: Page, report: RunReport) -> None:
    """Write the sources; nothing where they were not measured apart."""
    if not report.groups:
        return
    view = page.view
    page.heading(say(view, "apart"))
    letters = {group.name: _letter(index) for index, group in enumerate(report.groups)}
    for group in report.groups:
        page.line((f"{letters[group.name]}  ", "bold"), (_name(group.name, view), ""), indent=2)
    head = tuple((text, "dim") for text in ("", *_columns(report.groups, view)))
    rows = [head, *(_row(group, letters, view) for group in report.groups)]
    page.table(rows, right=frozenset(range(1, len(head))), indent=4)
    _measures(page, report.groups, letters)
    _pairs(page, report, letters)


def _letter(index: int) -> str:
    return chr(ord("A") + index) if index < 26 else str(index)


def _columns(groups: tuple[SourceGroup, ...], view: View) -> list[str]:
    return [
        say(view, "apart-resources"),
        say(view, "apart-patients"),
        *(clean(each.name) for each in groups[0].scores[:_SCORES]),
    ]


def _row(group: SourceGroup, letters: dict[str, str], view: View) -> tuple[Span, ...]:
    resources = number(sum(count for _, count in group.resources), view.language)
    scores = [(points(each.value, view.language), "bold") for each in group.scores[:_SCORES]]
    patients = people(group.patients, view.language)
    return (letters[group.name], "bold"), (resources, ""), (patients, ""), *scores


def _name(name: str, view: View) -> str:
    return clean(view.names.source(name)) if name else say(view, "apart-not-said")


def _measures(page: Page, groups: tuple[SourceGroup, ...], letters: dict[str, str]) -> None:
    """The measures that the sources differ in most: the difference between the best and the worst share."""
    view = page.view
    rows = []
    for results in zip(*(group.measures for group in groups), strict=True):
        shares = [each.share for each in results if each.share is not None]
        spread = max(shares) - min(shares) if len(shares) > 1 else Fraction(0)
        if spread:
            rows.append((spread, results))
    if not rows:
        return
    rows.sort(key=lambda row: (-row[0], row[1][0].name))
    page.line((say(view, "apart-differ"), "bold"), indent=2)
    head = (("", "dim"), *((letters[group.name], "dim") for group in groups))
    right = frozenset(range(1, len(groups) + 1))
    page.table([head, *(_measure(results, view) for _, results in rows[:SHOWN])], right=right, indent=4)
    if len(rows) > SHOWN:
        page.line((say(view, "and-more", count=len(rows) - SHOWN), "dim"), indent=4)


def _measure(results: tuple[MeasureResult, ...], view: View) -> tuple[Span, ...]:
    shares = [(percent(each.share, view.language) if each.denominator else UNKNOWN, "") for each in results]
    return (clean(results[0].name), ""), *shares


def _pairs(page: Page, report: RunReport, letters: dict[str, str]) -> None:
    """Every two sources: patients in both, then what blocks joining them; those with most in the way first."""
    view = page.view
    ordered = sorted(report.pairs, key=lambda pair: (-len(pair.barriers), pair.first, pair.second))
    for pair in ordered[:SHOWN]:
        page.line((f"{letters[pair.first]} – {letters[pair.second]}", "bold"), indent=2)
        page.wrapped((_shared(pair, view), ""), indent=4, hanging=2)
        for barrier in pair.barriers[:_BARRIERS]:
            _barrier(page, barrier, (letters[pair.first], letters[pair.second]))
        if len(pair.barriers) > _BARRIERS:
            page.line((say(view, "and-more", count=len(pair.barriers) - _BARRIERS), "dim"), indent=4)
        if not pair.barriers:
            page.line((say(view, "apart-nothing"), "green"), indent=4)
    if len(ordered) > SHOWN:
        page.line((say(view, "apart-more-pairs", count=len(ordered) - SHOWN), "dim"), indent=2)


def _shared(pair: SourcePair, view: View) -> str:
    systems = ", ".join(f"{clean(each.system)} ({people(each.shared, view.language)})" for each in pair.common[:_NAMES])
    text = say(view, "apart-shared", patients=people(pair.shared, view.language))
    return f"{text}; {systems}" if systems else text


def _barrier(page: Page, barrier: Barrier, letters: tuple[str, str]) -> None:
    """What it is, and what either source has there, a name a line."""
    view = page.view
    text = say(view, f"barrier-{barrier.kind}", what=clean(barrier.what))
    if barrier.more:
        text += f" ({say(view, 'and-more', count=barrier.more)})"
    page.wrapped((text, "red" if barrier.kind in _PATIENTS else "yellow"), indent=4, hanging=2)
    if barrier.kind == "no-common-patient":
        return
    for letter, names in zip(letters, (barrier.first, barrier.second), strict=True):
        for index, name in enumerate(names[:_NAMES]):
            page.line((" " * len(letter) if index else letter, "bold"), (f"  {clean(name)}", ""), indent=6)
        if len(names) > _NAMES:
            page.line((" " * len(letter), ""), ("  ...", "dim"), indent=6)
