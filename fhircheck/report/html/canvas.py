"""What plots are put together on: layers of an Altair chart, their data apart, since Altair copies what it holds."""

from typing import Any

from fhircheck.report.html.drawing import LINE, MUTED, TRACK

Spec = dict[str, Any]
"""A Vega-Lite specification (https://vega.github.io/vega-lite/docs/spec.html)."""
_CONFIG = {
    "view": {"stroke": None},
    "axis": {"labelColor": MUTED, "domainColor": TRACK, "tickColor": TRACK, "labelFontSize": 12, "gridColor": LINE},
}


class Canvas:
    """Layers on one area. width, height: pixels of the area; height may be an Altair step."""

    def __init__(self, width: float, height: Any) -> None:
        self.width = width
        self.height = height
        self._layers: list[Any] = []
        self._data: dict[str, list[dict[str, Any]]] = {}

    def on(self, values: list[dict[str, Any]]) -> Any:
        """A chart of `values`, to be given a mark and encodings, and added."""
        import altair as alt

        name = f"data-{len(self._data)}"
        self._data[name] = values
        return alt.Chart(alt.NamedData(name))

    def add(self, *layers: Any) -> None:
        """Put `layers` above those that are there."""
        self._layers += layers

    def spec(self) -> Spec:
        """What is drawn."""
        import altair as alt

        chart = alt.layer(*self._layers).properties(width=self.width, height=self.height)
        made: Spec = chart.to_dict(validate=False)
        return {**made, "datasets": self._data, "config": _CONFIG, "padding": 2, "background": "white"}
