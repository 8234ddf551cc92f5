"""Sources measured apart, of a stored report, read again."""

from typing import get_args

from fhircheck.model.small_cells import Cell
from fhircheck.model.source_group import (
    Barrier,
    BarrierKind,
    CommonIdentifier,
    IdentifierSystem,
    SourceGroup,
    SourcePair,
    Use,
)
from fhircheck.report.read_measures import read_measure, read_score
from fhircheck.report.read_use_case import read_cell
from fhircheck.report.stored_node import Node

_BARRIERS = get_args(BarrierKind)


def read_group(node: Node) -> SourceGroup:
    """One source. Raises UsageError that names the place of a fault."""
    return SourceGroup(
        name=node.text("name", ""),
        resources=tuple((each.text("type"), each.count("count")) for each in node.each("resources")),
        patients=_cell(node, "patients"),
        patients_exact=node.flag("patients_exact"),
        identifiers=tuple(
            IdentifierSystem(each.text("system", ""), _cell(each, "patients")) for each in node.each("identifiers")
        ),
        measures=tuple(read_measure(each) for each in node.each("measures", needed=True)),
        scores=tuple(read_score(each) for each in node.each("scores")),
        systems=_uses(node, "systems"),
        units=_uses(node, "units"),
        profiles=_uses(node, "profiles"),
        versions=_uses(node, "versions"),
    )


def read_pair(node: Node) -> SourcePair:
    """Two sources beside each other."""
    return SourcePair(
        first=node.text("first", ""),
        second=node.text("second", ""),
        shared=_cell(node, "shared_patients"),
        common=tuple(
            CommonIdentifier(each.text("system"), _cell(each, "shared")) for each in node.each("common_identifiers")
        ),
        barriers=tuple(_barrier(each) for each in node.each("barriers")),
    )


def _barrier(node: Node) -> Barrier:
    kind = node.one_of("kind", _BARRIERS)
    return Barrier(kind, node.text("what", ""), node.texts("first"), node.texts("second"), node.count("more", 0))


def _uses(node: Node, name: str) -> tuple[Use, ...]:
    return tuple(Use(each.text("what"), each.text("which"), each.count("count")) for each in node.each(name))


def _cell(node: Node, name: str) -> Cell:
    child = node.child(name)
    if child is None:
        raise node.fault(name, "is missing")
    return read_cell(child)
