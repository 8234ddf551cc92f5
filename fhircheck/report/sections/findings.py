"""Findings by type: how many, in how many resources, one example with its place. Errors come first."""

from collections import defaultdict

from fhircheck.model.issue import SEVERITIES, Issue, Place
from fhircheck.model.report import IssueGroup, RunReport
from fhircheck.report.messages import message
from fhircheck.report.numbers import number
from fhircheck.report.page import Page
from fhircheck.report.shown import View, clean
from fhircheck.report.words import counted, say, severity

KINDS = 15
DEFINITIONS = 3
STYLES = {"fatal": "bold red", "error": "bold red", "warning": "bold yellow", "information": "bold blue"}
Kind = tuple[str, str]


def show(page: Page, report: RunReport) -> None:
    """Write the KINDS most frequent types of finding, the most severe first, then how to see the rest."""
    view = page.view
    page.heading(say(view, "findings"))
    if not report.totals:
        page.line((say(view, "no-findings"), ""), indent=2)
        return
    groups = _by_kind(report)
    ordered = sorted(report.totals, key=lambda total: (SEVERITIES.index(total[0]), -total[2], total[1]))
    for level, kind, count in ordered[:KINDS]:
        _kind(page, level, kind, count, groups[level, kind])
    rest = ordered[KINDS:]
    if rest:
        names = ", ".join(kind for _, kind, _ in rest)
        total = counted(view, sum(each for _, _, each in rest), "finding")
        page.wrapped((say(view, "more-kinds", count=total, names=names), ""), indent=2)
    page.wrapped((say(view, "see-all"), "dim"), indent=2)


def _by_kind(report: RunReport) -> dict[Kind, list[IssueGroup]]:
    found: dict[Kind, list[IssueGroup]] = defaultdict(list)
    for group in report.issues:
        found[group.severity, group.kind].append(group)
    for groups in found.values():
        groups.sort(key=lambda group: (-group.count, group.definition, group.profile))
    return found


def _kind(page: Page, level: str, kind: str, count: int, groups: list[IssueGroup]) -> None:
    """One type of finding: its total, then the definitions it was found at."""
    view = page.view
    total = f"  {number(count, view.language)}×"
    page.line((severity(view, level), STYLES[level]), ("  ", ""), (clean(kind), "bold"), (total, "bold"), indent=2)
    for group in groups[:DEFINITIONS]:
        _group(page, group)
    rest = count - sum(group.count for group in groups[:DEFINITIONS])
    if rest:
        page.line((say(view, "more-definitions", count=number(rest, view.language)), "dim"), indent=4)


def _group(page: Page, group: IssueGroup) -> None:
    """One definition: how often, in how many resources, and one example."""
    view = page.view
    resources = counted(view, group.resources, "resource")
    label = f"{number(group.count, view.language)}×" + (f" {clean(group.definition)}" if group.definition else "")
    page.wrapped((label, ""), (f" {say(view, 'in', resources=resources)}", "dim"), indent=4, hanging=2)
    if not group.examples:
        return
    example = group.examples[0]
    page.wrapped((message(example, view), ""), indent=6, hanging=2)
    page.line((place_of(example.place, view), "cyan"), indent=6)
    beside = whereabouts(example, view)
    if beside:
        page.wrapped((beside, "dim"), indent=6, hanging=2)
    if group.profile:
        page.line((say(view, "profile", url=clean(group.profile)), "dim"), indent=6)
    if group.count > 1:
        page.line((say(view, "more-places", count=number(group.count - 1, view.language)), "dim"), indent=6)


def place_of(place: Place, view: View) -> str:
    """``source:line:column``, as far as it is known; editors and terminals open it."""
    text = clean(view.names.source(place.source), longest=1000) or "-"
    if place.line:
        text += f":{place.line}" + (f":{place.column}" if place.column else "")
    elif place.record:
        text += f" ({say(view, 'record', number=place.record + 1)})"
    return text


def whereabouts(issue: Issue, view: View) -> str:
    """Resource and expression of a finding."""
    parts = (clean(view.names.resource(issue.place.resource)), clean(issue.place.expression))
    return "  ".join(part for part in parts if part)


def totals(page: Page, report: RunReport) -> None:
    """Counts by type alone, the most severe first."""
    ordered = sorted(report.totals, key=lambda total: (SEVERITIES.index(total[0]), -total[2], total[1]))
    page.table(
        [
            (
                (number(count, page.view.language), "bold"),
                (severity(page.view, level), STYLES[level]),
                (clean(kind), ""),
            )
            for level, kind, count in ordered
        ],
        right=frozenset({0}),
    )
