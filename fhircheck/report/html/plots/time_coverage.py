"""When the data is from: a row of bars for each kind of record, by month; without a census, the share of months."""

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from fhircheck.model.action import Words
from fhircheck.model.months import month_name, month_number
from fhircheck.model.report import MeasureResult, RunReport
from fhircheck.report.html.bilingual import Bilingual
from fhircheck.report.html.canvas import Canvas, Spec
from fhircheck.report.html.drawing import INK, LINE, MUTED, SERIES
from fhircheck.report.html.figure import Absent, Figure
from fhircheck.report.html.measure_words import record_kind
from fhircheck.report.html.plot_words import PLOTS
from fhircheck.report.html.plots.labelled_bars import WIDTH, Bar, bars

ROWS = 8
COLUMNS = 72
"""Most bars of a row; more months than that are drawn by the year."""
_HEIGHT, _TALL = 46, 22


@dataclass
class Dated:
    """Records of one kind by when. months: month_number -> records. years: those of no shown month."""

    months: Counter[int] = field(default_factory=Counter)
    years: Counter[int] = field(default_factory=Counter)

    @property
    def first(self) -> int:
        """The first month; of a year its January."""
        return min([*self.months, *(month_number(year, 1) for year in self.years)])

    @property
    def last(self) -> int:
        """The last month; of a year its December."""
        return max([*self.months, *(month_number(year, 12) for year in self.years)])

    @property
    def total(self) -> int:
        """All records that have a year."""
        return self.months.total() + self.years.total()


class TimeCoverage:
    """From when to when there is data, and where nothing is."""

    name = "time-coverage"
    summary = "Records by month and kind, or the share of months that have any."

    def figures(self, report: RunReport, both: Bilingual) -> list[Figure | Absent]:
        """From the census, unless the measure time-coverage knows of more kinds (small numbers are in no census)."""
        dated = _dated(report)
        measure = next((each for each in report.measures if each.name == self.name and each.by), None)
        if dated and (measure is None or 2 * len(dated) >= len(measure.by)):
            return [_by_month(report, dated, both)]
        if measure is not None:
            return [_by_share(measure, both)]
        return [Absent(self.name, both.say(PLOTS, "time"), both.say(PLOTS, "no-time"))]


def _dated(report: RunReport) -> dict[str, Dated]:
    """Records by month, and by year those of months too small to be in the census by themselves."""
    found = {}
    for volume in report.census.volumes if report.census else ():
        dated = Dated()
        for day, count in volume.days:
            if day[:4].isdigit() and count:
                if day[5:7].isdigit():
                    dated.months[month_number(int(day[:4]), int(day[5:7]))] += count
                else:
                    dated.years[int(day[:4])] += count
        if dated.months or dated.years:
            found[volume.type] = dated
    return found


def _gaps(report: RunReport) -> dict[str, int]:
    """The longest gap of each kind in months, as the measure counted it on all records."""
    return {
        each.of: int(each.value)
        for measure in report.measures
        if measure.name == TimeCoverage.name
        for each in measure.details
        if each.name == "longest-gap" and each.of and each.value is not None
    }


def _by_month(report: RunReport, found: dict[str, Dated], both: Bilingual) -> Figure:
    ordered = sorted(found, key=lambda name: (-found[name].total, name))
    shown, gaps = ordered[:ROWS], _gaps(report)
    first, last = min(found[name].first for name in shown), max(found[name].last for name in shown)
    widest = max(shown, key=lambda name: gaps.get(name, -1))
    key = "time-text-hidden" if widest not in gaps else "time-text" if gaps[widest] else "time-text-whole"
    text = both.say(
        PLOTS, key, first=month_name(first), last=month_name(last), count=len(shown), kind=_kind(widest, both),
        gap=both.say(PLOTS, "gap-months", count=gaps.get(widest, 0)),
    )  # fmt: skip
    smallest = report.census.smallest_cell if report.census else 0
    hidden = any(found[name].years for name in shown)
    columns = tuple(both.say(PLOTS, key) for key in ("kind", "first", "last", "records", "gap"))
    return Figure(
        "time",
        both.say(PLOTS, "time"),
        text,
        columns,
        tuple(_row(name, found[name], gaps.get(name), both) for name in ordered[: ROWS * 3]),
        lambda language: _chart([(_kind(name, both).said(language), found[name]) for name in shown]),
        more=max(len(ordered) - ROWS * 3, 0),
        note=both.say(PLOTS, "time-note", text=text, count=smallest) if hidden else None,
    )


