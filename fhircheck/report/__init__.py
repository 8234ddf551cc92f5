"""Stage: show a run. Renderers read one RunReport (and, where they list findings, the stream of them)."""

from collections.abc import Callable
from typing import Protocol

from fhircheck.model.issue import Issue
from fhircheck.model.report import RunReport
from fhircheck.registry import Registry
from fhircheck.report.code_quality import CodeQuality
from fhircheck.report.csv import Csv
from fhircheck.report.csv_measures import CsvMeasures
from fhircheck.report.html.html import Html
from fhircheck.report.json import Json
from fhircheck.report.junit import Junit
from fhircheck.report.markdown import Markdown
from fhircheck.report.measure_report import MeasureReports
from fhircheck.report.ndjson import Ndjson
from fhircheck.report.operation_outcome import OperationOutcome
from fhircheck.report.sarif import Sarif
from fhircheck.report.shown import View
from fhircheck.report.text import Text

Write = Callable[[str], None]


class Renderer(Protocol):
    """One form of a report."""

    name: str
    summary: str

    def sink(self, view: View, write: Write) -> Callable[[list[Issue]], None] | None:
        """What is to get the findings while they are found; None where this form waits for the end."""

    def finish(self, report: RunReport, view: View, write: Write) -> None:
        """Write what is left to write when the run is over."""


RENDERERS: Registry[Renderer] = Registry(
    "renderers",
    Text(),
    Html(),
    Markdown(),
    Json(),
    Ndjson(),
    Csv(),
    CsvMeasures(),
    Sarif(),
    CodeQuality(),
    Junit(),
    OperationOutcome(),
    MeasureReports(),
)
