"""An example of a finding, and a place, in a JSON report: with what its text in either language is made of."""

from typing import Any

from fhircheck.model.issue import Issue, Place
from fhircheck.report.finding import finding, located
from fhircheck.report.messages import READY
from fhircheck.report.shown import View, clean


def example_form(issue: Issue, view: View) -> dict[str, Any]:
    """A finding with the members that an ndjson line has, and those that another form or language needs."""
    place = issue.place
    value = clean(issue.value) if view.show_values and issue.value is not None else None
    return {
        **finding(issue, view),
        "definition": issue.definition or None,
        "params": params_form(issue, view),
        "value": value,
        "record": place.record,
        "offset": place.offset,
    }


def params_form(issue: Issue, view: View) -> list[dict[str, Any]] | None:
    """What the text is filled with, as it may be shown; None where only the text itself is known."""
    if issue.params[:1] and issue.params[0][0] == READY:
        return None
    return [{"name": name, "value": _shown(param, issue.place, view)} for name, param in issue.params]


def _shown(param: str | int, place: Place, view: View) -> str | int:
    return param if isinstance(param, int) else view.names.words(clean(param), place)


def place_form(place: Place, view: View) -> dict[str, Any]:
    """A place in the data."""
    return {
        **located(place, view),
        "expression": place.expression or None,
        "line": place.line or None,
        "column": place.column or None,
        "record": place.record,
        "offset": place.offset,
    }
