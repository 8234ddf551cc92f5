"""Two runs of a series beside each other."""

from typing import Any

from fhircheck.history.compare import compare as difference
from fhircheck.model.change import RunDiff
from fhircheck.report.change_words import unlike
from fhircheck.serve.pages.change_lines import lines_of
from fhircheck.serve.pages.rendering import render
from fhircheck.serve.pages.visit import Visit
from fhircheck.serve.pages.words import say

CHOICE = 200
"""Runs that can be chosen."""


def compare(visit: Visit, store: Any, series: str) -> str:
    """What differs between two runs: those of the query, else the latest two. Raises LookupError where one is not
    there."""
    runs = tuple(reversed(store.runs(series, last=CHOICE)))
    if not runs:
        raise LookupError(series)
    second = visit.whole("after", runs[0].number)
    first = visit.whole("before", next((each.number for each in runs if each.number < second), second))
    found = {number: store.run(series, number) for number in (first, second)}
    if None in found.values():
        raise LookupError(series)
    diff = _difference(store, series, first, second) if first != second else None
    return render(
        "compare.html",
        visit,
        f"{series} · {say(visit.language, 'difference')}",
        series=series,
        runs=runs,
        before=found[first],
        after=found[second],
        changes=lines_of(diff.changes, visit.language) if diff else [],
        comparable=[unlike(each, visit.language) for each in diff.comparable] if diff else [],
    )


def _difference(store: Any, series: str, first: int, second: int) -> RunDiff:
    return difference(store.document(series, first), store.document(series, second))
