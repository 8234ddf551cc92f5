"""Forms of a comparison of two stores; all read one ReconcileReport, csv and ndjson list every difference."""

from collections.abc import Callable

from fhircheck.model.reconcile import ReconcileReport
from fhircheck.report.comparison.html import comparison_html
from fhircheck.report.comparison.json import comparison_json
from fhircheck.report.comparison.listing import LISTINGS
from fhircheck.report.comparison.markdown import comparison_markdown
from fhircheck.report.comparison.text import comparison_text
from fhircheck.report.shown import View

FORMS: dict[str, Callable[[ReconcileReport, View], str]] = {
    "text": comparison_text,
    "html": comparison_html,
    "markdown": comparison_markdown,
    "json": comparison_json,
}
"""Forms of the whole report."""

__all__ = ["FORMS", "LISTINGS"]