def _row(name: str, dated: Dated, gap: int | None, both: Bilingual) -> tuple[Words, ...]:
    return (
        _kind(name, both),
        both.same(month_name(dated.first)),
        both.same(month_name(dated.last)),
        both.number(dated.total),
        both.same("–") if gap is None else both.say(PLOTS, "gap-months", count=gap),
    )


def _chart(rows: list[tuple[str, Dated]]) -> Spec:
    import altair as alt

    first, last = min(dated.first for _, dated in rows), max(dated.last for _, dated in rows)
    step = 1 if last - first < COLUMNS else 12 if (last - first) // 12 < COLUMNS else 120
    wide, height = WIDTH / (last // step - first // step + 1), _HEIGHT * len(rows) + 18
    canvas = Canvas(WIDTH, height)
    across, down = alt.Scale(domain=[0, WIDTH], nice=False), alt.Scale(domain=[height, 0], nice=False)
    x, y = alt.X("x:Q", axis=None, scale=across), alt.Y("y:Q", axis=None, scale=down)
    rects, labels, lines = [], [], []
    for at, (label, dated) in enumerate(rows):
        base = _HEIGHT * (at + 1) - 4
        rects += _bars(dated, first, step, wide, base)
        labels.append({"x": 0, "y": base - _TALL - 5, "text": label})
        lines.append({"x": 0, "x2": WIDTH, "y": base + 0.5})

    def text(values: list[dict[str, Any]], align: str, color: str) -> Any:
        mark = canvas.on(values).mark_text(align=align, baseline="bottom", fontSize=12, color=color)
        return mark.encode(x=x, y=y, text=alt.Text("text:N"))

    canvas.add(
        canvas.on(lines).mark_rule(color=LINE).encode(x=x, x2=alt.X2("x2:Q"), y=y),
        canvas.on(rects).mark_rect(color=SERIES[0]).encode(x=x, x2=alt.X2("x2:Q"), y=y, y2=alt.Y2("y2:Q")),
        text(labels, "left", INK),
        text([{"x": 0, "y": height - 2, "text": month_name(first)}], "left", MUTED),
        text([{"x": WIDTH, "y": height - 2, "text": month_name(last)}], "right", MUTED),
    )
    return canvas.spec()


def _bars(dated: Dated, first: int, step: int, wide: float, base: float) -> list[dict[str, float]]:
    """Bars of one row, and thin ones for years whose months are too small to be drawn."""
    binned: Counter[int] = Counter()
    for month, count in dated.months.items():
        binned[month // step - first // step] += count
    thin = []
    for year, count in sorted(dated.years.items()):
        if step == 1:
            begin = max(month_number(year, 1) - first, 0)
            end = min(month_number(year, 12), dated.last) + 1 - first
            thin.append({"x": wide * begin, "x2": wide * end, "y": base, "y2": base - 2})
        else:
            binned[month_number(year, 1) // step - first // step] += count
    most, gap = max(binned.values(), default=1), min(1.0, wide / 4)
    return thin + [
        {"x": wide * at, "x2": wide * (at + 1) - gap, "y": base, "y2": base - max(_TALL * count / most, 2)}
        for at, count in sorted(binned.items())
    ]


def _by_share(measure: MeasureResult, both: Bilingual) -> Figure:
    """The share of months with records, by kind, the lowest first."""
    ordered = sorted((each for each in measure.by if each[2]), key=lambda each: (Fraction(each[1], each[2]), each[0]))
    name, passed, judged = ordered[0]
    text = both.say(PLOTS, "time-share-text", count=len(ordered[:ROWS]), share=both.percent(Fraction(passed, judged)),
                    what=record_kind(both.clean(name)))  # fmt: skip
    columns = tuple(both.say(PLOTS, key) for key in ("kind", "months-with", "months-all"))
    rows = tuple(
        (record_kind(both.clean(kind)), both.number(some), both.number(all_))
        for kind, some, all_ in ordered[: ROWS * 3]
    )

    def chart(language: str) -> Spec:
        return bars(
            [
                Bar(
                    _kind(kind, both).said(language),
                    some / all_ * 100,
                    both.percent(Fraction(some, all_)).said(language),
                )
                for kind, some, all_ in ordered[:ROWS]
            ],
            100,
        )

    return Figure(
        "time", both.say(PLOTS, "time-share"), text, columns, rows, chart, more=max(len(ordered) - ROWS * 3, 0)
    )


def _kind(name: str, both: Bilingual) -> Words:
    return record_kind(both.clean(name))
