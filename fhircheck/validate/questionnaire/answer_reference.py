"""References: the resource types that the question allows (extension questionnaire-referenceResource)."""

import re
from typing import Any

from fhircheck.model.issue import IssueKind
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
KINDS = (KIND,)


def check_reference(answered: Answered) -> None:
    """The type that a reference leads to is one of those allowed, as far as it can be told."""
    node = answered.question.node
    allowed = [each.value for each in extensions(node, ALLOWED) if each.value.__class__ is str]
    if not allowed:
        return
    found = _type_of(answered, answered.value.value)
    if not found:
        answered.undecided(TYPE_UNKNOWN)
    elif found not in allowed:
        shown = ", ".join(allowed)[:200]
        answered.spot.add(KIND, type=found, link=answered.question.link_id, allowed=shown)


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
