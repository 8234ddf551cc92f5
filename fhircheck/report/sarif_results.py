"""One finding as a SARIF result (3.27 of SARIF 2.1.0)."""

import hashlib
from typing import Any

from fhircheck.model.feedback import FindingState
from fhircheck.model.issue import Issue, Place
from fhircheck.report.form_words import say
from fhircheck.report.messages import message
from fhircheck.report.sarif_places import Artifacts, logical
from fhircheck.report.sarif_rules import LEVELS, Rules
from fhircheck.report.shown import View, clean


def result(issue: Issue, rules: Rules, artifacts: Artifacts, view: View) -> dict[str, Any]:
    """A finding with its rule, its place in a file and in the data, and what tells it from others in the next run."""
    place = issue.place
    beside = logical(place, view)
    location = {"physicalLocation": artifacts.physical(place), **({"logicalLocations": beside} if beside else {})}
    about = {"profile": issue.profile, "definition": issue.definition}
    shown = {name: clean(text, 500) for name, text in about.items() if text}
    return {
        "ruleId": issue.kind,
        "ruleIndex": rules.index(issue.kind),
        "level": LEVELS[issue.severity],
        "message": {"text": without_links(message(issue, view))},
        "locations": [location],
        "partialFingerprints": {
            "fhircheckFinding/v1": issue.fingerprint,
            "fhircheckPlace/v1": same_place(issue, view),
        },
        **({"properties": shown} if shown else {}),
    }


def without_links(text: str) -> str:
    """`text` without what a viewer would make a link: ``[words](target)`` (3.11.6 of SARIF 2.1.0)."""
    if "](" not in text:
        return text
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def same_place(issue: Issue, view: View) -> str:
    """The same for the same finding at the same element of the same file, wherever in it that stands."""
    place = issue.place
    parts = (issue.fingerprint, view.names.source(place.source), view.names.resource(place.resource), place.expression)
    return hashlib.blake2b("\n".join(parts).encode("utf-8", "replace"), digest_size=8).hexdigest()


def suppressed(state: FindingState, source: str, rules: Rules, artifacts: Artifacts, view: View) -> dict[str, Any]:
    """Findings that were accepted: counted, and told of once, at the data as a whole."""
    assert state.answer is not None
    place = Place(source, 0, "", state.expression)
    reason, day = clean(state.answer.reason, 500), clean(state.answer.expires)
    text = say(view, "accepted", day=day, reason=reason) if day else say(view, "accepted-always", reason=reason)
    beside = logical(place, view)
    location = {"physicalLocation": artifacts.physical(place), **({"logicalLocations": beside} if beside else {})}
    return {
        "ruleId": state.kind,
        "ruleIndex": rules.index(state.kind),
        "level": LEVELS.get(state.severity, "warning"),
        "message": {"text": without_links(text)},
        "locations": [location],
        "occurrenceCount": state.count,
        "partialFingerprints": {"fhircheckFinding/v1": state.fingerprint},
        "suppressions": [{"kind": "external", "status": "accepted", "justification": reason}],
    }
