"""A use case of a stored report, read again: its counts of people as they may be shown, and no others."""

from typing import get_args

from fhircheck.model.small_cells import Cell
from fhircheck.model.use_case import FunnelStep, LabelClass, Leak, Role, Subgroup, Texts, UseCaseResult
from fhircheck.model.use_case_cells import CaseCells, GroupCells, StepCells
from fhircheck.report.read_measures import read_detail, read_measure
from fhircheck.report.stored_node import Node


def read_use_case(node: Node) -> UseCaseResult:
    """The inverse of `use_case_form`. Raises UsageError that names the place of a fault."""
    cells = CaseCells(
        patients=_people(node, "patients"),
        eligible=_people(node, "eligible"),
        usable=_people(node, "usable"),
        steps=tuple(_step(each) for each in node.each("steps")),
        groups=tuple(_group(each) for each in node.each("subgroups")),
        classes=tuple((each.text("name"), _people(each, "patients")) for each in node.each("classes")),
        leaks=tuple(
            (each.text("requirement"), each.count("resources"), _people(each, "patients"))
            for each in node.each("leaks")
        ),
    )
    return UseCaseResult(
        name=node.text("name"),
        title=_titles(node),
        url=node.text("url", ""),
        version=node.text("version", ""),
        origin=node.text("origin"),
        patients=cells.patients.least,
        eligible=cells.eligible.least,
        usable=cells.usable.least,
        steps=tuple(each.step for each in cells.steps),
        measures=tuple(read_measure(each) for each in node.each("measures", needed=True)),
        subgroups=tuple(each.group for each in cells.groups),
        classes=tuple(LabelClass(name, cell.least) for name, cell in cells.classes),
        leaks=tuple(Leak(name, resources, cell.least) for name, resources, cell in cells.leaks),
        details=tuple(read_detail(each) for each in node.each("details")),
        undecided=tuple((each.text("requirement"), each.text("reason")) for each in node.each("undecided")),
        smallest_cell=node.count("smallest_cell", 10),
        written=None if node.value("written", None) is None else node.count("written"),
        notes=node.texts("notes"),
        cells=cells,
    )


def _step(node: Node) -> StepCells:
    left, lost, met = (_people(node, name) for name in ("left", "lost", "met"))
    reasons = tuple((each.text("reason"), _people_or_none(each, "patients")) for each in node.each("reasons"))
    step = FunnelStep(
        name=node.text("name"),
        title=_titles(node),
        role=node.one_of("role", get_args(Role)),
        resources=node.count("resources"),
        met=met.least,
        lost=lost.least,
        left=left.least,
        reasons=tuple((name, cell.least if cell else 0) for name, cell in reasons),
        told=node.flag("told"),
        note=node.text("note", ""),
    )
    return StepCells(step, left, lost, met, reasons)


def _group(node: Node) -> GroupCells:
    eligible, usable, labelled = (_people(node, name) for name in ("eligible", "usable", "labelled"))
    dimension = node.one_of("dimension", ("age", "sex"))
    group = Subgroup(dimension, node.text("group"), eligible.least, usable.least, labelled.least)
    return GroupCells(group, eligible, usable, labelled)


def _titles(node: Node) -> Texts:
    """The title in all its languages; a report of format 1.1 has it in one, which stands for all."""
    texts = tuple((each.text("language"), each.text("text")) for each in node.each("titles"))
    return texts or (("en", node.text("title")),)


def _people(node: Node, name: str) -> Cell:
    cell = _people_or_none(node, name)
    if cell is None:
        raise node.fault(name, "is missing")
    return cell


def _people_or_none(node: Node, name: str) -> Cell | None:
    child = node.child(name)
    return None if child is None else read_cell(child)


def read_cell(node: Node) -> Cell:
    """A count of people as it may be shown."""
    return Cell(node.count("least"), None if node.value("most", None) is None else node.count("most"))
