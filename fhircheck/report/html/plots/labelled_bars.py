"""Bars with their label above and their number at the end: they can be read on a phone and on a desk."""

from dataclasses import dataclass
from typing import Any

from fhircheck.report.html.drawing import INK, MUTED, SERIES, TRACK

WIDTH = 344
_STEP = 42
_LABEL = 40
"""Characters of a label that fit the width."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar from 0 to `value`. low, high: an interval around it. weak: drawn paler, its number is no exact one."""

    label: str
    value: float
    text: str
    low: float | None = None
    high: float | None = None
    weak: bool = False


def bars(rows: list[Bar], most: float) -> Any:
    """The chart of `rows` on a scale from 0 to `most`."""
    import altair as alt

    data = [
        {"row": index, "label": shortened(each.label), "value": each.value, "text": each.text, "most": most,
         "low": each.low, "high": each.high, "zero": 0}
        for index, each in enumerate(rows)
    ]  # fmt: skip
    y = alt.Y("row:O", axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0))
    scale = alt.Scale(domain=[0, most or 1], nice=False)
    x = alt.X("value:Q", axis=None, scale=scale)
    base = alt.Chart(alt.Data(values=data)).encode(y=y)
    layers = [
        base.mark_bar(size=9, yOffset=9, color=TRACK).encode(x=alt.X("most:Q", axis=None, scale=scale)),
        base.mark_bar(size=9, yOffset=9, color=SERIES[0]).encode(x=x),
        base.mark_text(align="left", baseline="bottom", dy=0, fontSize=13, color=INK)
        .encode(x=alt.X("zero:Q", axis=None, scale=scale), text="label:N"),
        base.mark_text(align="right", baseline="bottom", dy=0, fontSize=13, fontWeight="bold", color=INK)
        .encode(x=alt.X("most:Q", axis=None, scale=scale), text="text:N"),
    ]  # fmt: skip
    if any(each.low is not None for each in rows):
        whiskers = base.transform_filter("datum.low != null")
        ends = {"x": alt.X("low:Q", axis=None, scale=scale), "x2": "high:Q"}
        layers += [
            whiskers.mark_rule(yOffset=9, strokeWidth=3, color=INK).encode(**ends),
            whiskers.mark_tick(yOffset=9, thickness=2, size=13, color=INK).encode(x=ends["x"]),
            whiskers.mark_tick(yOffset=9, thickness=2, size=13, color=INK)
            .encode(x=alt.X("high:Q", axis=None, scale=scale)),
        ]  # fmt: skip
    return framed(alt.layer(*layers).properties(width=WIDTH, height=alt.Step(_STEP)))


def framed(chart: Any) -> Any:
    """A chart without frame and margin, its text in the page's colours."""
    import altair as alt

    return (
        chart.properties(padding=2, background="white")
        .configure_view(stroke=None)
        .configure_axis(labelColor=MUTED, domainColor=TRACK, tickColor=TRACK, labelFontSize=12, gridColor=TRACK)
        .configure(autosize=alt.AutoSizeParams(type="pad", resize=False))
    )


def shortened(label: str, longest: int = _LABEL) -> str:
    """A label that fits: its middle left out where it is too long."""
    if len(label) <= longest:
        return label
    head = (longest - 1) * 2 // 3
    return f"{label[:head]}…{label[len(label) - (longest - 1 - head) :]}"
