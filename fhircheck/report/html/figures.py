"""The plots of a report, drawn once in each language."""

from dataclasses import dataclass
from typing import Any

from fhircheck.model.action import Words
from fhircheck.report.html.bounds import Bounds
from fhircheck.report.html.drawing import drawn
from fhircheck.report.html.figure import Absent, Figure
from fhircheck.report.html.rows import Cell, Table

Drawings = dict[tuple[str, str], str]
"""(name, language) -> SVG: they are drawn once, however often the page is laid out."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure with its drawings and its table."""

    name: str
    title: Words
    note: Words
    audience: str
    drawings: Any
    table: Table


def drawn_figures(plotted: list[Figure | Absent], bounds: Bounds, drawings: Drawings) -> list[Drawn]:
    """All figures that there is something to draw of; none where the bounds leave no room for them."""
    if not bounds.figures:
        return []
    return [_drawn(each, drawings, bounds) for each in plotted if isinstance(each, Figure)]


def _drawn(figure: Figure, drawings: Drawings, bounds: Bounds) -> Drawn:
    from markupsafe import Markup

    for language in ("en", "de"):
        if (figure.name, language) not in drawings:
            drawings[figure.name, language] = drawn(
                figure.chart(language),
                f"{figure.name}-{language}",
                figure.title.said(language),
                figure.text.said(language),
            )
    rows = [[Cell(each) for each in row] for row in figure.rows[: bounds.rows]]
    numeric = frozenset(range(1, len(figure.columns)))
    more = figure.more + len(figure.rows) - len(rows)
    return Drawn(
        figure.name,
        figure.title,
        figure.note or figure.text,
        figure.audience,
        Words(Markup(drawings[figure.name, "en"]), Markup(drawings[figure.name, "de"])),
        Table(f"numbers-{figure.name}", figure.title, list(figure.columns), rows, numeric, more),
    )
