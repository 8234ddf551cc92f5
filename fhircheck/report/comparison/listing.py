"""All differences, one a line, as they are found: CSV and NDJSON."""

from collections.abc import Callable

from fhircheck.model.reconcile import Difference
from fhircheck.report.comparison.json import difference_form
from fhircheck.report.comparison.protocol import name
from fhircheck.report.csv_rows import rows
from fhircheck.report.ndjson import encoded
from fhircheck.report.shown import View, clean

Write = Callable[[str], None]
Sink = Callable[[Difference], None]
COLUMNS = ("status", "type", "before", "after", "element", "change")


def _csv(view: View, write: Write) -> Sink:
    """A line for each changed element, for the others one with the last two columns empty."""
    write(rows([COLUMNS]))

    def sink(each: Difference) -> None:
        who = (each.status, clean(each.type), name(each.before, view), name(each.after, view))
        write(rows((*who, clean(path), change) for path, change in each.elements or (("", ""),)))

    return sink


def _ndjson(view: View, write: Write) -> Sink:
    def sink(each: Difference) -> None:
        write(encoded(difference_form(each, view)) + "\n")

    return sink


LISTINGS: dict[str, Callable[[View, Write], Sink]] = {"csv": _csv, "ndjson": _ndjson}
"""Forms that list every difference."""
