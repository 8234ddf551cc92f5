"""Which variables the data has: elements by resource type, with type and meaning from the R4 definitions."""

from collections.abc import Iterator
from dataclasses import dataclass

from fhircheck.model.protocols import Conformance
from fhircheck.model.record import Node
from fhircheck.model.report import MeasureResult, RunReport

_SIMPLE = {
    "boolean": "boolean",
    "integer": "integer",
    "positiveInt": "integer",
    "unsignedInt": "integer",
    "decimal": "decimal",
    "date": "date",
    "dateTime": "dateTime",
    "instant": "dateTime",
    "time": "time",
}
"""FHIR types -> data types of XML Schema; all others are told as text or JSON."""
WHETHER_THERE = frozenset({"mandatory-elements", "must-support-populated", "value-present", "patient-linked",
                           "imaging-study-complete", "imaging-endpoint"})  # fmt: skip
"""Measures whose items stand at an element whether it is there or not, and pass where it is."""


@dataclass(frozen=True, slots=True)
class Variable:
    """path: of the element, ``Observation.code``. datatype: of XML Schema; ``string`` for texts, ``json`` for
    what has parts. fhir: types of FHIR."""

    path: str
    datatype: str
    fhir: tuple[str, ...]
    meaning: str
    repeats: bool


def variables(report: RunReport) -> dict[str, tuple[Variable, ...]]:
    """By resource type, the top-level elements that the run is known to have seen: those that the base definition
    demands and those that a measure found there. Types that R4 does not have are left out."""
    from fhircheck.definitions.definition_set import load_definitions

    definitions = load_definitions(offline=True)
    seen = {path for measure in report.measures for path in _found(measure)}
    found = {name: tuple(_of(name, seen, definitions)) for name, count, _ in report.resources if count}
    return {name: each for name, each in found.items() if each}


def _found(measure: MeasureResult) -> Iterator[str]:
    """The elements that the measure found in the data; others count what is missing too."""
    for path, passed, judged in measure.by:
        there = judged
        if measure.name in WHETHER_THERE:
            there = passed
        elif measure.name == "direct-identifiers":
            there = judged - passed
        if there and measure.name != "small-cells":
            yield path


def _of(name: str, seen: set[str], definitions: Conformance) -> Iterator[Variable]:
    structure = definitions.structure(name)
    elements = structure["snapshot"]["element"] if structure is not None and name.isalpha() else []
    for element in elements:
        path = element["path"]
        if path.count(".") != 1:
            continue
        stem = path.removesuffix("[x]")
        known = path == f"{name}.id" or element.get("min", 0) or any(_within(each, stem, path) for each in seen)
        if known:
            yield _variable(element, path)


def _within(seen: str, stem: str, path: str) -> bool:
    """Whether the element `seen` is that of `path` or inside it; choice types are named with or without their type."""
    if seen == stem or seen.startswith((f"{stem}.", f"{stem}[")):
        return True
    return stem != path and seen.startswith(stem) and seen[len(stem) : len(stem) + 1].isupper()


def _variable(element: Node, path: str) -> Variable:
    types = tuple(each["code"].rpartition("/")[2] for each in element.get("type", ()))
    types = tuple("string" if each == "System.String" else each.removeprefix("System.") for each in types)
    kinds = {_SIMPLE.get(each, "string" if each[:1].islower() else "json") for each in types}
    datatype = kinds.pop() if len(kinds) == 1 else "json"
    return Variable(path, datatype, types, element.get("short", path), element.get("max", "1") not in ("0", "1"))
