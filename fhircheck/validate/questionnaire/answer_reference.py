"""References: the resource types that the question allows (extension questionnaire-referenceResource)."""

import re
from typing import Any

from fhircheck.model.issue import IssueKind
from fhircheck.model.path import shown_name
from fhircheck.validate.lenient import extensions, text
from fhircheck.validate.questionnaire.answered import Answered

ALLOWED = "http://hl7.org/fhir/StructureDefinition/questionnaire-referenceResource"
TYPE_UNKNOWN = "reference-type"
_LITERAL = re.compile(r"(?:https?://.+/)?([A-Za-z]+)/[A-Za-z0-9.-]{1,64}(?:/_history/[A-Za-z0-9.-]{1,64})?")

KIND = IssueKind(
    name="response-reference-type",
    severity="error",
    code="invariant",
    summary="A reference given as answer leads to a type of resource that the question does not allow.",
    why="Who evaluates the response expects the types that the questionnaire names.",
    clause="http://hl7.org/fhir/R4/extension-questionnaire-referenceresource.html",
    fix="Refer to a resource of one of the allowed types.",
    english="Reference to {type}: question '{link}' allows {allowed}",
    german="Referenz auf {type}: Frage '{link}' erlaubt {allowed}",
    failing='{"valueReference": {"reference": "Organization/1"}}',
    passing='{"valueReference": {"reference": "Patient/1"}}',
)
UNKNOWN_TYPE = IssueKind(
    name="response-reference-unknown-type",
    severity="error",
    code="invariant",
    summary="The URL of a reference given as answer names no type of resource where it has to.",
    why="No server can hold what the answer leads to.",
    clause="http://hl7.org/fhir/R4/references.html#literal",
    fix="Write the reference as [type]/[id].",
    english="There is no resource type {type}",
    german="Es gibt keinen Ressourcentyp {type}",
    failing='{"valueReference": {"reference": "http://example.org/Chicken/1"}}',
    passing='{"valueReference": {"reference": "http://example.org/Patient/1"}}',
)
KINDS = (KIND, UNKNOWN_TYPE)


def check_reference(answered: Answered) -> None:
    """The type that a reference leads to is one of those allowed, as far as it can be told.

    Where the settings say that URLs name types (url_types), one that names no type is a fault.
    """
    node = answered.question.node
    allowed = [each.value for each in extensions(node, ALLOWED) if each.value.__class__ is str]
    named = _named_type(answered) if answered.around.settings.url_types else ""
    known = answered.around.types.is_resource(named)
    found = _type_of(answered, answered.value.value) or named if allowed else ""
    if named and not known and not found:
        answered.spot.add(UNKNOWN_TYPE, type=shown_name(named))
    elif allowed and not found:
        answered.undecided(TYPE_UNKNOWN)
    elif allowed and found not in allowed:
        shown = ", ".join(allowed)[:200]
        answered.spot.add(KIND, type=shown_name(found), link=answered.question.link_id, allowed=shown)


def _named_type(answered: Answered) -> str:
    """The step before the id in the text of a reference, empty where it has none."""
    literal = text(answered.value.value, "reference").partition("/_history/")[0]
    return "" if literal.startswith(("#", "urn:")) else literal.rpartition("/")[0].rpartition("/")[2]


def _type_of(answered: Answered, reference: Any) -> str:
    """Resource type by what the reference leads to, by its text or by Reference.type; empty where that is not told."""
    literal, types = text(reference, "reference"), answered.around.types
    target = answered.around.resolve(literal, answered.around.scope) if literal else None
    if target is not None:
        return text(target.node, "resourceType")
    match = _LITERAL.fullmatch(literal)
    name = match[1] if match else text(reference, "type").rpartition("/")[2]
    found = types.type(name)
    return name if found is not None and found.kind == "resource" else ""
