"""The funnel of each use case: who is left after each step, as far as numbers of people may be shown."""

from typing import Any

from fhircheck.model.action import Words
from fhircheck.model.report import RunReport
from fhircheck.model.use_case import UseCaseResult
from fhircheck.model.use_case_cells import CaseCells, StepCells, cells_of_case
from fhircheck.report.html.bilingual import Bilingual, joined
from fhircheck.report.html.canvas import Spec
from fhircheck.report.html.figure import Absent, Figure
from fhircheck.report.html.plot_words import PLOTS
from fhircheck.report.html.plots.labelled_bars import Bar, bars
from fhircheck.report.numbers import people
from fhircheck.report.words import WORDS

CASES, STEPS = 6, 14


class Funnel:
    """Patients left after each step of a use case."""

    name = "funnel"
    summary = "Patients left after each step of a use case, from all in the data to the usable ones."

    def figures(self, report: RunReport, both: Bilingual) -> list[Figure | Absent]:
        """One plot a use case, of the first CASES."""
        if not report.use_cases:
            return [Absent(self.name, both.say(PLOTS, "funnel"), both.say(PLOTS, "no-use-case"))]
        return [_figure(number, case, both) for number, case in enumerate(report.use_cases[:CASES], 1)]


def _figure(number: int, case: UseCaseResult, both: Bilingual) -> Figure:
    cells = cells_of_case(case)
    steps = [each for each in cells.steps if each.step.role != "optional"]
    return Figure(
        f"funnel-{number}",
        both.say(PLOTS, "funnel-of", case=both.texts(case.title)),
        both.say(PLOTS, "funnel-text", patients=both.people(cells.patients), eligible=both.people(cells.eligible),
                 usable=both.people(cells.usable)),
        tuple(both.say(PLOTS, key) for key in ("step", "left", "lost", "why")),
        tuple(_row(each, both) for each in cells.steps[: STEPS * 2]),
        lambda language: _chart(cells, steps[:STEPS], both, language),
        more=max(len(cells.steps) - STEPS * 2, 0),
    )  # fmt: skip


def _row(cells: StepCells, both: Bilingual) -> tuple[Words, ...]:
    step = cells.step
    if not step.told:
        left, lost, why = both.say(PLOTS, "untold"), both.same("–"), both.same(step.note)
    else:
        left = both.people(cells.met if step.role == "optional" else cells.left)
        lost = both.people(cells.lost)
        why = joined([_reason(name, cell, both) for name, cell in cells.reasons])
    return both.texts(step.title), left, lost, why


def _reason(name: str, cell: Any, both: Bilingual) -> Words:
    words = Words(*WORDS.get(f"lost-{name}", (name, name)))
    return words if cell is None else joined([words, both.people(cell)], " ")


def _chart(cells: CaseCells, steps: list[StepCells], both: Bilingual, language: str) -> Spec:
    most = cells.patients.least
    rows = [Bar(both.say(PLOTS, "all-patients").said(language), most, people(cells.patients, language))]
    for each in steps:
        title = both.texts(each.step.title).said(language)
        if not each.step.told:
            rows.append(Bar(title, 0, "?"))
            continue
        rows.append(Bar(title, each.left.least, people(each.left, language)))
    return bars(rows, most)
