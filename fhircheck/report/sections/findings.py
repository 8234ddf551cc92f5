"""Findings by type: how many, in how many resources, one example with its place. Errors come first."""

import re
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
_TYPE = re.compile(r"http://hl7\.org/fhir/StructureDefinition/[A-Z][A-Za-z]+")
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
    """One type of finding: its total, one example, and the definitions it was found at."""
    view, shown = page.view, groups[:DEFINITIONS]
    alone = len(groups) == 1 and groups[0].count == count
    beside = "  " + _where(page, groups[0]) if alone else ""
    page.line(
        (severity(view, level), STYLES[level]), ("  ", ""), (clean(kind), "bold"),
        (f"  {number(count, view.language)}×", "bold"), (beside.rstrip(), ""), indent=2,
    )  # fmt: skip
    if shown and shown[0].examples:
        _example(page, shown[0].examples[0], count - 1)
    if not alone:
        page.columns(
            [((f"{number(each.count, view.language)}×", ""), (_where(page, each), "")) for each in shown], indent=4
        )
    rest = count - sum(group.count for group in shown)
    if rest:
        page.line((say(view, "more-definitions", count=number(rest, view.language)), "dim"), indent=4)


def _where(page: Page, group: IssueGroup) -> str:
    """The definition that was broken and the number of resources."""
    resources = say(page.view, "in", resources=counted(page.view, group.resources, "resource"))
    return " ".join(part for part in (clean(group.definition), resources if group.resources else "") if part)


def _example(page: Page, example: Issue, others: int) -> None:
    """What is wrong in one place, and where that is."""
    view = page.view
    page.wrapped((message(example, view), ""), indent=4, hanging=2)
    more = f"  ({say(view, 'more-places', count=number(others, view.language))})" if others else ""
    page.line((place_of(example.place, view), "cyan"), (more, "dim"), indent=4)
    beside = whereabouts(example.place, view)
    if beside:
        page.wrapped((beside, "dim"), indent=4, hanging=2)
    if example.profile and not _plain_type(example):
        page.line((say(view, "profile", url=clean(example.profile)), "dim"), indent=4)


def _plain_type(issue: Issue) -> bool:
    """Whether the broken profile is only the definition of a type, which goes without saying."""
    return _TYPE.fullmatch(issue.profile.partition("|")[0]) is not None


def place_of(place: Place, view: View) -> str:
    """``source:line:column``, as far as it is known; editors and terminals open it."""
    text = clean(view.names.source(place.source), longest=1000) or "-"
    if place.line:
        text += f":{place.line}" + (f":{place.column}" if place.column else "")
    elif place.record:
        text += f" ({say(view, 'record', number=place.record + 1)})"
    return text


def whereabouts(place: Place, view: View) -> str:
    """Resource and expression of a place; an expression that only repeats the type is left out."""
    kind = place.resource.partition("/")[0]
    expression = "" if place.expression == kind else place.expression
    parts = (clean(view.names.resource(place.resource)), clean(expression))
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
