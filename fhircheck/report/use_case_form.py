"""A use case as JSON; counts of people only as they may be shown."""

from typing import Any

from fhircheck.model.small_cells import Cell
from fhircheck.model.use_case import Texts, UseCaseResult, text_in
from fhircheck.model.use_case_cells import StepCells, cells_of_case
from fhircheck.report.shown import View


def use_case_form(
    case: UseCaseResult, measures: list[dict[str, Any]], details: list[Any], view: View
) -> dict[str, Any]:
    """One member of ``use_cases``; `measures` and `details` come in their JSON form."""
    cells = cells_of_case(case)
    return {
        "name": case.name if case.origin == "fhircheck" else view.names.source(case.name),
        "title": text_in(case.title, view.language),
        "url": case.url or None,
        "version": case.version or None,
        "origin": case.origin if case.origin == "fhircheck" else view.names.source(case.origin),
        "patients": people(cells.patients),
        "eligible": people(cells.eligible),
        "usable": people(cells.usable),
        "steps": [_step(each, view) for each in cells.steps],
        "classes": [{"name": name, "patients": people(cell)} for name, cell in cells.classes],
        "subgroups": [
            {
                "dimension": each.group.dimension,
                "group": each.group.group,
                "eligible": people(each.eligible),
                "usable": people(each.usable),
                "labelled": people(each.labelled),
            }
            for each in cells.groups
        ],
        "leaks": [
            {"requirement": name, "resources": resources, "patients": people(cell)}
            for name, resources, cell in cells.leaks
        ],
        "details": details,
        "undecided": [{"requirement": name, "reason": why} for name, why in case.undecided],
        "written": case.written,
        "measures": measures,
        "titles": _titles(case.title),
        "smallest_cell": case.smallest_cell,
        "notes": list(case.notes),
    }


def _titles(texts: Texts) -> list[dict[str, str]]:
    return [{"language": language, "text": text} for language, text in texts]


def people(cell: Cell) -> dict[str, int | None]:
    """A count of people: exact where least and most are the same; most null where nothing is said."""
    return {"least": cell.least, "most": cell.most}


def _step(cells: StepCells, view: View) -> dict[str, Any]:
    step = cells.step
    return {
        "name": step.name,
        "title": text_in(step.title, view.language),
        "role": step.role,
        "told": step.told,
        "note": step.note,
        "resources": step.resources,
        "met": people(cells.met),
        "lost": people(cells.lost),
        "left": people(cells.left),
        "reasons": [
            {"reason": name, "patients": None if cell is None else people(cell)} for name, cell in cells.reasons
        ],
        "titles": _titles(step.title),
    }
