"""What a plot is: a drawing in each language, what it shows in words, and its numbers as a table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from fhircheck.model.action import Words
from fhircheck.model.report import RunReport
from fhircheck.report.html.bilingual import Bilingual
from fhircheck.report.html.canvas import Spec


@dataclass(frozen=True, slots=True)
class Figure:
    """A plot.

    name: anchor. text: what is to be seen, for those who do not; note: what is said beneath it in place of that text.
    columns, rows: the numbers that are drawn. chart: language -> what draws it. audience: ``clinic``, ``it``, or empty
    for both. more: rows that were left out.
    """

    name: str
    title: Words
    text: Words
    columns: tuple[Words, ...]
    rows: tuple[tuple[Words, ...], ...]
    chart: Callable[[str], Spec]
    audience: str = ""
    more: int = 0
    note: Words | None = None


@dataclass(frozen=True, slots=True)
class Absent:
    """A plot that there is nothing to draw of, and why."""

    name: str
    title: Words
    why: Words


class Plot(Protocol):
    """One kind of plot."""

    name: str
    summary: str

    def figures(self, report: RunReport, both: Bilingual) -> list[Figure | Absent]:
        """What is to be drawn; empty where nobody would miss it."""
