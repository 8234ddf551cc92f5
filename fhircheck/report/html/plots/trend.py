"""Scores over the runs of a series."""

from fractions import Fraction

from fhircheck.model.action import Words
from fhircheck.model.report import RunReport
from fhircheck.model.run_history import TrendPoint
from fhircheck.report.html.bilingual import Bilingual, joined
from fhircheck.report.html.canvas import Canvas, Spec
from fhircheck.report.html.drawing import INK, MUTED, SERIES
from fhircheck.report.html.figure import Absent, Figure
from fhircheck.report.html.plot_words import PLOTS
from fhircheck.report.html.plots.labelled_bars import WIDTH, shortened
from fhircheck.report.html.score_words import score_title

POINTS, LINES = 60, 4
_HEIGHT = 170
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


def _chart(points: tuple[TrendPoint, ...], names: list[str], both: Bilingual, language: str) -> Spec:
    import altair as alt

    canvas = Canvas(WIDTH - 30, _HEIGHT)
    x = alt.X("at:Q", axis=None, scale=alt.Scale(domain=[0, len(points) - 1], nice=False))
    y = alt.Y(
        "value:Q",
        title=None,
        scale=alt.Scale(domain=[0, 100], nice=False),
        axis=alt.Axis(values=[0, 50, 100], domain=False, ticks=False, labelPadding=4, minExtent=26, maxExtent=26),
    )
    for index, name in enumerate(names):
        look = {"color": SERIES[index], "fill": SERIES[index], "size": 26, "shape": _SHAPES[index]}
        stroke = {"color": SERIES[index], "strokeWidth": 2, "strokeDash": _DASHES[index]}
        base = canvas.on(_values(name, points)).encode(x=x, y=y)
        canvas.add(base.mark_line(**stroke), base.mark_point(**look))
        label = shortened(score_title(name, both).said(language), 40)
        key = canvas.on([{"text": label}]).encode(y=alt.YValue(_HEIGHT + 30 + 18 * index))
        canvas.add(
            key.mark_rule(**stroke).encode(x=alt.XValue(0), x2=alt.X2Value(26)),
            key.mark_point(**look).encode(x=alt.XValue(13)),
            key.mark_text(align="left", baseline="middle", fontSize=12, color=INK)
            .encode(x=alt.XValue(34), text=alt.Text("text:N")),
        )  # fmt: skip
    for side, place, point in (("left", 0, points[0]), ("right", WIDTH - 30, points[-1])):
        day = canvas.on([{"text": both.clean(point.started[:10])}])
        mark = day.mark_text(align=side, baseline="top", fontSize=12, color=MUTED)
        canvas.add(mark.encode(x=alt.XValue(place), y=alt.YValue(_HEIGHT + 4), text=alt.Text("text:N")))
    return canvas.spec()


def _values(name: str, points: tuple[TrendPoint, ...]) -> list[dict[str, float]]:
    return [
        {"at": at, "value": float(value)}
        for at, point in enumerate(points)
        for each, value in point.scores
        if each == name and value is not None
    ]
