"""Overview of all series, and one series: trends and runs."""

from fractions import Fraction
from typing import Any

from fhircheck.model.run_history import TrendPoint
from fhircheck.serve.pages.rendering import render
from fhircheck.serve.pages.trend_plot import Plot, Shown, plot
from fhircheck.serve.pages.visit import Visit
from fhircheck.serve.pages.words import say

POINTS = 90
"""Runs of a trend."""
FEW = 30
"""Runs of the small trend in the overview."""
ROWS = 50
"""Runs of one page."""


def overview(visit: Visit, store: Any, place: str) -> str:
    """All series with their latest run."""
    rows = []
    for each in store.series() if store is not None else ():
        found = store.points(each.name, FEW, measures=False)
        rows.append((each, score_plot(found, visit)))
    return render("overview.html", visit, say(visit.language, "series-all"), rows=rows, place=place)


def series(visit: Visit, store: Any, name: str) -> str:
    """One series. Raises LookupError where there is none."""
    latest = store.latest(name)
    if latest is None:
        raise LookupError(name)
    until = visit.whole("until", latest.number)
    runs = store.runs(name, last=ROWS + 1, until=until)
    older = runs[0].number if len(runs) > ROWS else 0
    runs = tuple(reversed(runs[-ROWS:]))
    found = store.points(name, POINTS, measures=False)
    plots = [each for each in (score_plot(found, visit), *_count_plots(found, visit)) if each is not None]
    return render(
        "series.html", visit, name, name=name, runs=runs, latest=latest, plots=plots, older=older, until=until
    )


def score_plot(found: tuple[TrendPoint, ...], visit: Visit) -> Plot | None:
    """Scores of 0 to 100 by run."""
    names = list(dict.fromkeys(name for point in found for name, _ in point.scores))
    lines = [(name, [_float(dict(point.scores).get(name)) for point in found]) for name in names[:6]]
    return plot("trend-scores", [each.number for each in found], lines, Shown(visit.language, 1), top=100)


def _count_plots(found: tuple[TrendPoint, ...], visit: Visit) -> list[Plot | None]:
    numbers, text = [each.number for each in found], Shown(visit.language)
    counts = [
        (say(visit.language, "errors"), [float(each.errors) for each in found]),
        (say(visit.language, "warnings"), [float(each.warnings) for each in found]),
    ]
    resources = [(say(visit.language, "resources"), [float(each.resources) for each in found])]
    return [plot("trend-findings", numbers, counts, text), plot("trend-resources", numbers, resources, text)]


def _float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)
