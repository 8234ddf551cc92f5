"""When the data is from: a row of bars for each kind of record, by month; without a census, the share of months."""

import itertools
from collections import Counter
from fractions import Fraction
from typing import Any

from fhircheck.model.action import Words
from fhircheck.model.report import MeasureResult, RunReport
from fhircheck.report.html.bilingual import Bilingual
from fhircheck.report.html.drawing import INK, LINE, MUTED, SERIES
from fhircheck.report.html.figure import Absent, Figure
from fhircheck.report.html.measure_words import record_kind
from fhircheck.report.html.plot_words import PLOTS
from fhircheck.report.html.plots.labelled_bars import WIDTH, Bar, bars, framed
from fhircheck.report.numbers import percent

ROWS = 8
COLUMNS = 72
"""Most bars of a row; more months than that are drawn by the year."""
_HEIGHT, _TALL = 46, 22
Months = dict[str, Counter[int]]
"""type -> month (12 x year + month - 1) -> records"""


class TimeCoverage:
    """From when to when there is data, and where nothing is."""

    name = "time-coverage"
    summary = "Records by month and kind, or the share of months that have any."

    def figures(self, report: RunReport, both: Bilingual) -> list[Figure | Absent]:
        """From the census, unless the measure time-coverage knows of more kinds (small numbers are in no census)."""
        months = _months(report)
        measure = next((each for each in report.measures if each.name == self.name and each.by), None)
        if months and (measure is None or 2 * len(months) >= len(measure.by)):
            return [_by_month(months, both)]
        if measure is not None:
            return [_by_share(measure, both)]
        return [Absent(self.name, both.say(PLOTS, "time"), both.say(PLOTS, "no-time"))]


def _months(report: RunReport) -> Months:
    """Records by month. What the census knows by year or not at all (few records) is in no month."""
    found: Months = {}
    for volume in report.census.volumes if report.census else ():
        counts: Counter[int] = Counter()
        for day, count in volume.days:
            if count and day[:4].isdigit() and day[5:7].isdigit():
                counts[int(day[:4]) * 12 + int(day[5:7]) - 1] += count
        if counts:
            found[volume.type] = counts
    return found


def _by_month(months: Months, both: Bilingual) -> Figure:
    ordered = sorted(months, key=lambda name: (-months[name].total(), name))
    shown = ordered[:ROWS]
    every = [month for name in shown for month in months[name]]
    gaps = {name: _gap(sorted(months[name])) for name in shown}
    widest = max(shown, key=lambda name: gaps[name])
    text = both.say(
        PLOTS, "time-text" if gaps[widest] else "time-text-whole", first=_month(min(every)), last=_month(max(every)),
        count=len(shown), gap=both.say(PLOTS, "gap-months", count=gaps[widest]), kind=record_kind(both.clean(widest)),
    )  # fmt: skip
    rows = tuple(
        (record_kind(both.clean(name)), both.same(_month(min(months[name]))), both.same(_month(max(months[name]))),
         both.number(months[name].total()), both.say(PLOTS, "gap-months", count=_gap(sorted(months[name]))))
        for name in ordered[: ROWS * 3]
    )  # fmt: skip
    columns = tuple(both.say(PLOTS, key) for key in ("kind", "first", "last", "records", "gap"))
    more = max(len(ordered) - ROWS * 3, 0)
    title = both.say(PLOTS, "time")
    return Figure("time", title, text, columns, rows,
                  lambda language: _chart(shown, months, both, language), more=more)  # fmt: skip


def _gap(months: list[int]) -> int:
    return max((later - earlier - 1 for earlier, later in itertools.pairwise(months)), default=0)


def _month(month: int) -> str:
    return f"{month // 12:04}-{month % 12 + 1:02}"


def _chart(names: list[str], months: Months, both: Bilingual, language: str) -> Any:
    import altair as alt

    first = min(min(months[name]) for name in names)
    last = max(max(months[name]) for name in names)
    step = 1 if last - first < COLUMNS else 12 if (last - first) // 12 < COLUMNS else 120
    columns = last // step - first // step + 1
    wide = WIDTH / columns
    rects, labels = [], []
    for row, name in enumerate(names):
        binned: Counter[int] = Counter()
        for month, count in months[name].items():
            binned[month // step - first // step] += count
        most, base = max(binned.values()), _HEIGHT * (row + 1) - 4
        gap = min(1.0, wide / 4)
        rects += [
            {"x": wide * at, "x2": wide * (at + 1) - gap, "y": base, "y2": base - max(_TALL * count / most, 2)}
            for at, count in sorted(binned.items())
        ]
        labels.append({"x": 0, "y": base - _TALL - 5, "text": record_kind(name).said(language)})
    ends = [
        {"x": 0, "text": _month(first), "side": "left"}, {"x": WIDTH, "text": _month(last), "side": "right"},
    ]  # fmt: skip
    height = _HEIGHT * len(names) + 18
    across, down = alt.Scale(domain=[0, WIDTH], nice=False), alt.Scale(domain=[height, 0], nice=False)
    x, y = alt.X("x:Q", axis=None, scale=across), alt.Y("y:Q", axis=None, scale=down)
    lines = [{"x": 0, "x2": WIDTH, "y": _HEIGHT * (row + 1) - 3.5} for row in range(len(names))]
    foot = [{**each, "y": height - 2} for each in ends]
    return framed(
        alt.layer(
            alt.Chart(alt.Data(values=lines)).mark_rule(color=LINE).encode(x=x, x2="x2:Q", y=y),
            alt.Chart(alt.Data(values=rects)).mark_rect(color=SERIES[0]).encode(x=x, x2="x2:Q", y=y, y2="y2:Q"),
            alt.Chart(alt.Data(values=labels)).mark_text(align="left", baseline="bottom", fontSize=12, color=INK)
            .encode(x=x, y=y, text="text:N"),
            *(alt.Chart(alt.Data(values=[each]))
              .mark_text(align=each["side"], baseline="bottom", fontSize=12, color=MUTED)
              .encode(x=x, y=y, text="text:N") for each in foot),
        ).properties(width=WIDTH, height=height)
    )  # fmt: skip


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

    def chart(language: str) -> Any:
        return bars(
            [
                Bar(_kind(kind, both).said(language), some / all_ * 100, percent(Fraction(some, all_), language))
                for kind, some, all_ in ordered[:ROWS]
            ],
            100,
        )

    return Figure(
        "time", both.say(PLOTS, "time-share"), text, columns, rows, chart, more=max(len(ordered) - ROWS * 3, 0)
    )


def _kind(name: str, both: Bilingual) -> Words:
    return record_kind(both.clean(name))
