"""Heat maps of what is filled in: kinds of record for the clinic, elements for IT, each by measure of completeness."""

from collections import defaultdict
from fractions import Fraction
from typing import Any

from fhircheck.model.action import Words
from fhircheck.model.report import RunReport
from fhircheck.report.html.bilingual import Bilingual, joined
from fhircheck.report.html.canvas import Canvas, Spec
from fhircheck.report.html.drawing import HEAT, INK, MUTED, ON_HEAT
from fhircheck.report.html.figure import Absent, Figure
from fhircheck.report.html.measure_words import record_kind
from fhircheck.report.html.plot_words import PLOTS
from fhircheck.report.html.plots.labelled_bars import WIDTH, shortened

MEASURES = ("mandatory-elements", "must-support-populated", "value-present", "coded-concept", "date-precision")
"""Columns, from left to right."""
ROWS = 14
BINS = (Fraction(1, 2), Fraction(8, 10), Fraction(95, 100), Fraction(1))
"""Upper ends of the classes of colour; exactly 1 is a class of its own."""
_CELL, _HEIGHT = 43, 26

Cells = dict[str, dict[str, tuple[int, int]]]
"""row -> measure -> (passed, judged)"""
Line = tuple[str, str, int]
"""label, row (empty for a heading), inset"""


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
    least = cells[ordered[0]]
    lowest = min(least, key=lambda measure: Fraction(*least[measure]))
    named = {row: record_kind(both.clean(row)) if by_type else both.same(row) for row in shown}
    words = {each: both.say(PLOTS, f"fill-{each}") for each in measures}
    what = joined([named[ordered[0]], both.say(PLOTS, f"fill-{lowest}")])
    share = both.percent(Fraction(*least[lowest]))
    return Figure(
        name,
        both.say(PLOTS, name),
        both.say(PLOTS, "fill-text", rows=len(shown), share=share, what=what),
        (both.say(PLOTS, "kind" if by_type else "element"), *words.values()),
        tuple((named[row], *(_cell(cells[row].get(each), both) for each in measures)) for row in shown),
        lambda language: _chart(_lines(shown, named, by_type, language), measures, cells, words, language),
        audience,
        len(ordered) - len(shown),
        both.say(PLOTS, "fill-note"),
    )


def _cell(counts: tuple[int, int] | None, both: Bilingual) -> Words:
    if counts is None:
        return both.same("–")
    share = both.percent(Fraction(*counts))
    return both.of(lambda view: f"{share.said(view.language)} ({counts[0]}/{counts[1]})")


def _bin(share: Fraction) -> int:
    return sum(share >= end for end in BINS)


def _lines(rows: list[str], named: dict[str, Words], by_type: bool, language: str) -> list[Line]:
    """What stands on each line of the map: kinds of record, or elements under their type, in the rows' order."""
    if by_type:
        return [(named[row].said(language), row, 0) for row in rows]
    types = dict.fromkeys(row.partition(".")[0] for row in rows)
    lines: list[Line] = []
    for each in types:
        lines.append((each, "", 0))
        lines += [(row.partition(".")[2] or row, row, 12) for row in rows if row.partition(".")[0] == each]
    return lines


def _chart(lines: list[Line], measures: list[str], cells: Cells, words: dict[str, Words], language: str) -> Spec:
    import altair as alt

    left, height = WIDTH - _CELL * len(measures), _HEIGHT * (len(lines) + 1)
    across, down = alt.Scale(domain=[0, WIDTH], nice=False), alt.Scale(domain=[height, 0], nice=False)
    canvas, raw = Canvas(WIDTH, height), {"scale": None, "legend": None}

    def at(x: str = "x", y: str = "y") -> dict[str, Any]:
        return {"x": alt.X(f"{x}:Q", axis=None, scale=across), "y": alt.Y(f"{y}:Q", axis=None, scale=down)}

    def text(values: list[dict[str, Any]], **mark: Any) -> Any:
        return canvas.on(values).mark_text(baseline="middle", **mark).encode(**at(), text=alt.Text("text:N"))

    squares = canvas.on(_squares(lines, measures, cells, left, language))
    labels = [
        {"x": inset, "y": _HEIGHT * (at_line + 1.5), "row": row,
         "text": shortened(label, _fitting(left - inset if row else WIDTH))}
        for at_line, (label, row, inset) in enumerate(lines)
    ]  # fmt: skip
    heads = [
        {"x": left + _CELL * (column + 0.5), "y": _HEIGHT * 0.5, "text": words[each].said(language)}
        for column, each in enumerate(measures)
    ]
    canvas.add(
        squares.mark_rect().encode(**at(), x2=alt.X2("x2:Q"), y2=alt.Y2("y2:Q"), fill=alt.Fill("fill:N", **raw)),
        squares.mark_text(baseline="middle", fontSize=12)
        .encode(**at("middle", "centre"), text=alt.Text("text:N"), color=alt.Color("ink:N", **raw)),
        text([each for each in labels if each["row"]], align="left", fontSize=12, color=INK),
        text([each for each in labels if not each["row"]], align="left", fontSize=12, color=INK, fontWeight="bold"),
        text(heads, fontSize=11, color=MUTED),
    )  # fmt: skip
    return canvas.spec()


def _squares(lines: list[Line], measures: list[str], cells: Cells, left: int, language: str) -> list[dict[str, Any]]:
    """A square for each share, with its place, colour and number."""
    return [
        {"x": left + _CELL * column + 1, "x2": left + _CELL * (column + 1) - 1, "middle": left + _CELL * (column + 0.5),
         "y": _HEIGHT * (at + 1) + 1, "y2": _HEIGHT * (at + 2) - 1, "centre": _HEIGHT * (at + 1.5),
         "text": _short(share, language), "fill": HEAT[_bin(share)], "ink": ON_HEAT[_bin(share)]}
        for at, (_, row, _) in enumerate(lines)
        for column, each in enumerate(measures)
        if row and each in cells[row]
        for share in [Fraction(*cells[row][each])]
    ]  # fmt: skip


def _fitting(width: int) -> int:
    """Characters of a label that fit `width` pixels."""
    return max(int(width / 6.8), 10)


def _short(share: Fraction, language: str) -> str:
    """A share without decimals, as narrow cells want it; near the ends as elsewhere: never a false 0 or 100."""
    hundredths = share * 100
    text = str(int(hundredths)) if share in (0, 1) or 1 <= hundredths < 100 else "<1"
    return f"{text}%" if language == "en" else f"{text}\u00a0%"
