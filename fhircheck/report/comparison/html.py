"""The protocol as one HTML page to read, print and sign: no script, no other host."""

from functools import cache
from pathlib import Path
from typing import Any

from fhircheck.model.reconcile import ReconcileReport
from fhircheck.report.comparison.protocol import protocol
from fhircheck.report.comparison.words import say
from fhircheck.report.html.environment import environment
from fhircheck.report.shown import View


def comparison_html(report: ReconcileReport, view: View) -> str:
    """The page in the view's language; everything in it is escaped by the template."""
    blocks = [(type(each).__name__, each) for each in protocol(report, view)]
    made: str = _template().render(blocks=blocks, language=view.language, title=say(view, "title"))
    return made


@cache
def _template() -> Any:
    return environment(Path(__file__).parent).get_template("protocol.html")
