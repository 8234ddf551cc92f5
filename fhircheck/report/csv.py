"""Findings as CSV: one row each, written as they are found."""

from collections.abc import Callable

from fhircheck.model.issue import Issue
from fhircheck.model.report import RunReport
from fhircheck.report.collected import Collectors
from fhircheck.report.csv_rows import Cell, rows
from fhircheck.report.messages import message
from fhircheck.report.shown import View

COLUMNS = (
    "severity",
    "kind",
    "message",
    "source",
    "line",
    "column",
    "resource",
    "expression",
    "definition",
    "profile",
    "fingerprint",
)


class Csv:
    """A table of the findings."""

    name = "csv"
    summary = "A table of the findings, a row each, written as they are found (RFC 4180)."

    def __init__(self) -> None:
        self._rows: Collectors[_Rows] = Collectors()

    def sink(self, view: View, write: Callable[[str], None]) -> Callable[[list[Issue]], None] | None:
        """Write each finding as it comes."""
        return self._rows.begin(write, _Rows(view, write))

    def finish(self, report: RunReport, view: View, write: Callable[[str], None]) -> None:
        """Write the names of the columns, where no finding has."""
        (self._rows.end(write) or _Rows(view, write)).finish()


class _Rows:
    """Rows after the names of the columns."""

    def __init__(self, view: View, write: Callable[[str], None]) -> None:
        self._view, self._write, self._begun = view, write, False

    def __call__(self, issues: list[Issue]) -> None:
        self.finish()
        self._write(rows(_row(issue, self._view) for issue in issues))

    def finish(self) -> None:
        """Write the names of the columns, once."""
        if not self._begun:
            self._write(rows([COLUMNS]))
        self._begun = True


def _row(issue: Issue, view: View) -> tuple[Cell, ...]:
    place = issue.place
    return (
        issue.severity,
        issue.kind,
        message(issue, view),
        view.names.source(place.source),
        place.line or None,
        place.column or None,
        view.names.resource(place.resource),
        place.expression,
        issue.definition,
        issue.profile,
        issue.fingerprint,
    )
