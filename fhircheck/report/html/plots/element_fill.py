"""Heat maps of what is filled in: kinds of record for the clinic, elements for IT, each by measure of completeness."""

from collections import defaultdict
from fractions import Fraction
from typing import Any

from fhircheck.model.action import Words
from fhircheck.model.report import RunReport
from fhircheck.report.html.bilingual import Bilingual
from fhircheck.report.html.drawing import HEAT, INK, MUTED, ON_HEAT
from fhircheck.report.html.figure import Absent, Figure
from fhircheck.report.html.measure_words import record_kind
from fhircheck.report.html.plot_words import PLOTS
from fhircheck.report.html.plots.labelled_bars import WIDTH, framed, shortened
from fhircheck.report.numbers import percent

MEASURES = ("mandatory-elements", "must-support-populated", "value-present", "coded-concept", "date-precision")
"""Columns, from left to right."""
ROWS = 18
BINS = (Fraction(1, 2), Fraction(8, 10), Fraction(95, 100), Fraction(1))
"""Upper ends of the classes of colour; exactly 1 is a class of its own."""
_CELL, _HEIGHT, _LABEL = 46, 26, 22

Cells = dict[str, dict[str, tuple[int, int]]]
"""row -> measure -> (passed, judged)"""


class ElementFill:
    """What is filled in, as a table of colours with its numbers."""

    name = "element-fill"
    summary = "Shares filled in by element (and by kind of record) and measure, the lowest first."

    def figures(self, report: RunReport, both: Bilingual) -> list[Figure | Absent]:
        """One map by kind of record and one by element; each with the ROWS lowest rows."""
        elements = _cells(report)
        title = both.say(PLOTS, "fill-types")
        if not elements:
            return [Absent(self.name, title, both.say(PLOTS, "no-fill"))]
        kinds: Cells = defaultdict(dict)
        for path, row in elements.items():
            for measure, counts in row.items():
                kind = kinds[path.partition(".")[0]]
                before = kind.get(measure, (0, 0))
                kind[measure] = (before[0] + counts[0], before[1] + counts[1])
        return [
            _figure("fill-types", "clinic", dict(kinds), both),
            _figure("fill-elements", "it", elements, both),
        ]


def _cells(report: RunReport) -> Cells:
    found: Cells = defaultdict(dict)
    for each in report.measures:
        if each.name in MEASURES:
            for path, passed, judged in each.by:
                if judged:
                    found[path][each.name] = (passed, judged)
    return dict(found)


def _figure(name: str, audience: str, cells: Cells, both: Bilingual) -> Figure:
    by_type = audience == "clinic"
    ordered = sorted(cells, key=lambda row: (min(Fraction(*each) for each in cells[row].values()), row))
    shown = ordered[:ROWS]
    measures = [each for each in MEASURES if any(each in cells[row] for row in shown)]
    lowest = min(cells[ordered[0]], key=lambda measure: Fraction(*cells[ordered[0]][measure]))
    named = {row: record_kind(both.clean(row)) if by_type else both.same(row) for row in ordered}
    words = {each: both.say(PLOTS, f"fill-{each}") for each in measures}
    what = Words(*(f"{row}, {column}" for row, column in zip(named[ordered[0]], both.say(PLOTS, f"fill-{lowest}"), strict=True)))
    return Figure(
        name,
        both.say(PLOTS, name),
        both.say(PLOTS, "fill-text", rows=len(shown), share=both.percent(Fraction(*cells[ordered[0]][lowest])), what=what),
        (both.say(PLOTS, "kind" if by_type else "element"), *words.values()),
        tuple((named[row], *(_cell(cells[row].get(each), both) for each in measures)) for row in shown),
        lambda language: _chart(shown, measures, cells, named, words, language),
        audience,
        len(ordered) - len(shown),
    )  # fmt: skip


def _cell(counts: tuple[int, int] | None, both: Bilingual) -> Words:
    if counts is None:
        return both.same("–")
    share = both.percent(Fraction(*counts))
    return both.of(lambda view: f"{share.said(view.language)} ({counts[0]}/{counts[1]})")


def _bin(share: Fraction) -> int:
    return sum(share >= end for end in BINS)


def _chart(rows: list[str], measures: list[str], cells: Cells, named: dict[str, Words], words: dict[str, Words], language: str) -> Any:
    import altair as alt

    left = WIDTH - _CELL * len(measures)
    squares = [
        {"x": left + _CELL * column + 1, "x2": left + _CELL * (column + 1) - 1, "middle": left + _CELL * (column + 0.5),
         "y": _HEIGHT * (index + 1) + 1, "y2": _HEIGHT * (index + 2) - 1, "centre": _HEIGHT * (index + 1.5),
         "text": _short(share, language), "fill": HEAT[_bin(share)], "ink": ON_HEAT[_bin(share)]}
        for index, row in enumerate(rows)
        for column, each in enumerate(measures)
        if each in cells[row]
        for share in [Fraction(*cells[row][each])]
    ]  # fmt: skip
    labels = [
        {"x": 0, "y": _HEIGHT * (index + 1.5), "text": shortened(named[row].said(language), _fitting(left))}
        for index, row in enumerate(rows)
    ]
    heads = [
        {"x": left + _CELL * (column + 0.5), "y": _HEIGHT * 0.5, "text": words[each].said(language)}
        for column, each in enumerate(measures)
    ]
    height = _HEIGHT * (len(rows) + 1)
    across, down = alt.Scale(domain=[0, WIDTH], nice=False), alt.Scale(domain=[height, 0], nice=False)

    def at(x: str, y: str) -> dict[str, Any]:
        return {"x": alt.X(f"{x}:Q", axis=None, scale=across), "y": alt.Y(f"{y}:Q", axis=None, scale=down)}

    def chart(values: list[dict[str, Any]]) -> Any:
        return alt.Chart(alt.Data(values=values))

    raw = {"fill": alt.Color("fill:N", scale=None, legend=None)}
    return framed(
        alt.layer(
            chart(squares).mark_rect().encode(**at("x", "y"), x2="x2:Q", y2="y2:Q", **raw),
            chart(squares).mark_text(fontSize=11, baseline="middle")
            .encode(**at("middle", "centre"), text="text:N", color=alt.Color("ink:N", scale=None, legend=None)),
            chart(labels).mark_text(align="left", fontSize=12, baseline="middle", color=INK)
            .encode(**at("x", "y"), text="text:N"),
            chart(heads).mark_text(fontSize=10, baseline="middle", color=MUTED).encode(**at("x", "y"), text="text:N"),
        ).properties(width=WIDTH, height=height)
    )  # fmt: skip


def _fitting(width: int) -> int:
    """Characters of a label that fit `width` pixels."""
    return max(int(width / 6.6), 10)


def _short(share: Fraction, language: str) -> str:
    """A share without decimals where it is far from the ends, as narrow cells want it."""
    text = percent(share, language)
    if text[0] in "<>" or share in (0, 1):
        return text.replace(" ", " ")
    return f"{int(share * 100)}%" if language == "en" else f"{int(share * 100)} %"
