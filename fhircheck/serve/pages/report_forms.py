"""A stored report in its forms, as files to open or to save."""

import re
import threading
from collections import OrderedDict
from collections.abc import Callable

from fhircheck.model.report import RunReport
from fhircheck.report.html.environment import digest
from fhircheck.report.shown import View

MEDIA: dict[str, tuple[str, str]] = {
    "html": ("html", "text/html; charset=utf-8"),
    "text": ("txt", "text/plain; charset=utf-8"),
    "markdown": ("md", "text/markdown; charset=utf-8"),
    "json": ("json", "application/json"),
    "csv": ("csv", "text/csv; charset=utf-8"),
    "csv-measures": ("measures.csv", "text/csv; charset=utf-8"),
    "sarif": ("sarif", "application/sarif+json"),
    "junit": ("xml", "application/xml"),
    "operation-outcome": ("outcome.json", "application/fhir+json"),
    "measure-report": ("measure-report.json", "application/fhir+json"),
}
"""Form of a report -> ending of its file's name, media type."""

KEPT = 8
"""HTML reports that are kept: drawing one takes seconds, and a stored run never changes."""


class ReportForms:
    """Reports in their forms; one is drawn at a time, and the last few HTML reports are kept."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int, str], str] = OrderedDict()
        self._lock = threading.Lock()

    def text(self, series: str, number: int, form: str, language: str, read: Callable[[], RunReport]) -> str:
        """A run's report in one form; read: gives the report. Raises LookupError where there is no such form."""
        if form != "html":
            return report_form(read(), form, language)
        key = series, number, language
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                found = self._kept[key] = report_form(read(), form, language)
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return found


def forms() -> list[str]:
    """Forms that a stored report can be shown in: all but those that need every finding while the run goes on."""
    from fhircheck.report import RENDERERS

    return [name for name in MEDIA if name in RENDERERS]


def report_form(report: RunReport, form: str, language: str) -> str:
    """A stored report in one form; of findings it holds examples. Raises LookupError where there is no such form."""
    from fhircheck.report.write_report import write_report

    if form not in forms():
        raise LookupError(form)
    parts: list[str] = []
    write_report(report, View("check", language), form, parts.append)
    return "".join(parts)


def report_policy(html: str) -> str:
    """The Content-Security-Policy of the HTML report, a file with its style and script in it: that very script may
    run, and no other."""
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", html, re.DOTALL)
    hashes = {digest(each) for each in scripts}
    allowed = " ".join(f"'{each}'" for each in sorted(hashes)) or "'none'"
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


def file_name(series: str, number: int) -> str:
    """A name for the file of a report, of harmless characters alone."""
    return (
        "".join(each if each.isascii() and (each.isalnum() or each in "-_") else "-" for each in series) + f"-{number}"
    )
