"""Use cases: how many patients serve them, and where the others are lost."""

from fhircheck.model.report import MeasureResult, RunReport
from fhircheck.model.small_cells import share_of
from fhircheck.model.use_case import UseCaseResult, text_in
from fhircheck.model.use_case_cells import CaseCells, StepCells, cells_of_case
from fhircheck.report.numbers import number, people, percent
from fhircheck.report.page import Page
from fhircheck.report.sections.measures import STATUSES, by_status
from fhircheck.report.shown import clean
from fhircheck.report.words import counted, say

JUDGED = tuple(each for each in STATUSES if each != "not-applicable")
"""Statuses of measures that there is something to say of."""


def show(page: Page, report: RunReport) -> None:
    """Write each use case that was asked for: funnel, label, groups, what came too late."""
    if not report.use_cases:
        return
    page.heading(say(page.view, "use-cases"))
    for case in report.use_cases:
        _case(page, case, cells_of_case(case))


def _case(page: Page, case: UseCaseResult, cells: CaseCells) -> None:
    view = page.view
    language = view.language
    head = say(view, "use-case-usable", usable=people(cells.usable, language),
               eligible=people(cells.eligible, language))  # fmt: skip
    page.line((clean(text_in(case.title, language)), "bold"), indent=2)
    page.wrapped((head, "bold"), indent=4, hanging=2)
    page.table(
        [
            ((people(cells.patients, language), ""), (say(view, "use-case-all"), "")),
            *(_row(page, each) for each in cells.steps),
        ],
        right=frozenset({0}),
        indent=4,
    )
    for name, why in case.undecided:
        page.wrapped((say(view, "use-case-undecided", name=clean(name), why=clean(why)), "yellow"), indent=4, hanging=2)
    _label(page, case, cells)
    _groups(page, cells)
    by_status(page, measured(case), JUDGED)
    for name, resources, cell in cells.leaks:
        text = say(view, "use-case-late", name=clean(name), resources=number(resources, language),
                   patients=people(cell, language))  # fmt: skip
        page.wrapped((text, "yellow"), indent=4, hanging=2)
    if case.written is not None:
        page.wrapped((say(view, "use-case-written", count=number(case.written, language)), ""), indent=4, hanging=2)


def _row(page: Page, cells: StepCells) -> tuple[tuple[str, str], tuple[str, str]]:
    """Who is left after a step, what it asks for, and why others are lost."""
    view, step = page.view, cells.step
    title = clean(text_in(step.title, view.language))
    if not step.told:
        return ("?", "yellow"), (f"{title} ({say(view, 'status-cannot-tell')})", "yellow")
    if step.role == "optional":
        return ("", ""), (f"{title}: {counted(view, step.resources, 'resource')}", "dim")
    if not step.lost:
        return (people(cells.left, view.language), ""), (title, "")
    reasons = ", ".join(
        say(view, f"lost-{name}") + (f" {people(cell, view.language)}" if cell is not None else "")
        for name, cell in cells.reasons
    )
    lost = say(view, "use-case-lost", lost=people(cells.lost, view.language), reasons=reasons)
    return (people(cells.left, view.language), ""), (f"{title}: {lost}", "red")


def measured(case: UseCaseResult) -> list[MeasureResult]:
    """The measures of a use case that its funnel does not show already."""
    return [each for each in case.measures if each.code not in ("USE-1", "LABEL-1")]


def _label(page: Page, case: UseCaseResult, cells: CaseCells) -> None:
    view = page.view
    parts = []
    for each in case.measures:
        if each.code == "LABEL-1" and each.share is not None:
            share = share_of(each.numerator, each.denominator, case.smallest_cell)
            parts.append(say(view, "use-case-label", share=percent(share, view.language)))
    if cells.classes:
        parts.append(", ".join(f"{clean(name)} {people(cell, view.language)}" for name, cell in cells.classes))
    if parts:
        page.wrapped((": ".join(parts), ""), indent=4, hanging=2)


def _groups(page: Page, cells: CaseCells) -> None:
    """Usable of eligible patients by sex and age."""
    view = page.view
    for dimension in ("sex", "age"):
        groups = [each for each in cells.groups if each.group.dimension == dimension]
        if groups:
            shown = ", ".join(
                f"{_name(page, each.group.group)} {people(each.usable, view.language)}/"
                f"{people(each.eligible, view.language)}"
                for each in groups
            )
            page.wrapped((say(view, f"use-case-{dimension}") + ": ", "bold"), (shown, ""), indent=4, hanging=2)


def _name(page: Page, group: str) -> str:
    return clean(group) if group[0].isdigit() else say(page.view, f"group-{group}")
