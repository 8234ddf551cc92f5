"""Measures as CSV: one row each, those of use cases and of sources measured apart after those of all the data."""

from collections.abc import Callable, Iterator

from fhircheck.model.issue import Issue
from fhircheck.model.report import MeasureResult, RunReport
from fhircheck.report.csv_rows import Cell, rows
from fhircheck.report.numbers import rounded
from fhircheck.report.reason_words import reason_words
from fhircheck.report.shown import View

COLUMNS = (
    "of",
    "name",
    "code",
    "category",
    "subcategory",
    "context",
    "dimension",
    "status",
    "passed",
    "judged",
    "cannot_tell",
    "share",
    "needed",
    "threshold_source",
    "low",
    "high",
    "resources_failed",
    "reason",
)


class CsvMeasures:
    """A table of the measures."""

    name = "csv-measures"
    summary = "A table of the measures, a row each (RFC 4180)."

    def sink(self, view: View, write: Callable[[str], None]) -> Callable[[list[Issue]], None] | None:
        """None: the measures are known at the end."""
        return None

    def finish(self, report: RunReport, view: View, write: Callable[[str], None]) -> None:
        """Write the table."""
        write(rows((COLUMNS, *(_row(of, each, view) for of, each in _measures(report, view)))))


def _measures(report: RunReport, view: View) -> Iterator[tuple[str, MeasureResult]]:
    """All measures with what they are of: empty for all the data."""
    yield from (("", each) for each in report.measures)
    for case in report.use_cases:
        name = case.name if case.origin == "fhircheck" else view.names.source(case.name)
        yield from ((f"use case {name}", each) for each in case.measures)
    for group in report.groups:
        name = view.names.source(group.name) or "(not said)"
        yield from ((f"source {name}", each) for each in group.measures)


def _row(of: str, each: MeasureResult, view: View) -> tuple[Cell, ...]:
    low, high = each.interval or (None, None)
    threshold = each.threshold
    return (
        of,
        each.name,
        each.code,
        each.category,
        each.subcategory,
        each.context,
        each.dimension,
        each.status,
        each.numerator,
        each.denominator,
        each.cannot_tell,
        None if each.share is None else rounded(each.share),
        None if threshold is None else rounded(1 - threshold.maximum_failing),
        None if threshold is None else threshold.source,
        low,
        high,
        each.resources_failed,
        reason_words(each.reason, view.language),
    )
