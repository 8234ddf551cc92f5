"""Bars with their label above and their number at the end: they can be read on a phone and on a desk."""

from dataclasses import dataclass
from typing import Any

from fhircheck.report.html.canvas import Canvas, Spec
from fhircheck.report.html.drawing import INK, SERIES, TRACK

WIDTH = 344
_STEP = 42
_LABEL = 40
"""Characters of a label that fit the width."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar from 0 to `value`. low, high: an interval around it."""

    label: str
    value: float
    text: str
    low: float | None = None
    high: float | None = None


def bars(rows: list[Bar], most: float) -> Spec:
    """What draws `rows` on a scale from 0 to `most`."""
    import altair as alt

    canvas = Canvas(WIDTH, alt.Step(_STEP))
    base = canvas.on([
        {"row": index, "label": shortened(each.label), "value": each.value, "text": each.text, "most": most,
         "low": each.low, "high": each.high, "zero": 0}
        for index, each in enumerate(rows)
    ]).encode(y=alt.Y("row:O", axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0)))  # fmt: skip
    scale = alt.Scale(domain=[0, most or 1], nice=False)

    def at(name: str) -> Any:
        return alt.X(f"{name}:Q", axis=None, scale=scale)

    canvas.add(
        base.mark_bar(size=9, yOffset=9, color=TRACK).encode(x=at("most")),
        base.mark_bar(size=9, yOffset=9, color=SERIES[0]).encode(x=at("value")),
        base.mark_text(align="left", baseline="bottom", fontSize=13, color=INK)
        .encode(x=at("zero"), text=alt.Text("label:N")),
        base.mark_text(align="right", baseline="bottom", fontSize=13, fontWeight="bold", color=INK)
        .encode(x=at("most"), text=alt.Text("text:N")),
    )  # fmt: skip
    if any(each.low is not None for each in rows):
        whiskers = base.transform_filter("datum.low != null")
        canvas.add(
            whiskers.mark_rule(yOffset=9, strokeWidth=3, color=INK).encode(x=at("low"), x2=alt.X2("high:Q")),
            whiskers.mark_tick(yOffset=9, thickness=2, size=13, color=INK).encode(x=at("low")),
            whiskers.mark_tick(yOffset=9, thickness=2, size=13, color=INK).encode(x=at("high")),
        )
    return canvas.spec()


def shortened(label: str, longest: int = _LABEL) -> str:
    """A label that fits: its middle left out where it is too long."""
    if len(label) <= longest:
        return label
    head = (longest - 1) * 2 // 3
    return f"{label[:head]}…{label[len(label) - (longest - 1 - head) :]}"
