"""Sources measured apart, and every two of them beside each other, as plain JSON values."""

from collections.abc import Callable
from typing import Any

from fhircheck.model.report import MeasureResult, RunReport, Score
from fhircheck.model.small_cells import Cell
from fhircheck.model.source_group import SourceGroup, SourcePair, Use
from fhircheck.report.shown import View

Measured = Callable[[MeasureResult], dict[str, Any]]
Scored = Callable[[Score], dict[str, Any]]


def groups(report: RunReport, view: View, measure: Measured, score: Scored) -> list[dict[str, Any]]:
    """One object a source; `measure` and `score`: how theirs are written."""
    return [_group(group, view, measure, score) for group in report.groups]


def pairs(report: RunReport, view: View) -> list[dict[str, Any]]:
    """One object for every two sources."""
    return [_pair(pair, view) for pair in report.pairs]


def _group(group: SourceGroup, view: View, measure: Measured, score: Scored) -> dict[str, Any]:
    return {
        "name": view.names.source(group.name) or None,
        "resources": [{"type": name, "count": count} for name, count in group.resources],
        "patients": _cell(group.patients),
        "patients_exact": group.patients_exact,
        "identifiers": [
            {"system": each.system or None, "patients": _cell(each.patients)} for each in group.identifiers
        ],
        "measures": [measure(each) for each in group.measures],
        "scores": [score(each) for each in group.scores],
        "systems": [_use(each) for each in group.systems],
        "units": [_use(each) for each in group.units],
        "profiles": [_use(each) for each in group.profiles],
        "versions": [_use(each) for each in group.versions],
    }


def _pair(pair: SourcePair, view: View) -> dict[str, Any]:
    return {
        "first": view.names.source(pair.first) or None,
        "second": view.names.source(pair.second) or None,
        "shared_patients": _cell(pair.shared),
        "common_identifiers": [{"system": each.system, "shared": _cell(each.shared)} for each in pair.common],
        "barriers": [
            {
                "kind": each.kind,
                "what": each.what or None,
                "first": list(each.first),
                "second": list(each.second),
                "more": each.more,
            }
            for each in pair.barriers
        ],
    }


def _use(use: Use) -> dict[str, Any]:
    return {"what": use.what, "which": use.which, "count": use.count}


def _cell(cell: Cell) -> dict[str, Any]:
    return {"count": cell.count, "least": cell.least, "most": cell.most}
