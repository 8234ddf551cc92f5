"""Scores over the runs of a series."""

from fractions import Fraction
from typing import Any

from fhircheck.model.action import Words
from fhircheck.model.report import RunReport
from fhircheck.model.run_history import TrendPoint
from fhircheck.report.html.bilingual import Bilingual, joined
from fhircheck.report.html.drawing import INK, LINE, MUTED, SERIES
from fhircheck.report.html.figure import Absent, Figure
from fhircheck.report.html.plot_words import PLOTS
from fhircheck.report.html.plots.labelled_bars import WIDTH, framed, shortened
from fhircheck.report.html.score_words import score_title

POINTS, LINES = 60, 4
_HEIGHT, _TOP = 170, 8
_DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3])
_SHAPES = ("circle", "square", "triangle-up", "diamond")


class Trend:
    """How the scores went, run after run."""

    name = "trend"
    summary = "Scores of the runs of a series, where it is remembered."

    def figures(self, report: RunReport, both: Bilingual) -> list[Figure | Absent]:
        """One plot of the first LINES scores over the last POINTS runs."""
        title = both.say(PLOTS, "trend")
        if report.history is None:
            return [Absent(self.name, title, both.say(PLOTS, "no-history"))]
        points = report.history.points[-POINTS:]
        names = list(dict.fromkeys(name for point in points for name, value in point.scores if value is not None))[
            :LINES
        ]
        if len(points) < 2 or not names:
            return [Absent(self.name, title, both.say(PLOTS, "one-run"))]
        told = joined([_told(name, points, both) for name in names], "; ")
        text = both.say(PLOTS, "trend-text", count=len(points), first=both.clean(points[0].started[:10]),
                        last=both.clean(points[-1].started[:10]), list=told)  # fmt: skip
        columns = (both.say(PLOTS, "run"), both.say(PLOTS, "first"), *(score_title(each, both) for each in names),
                   *(both.say(PLOTS, key) for key in ("errors", "warnings", "resources")))  # fmt: skip
        columns = (columns[0], Words("Started", "Beginn"), *columns[2:])
        rows = tuple(_row(each, names, both) for each in reversed(points[-30:]))
        return [
            Figure(self.name, title, text, columns, rows, lambda language: _chart(points, names, both, language),
                   more=max(len(report.history.points) - 30, 0))
        ]  # fmt: skip


def _told(name: str, points: tuple[TrendPoint, ...], both: Bilingual) -> Words:
    values = [value for point in points for each, value in point.scores if each == name and value is not None]
    return both.say(PLOTS, "trend-told", name=score_title(name, both), first=both.points(Fraction(values[0])),
                    last=both.points(Fraction(values[-1])))  # fmt: skip


def _row(point: TrendPoint, names: list[str], both: Bilingual) -> tuple[Words, ...]:
    values = dict(point.scores)
    scores = (both.points(None if values.get(each) is None else Fraction(values[each] or 0)) for each in names)
    counts = (both.number(each) for each in (point.errors, point.warnings, point.resources))
    return both.number(point.number), both.same(point.started[:16].replace("T", " ")), *scores, *counts


def _chart(points: tuple[TrendPoint, ...], names: list[str], both: Bilingual, language: str) -> Any:
    import altair as alt

    across = alt.Scale(domain=[0, len(points) - 1], nice=False)
    x = alt.X("at:Q", axis=None, scale=across)
    y = alt.Y("value:Q", title=None, scale=alt.Scale(domain=[0, 100], nice=False),
              axis=alt.Axis(values=[0, 50, 100], domain=False, ticks=False, grid=True, labelPadding=4, minExtent=26,
                            maxExtent=26))  # fmt: skip
    layers = []
    for index, name in enumerate(names):
        data = [
            {"at": at, "value": float(value), "name": name}
            for at, point in enumerate(points)
            for each, value in point.scores
            if each == name and value is not None
        ]
        base = alt.Chart(alt.Data(values=data)).encode(x=x, y=y)
        layers += [
            base.mark_line(color=SERIES[index], strokeWidth=2, strokeDash=_DASHES[index]),
            base.mark_point(color=SERIES[index], fill=SERIES[index], size=26, shape=_SHAPES[index]),
        ]
    legend = [
        {
            "x": 0,
            "x2": 26,
            "y": _HEIGHT + 30 + 18 * index,
            "text": shortened(score_title(name, both).said(language), 40),
        }
        for index, name in enumerate(names)
    ]
    for index, each in enumerate(legend):
        key = alt.Chart(alt.Data(values=[each])).encode(x=alt.value(each["x"]), y=alt.value(each["y"]))
        layers += [
            key.mark_rule(color=SERIES[index], strokeWidth=2, strokeDash=_DASHES[index])
            .encode(x2=alt.value(each["x2"])),
            key.mark_point(color=SERIES[index], fill=SERIES[index], size=26, shape=_SHAPES[index])
            .encode(x=alt.value(13)),
            key.mark_text(align="left", baseline="middle", fontSize=12, color=INK)
            .encode(x=alt.value(34), text="text:N"),
        ]  # fmt: skip
    wide = WIDTH - 30
    ends = (("left", 0, points[0]), ("right", wide, points[-1]))
    for side, place, point in ends:
        label = alt.Chart(alt.Data(values=[{"text": both.clean(point.started[:10])}]))
        layers.append(
            label.mark_text(align=side, baseline="top", fontSize=12, color=MUTED)
            .encode(x=alt.value(place), y=alt.value(_HEIGHT + 4), text="text:N")
        )  # fmt: skip
    return framed(alt.layer(*layers).properties(width=wide, height=_HEIGHT)).configure_axis(
        labelColor=MUTED, gridColor=LINE, labelFontSize=12, domainColor=LINE
    )
