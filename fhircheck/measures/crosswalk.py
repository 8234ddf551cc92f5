"""Crosswalk: where each measure stands in other frameworks, and how well that was verified (crosswalk.toml)."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from fhircheck.measures.counted_measure import CountedMeasure

MARKS: dict[str, tuple[str, str]] = {
    "V": ("read in the source itself", "in der Quelle selbst gelesen"),
    "2": ("read second-hand", "aus zweiter Hand gelesen"),
    "U": ("not verified", "nicht geprüft"),
}
KAHN = "kahn"


@dataclass(frozen=True, slots=True)
class Framework:
    """A framework measures are mapped to. mark: of its cells, unless they have their own. note: what was read.

    title_de: its German title, the same where it has none.
    """

    name: str
    title: str
    mark: str
    note: str
    title_de: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What a measure is called in a framework; text empty for no counterpart. mark: one of MARKS."""

    framework: Framework
    text: str
    mark: str


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("fhircheck.measures").joinpath("crosswalk.toml").read_text(encoding="utf-8"))


@cache
def frameworks() -> tuple[Framework, ...]:
    """All frameworks, in the file's order."""
    return tuple(
        Framework(name, each["title"], each["mark"], each["note"], each.get("title_de", each["title"]))
        for name, each in _table()["framework"].items()
    )


def mapped() -> frozenset[str]:
    """Names of the measures the table has."""
    return frozenset(_table()["measure"])


def crosswalk(measure: CountedMeasure) -> tuple[Cell, ...]:
    """The cells of a measure, one a framework; those the table lacks are empty."""
    row = _table()["measure"].get(measure.name, {})
    return tuple(_cell(framework, row.get(framework.name, ""), measure) for framework in frameworks())


def _cell(framework: Framework, value: Any, measure: CountedMeasure) -> Cell:
    if framework.name == KAHN:
        parts = (measure.category.value, measure.subcategory.value, measure.context.value)
        return Cell(framework, ", ".join(each for each in parts if each != "none"), framework.mark)
    if isinstance(value, dict):
        return Cell(framework, value["text"], value["mark"])
    return Cell(framework, value, framework.mark)
