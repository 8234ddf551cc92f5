"""Which form of a report the ending of a file's name asks for."""

from fhircheck.model.errors import UsageError

ENDINGS = {
    ".html": "html",
    ".htm": "html",
    ".md": "markdown",
    ".txt": "text",
    ".ndjson": "ndjson",
    ".measures.csv": "csv-measures",
    ".csv": "csv",
    ".sarif": "sarif",
    ".sarif.json": "sarif",
    ".code-quality.json": "code-quality",
    ".junit.xml": "junit",
    ".xml": "junit",
    ".measure-report.json": "measure-report",
    ".operation-outcome.json": "operation-outcome",
    ".json": "json",
}
"""Ending -> form; the longest that fits counts."""


def form_of(path: str) -> str:
    """The form that the ending of `path` says, empty where it says none."""
    fitting = [ending for ending in ENDINGS if path.lower().endswith(ending)]
    return ENDINGS[max(fitting, key=len)] if fitting else ""


def checked_form(path: str, option: str = "--report") -> str:
    """The form of the file that `option` names. Raises UsageError where its ending says none."""
    form = form_of(path)
    if not form:
        raise UsageError(f"{option} {path}: its ending says no form; there are {', '.join(ENDINGS)}")
    return form
