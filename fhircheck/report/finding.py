"""One finding as a JSON object: the same in ndjson lines and in the examples of a JSON report."""

from typing import Any

from fhircheck.model.issue import Issue, Place
from fhircheck.report.messages import message
from fhircheck.report.shown import View


def finding(issue: Issue, view: View) -> dict[str, Any]:
    """All ten members, always in this order, null where a thing is unknown."""
    place = issue.place
    return {
        **located(place, view),
        "severity": issue.severity,
        "kind": issue.kind,
        "expression": place.expression or None,
        "line": place.line or None,
        "column": place.column or None,
        "message": message(issue, view),
        "profile": issue.profile or None,
        "fingerprint": issue.fingerprint,
    }


def located(place: Place, view: View) -> dict[str, Any]:
    """Source and resource of a place, with names hidden where asked."""
    return {
        "source": view.names.source(place.source) or None,
        "resource": view.names.resource(place.resource) or None,
    }
