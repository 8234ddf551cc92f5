"""value[x]: at most one of the choice's types, and only the types that the profile leaves (formats.html#choice)."""

from fhircheck.assertions.assertion import Spot
from fhircheck.model.issue import IssueKind

CLAUSE = "http://hl7.org/fhir/R4/formats.html#choice"
KIND = IssueKind(
    name="choice-type",
    severity="error",
    code="structure",
    summary="A choice element has more than one value, or one of a type that is not allowed.",
    why="Receivers read one of the values, or none.",
    clause=CLAUSE,
    fix="Keep one value, of a type that the definition lists.",
    english="{element}: {problem} ({names})",
    german="{element}: {problem} ({names})",
    failing='{"resourceType": "Patient", "deceasedBoolean": true, "deceasedDateTime": "2020"}',
    passing='{"resourceType": "Patient", "deceasedDateTime": "2020"}',
)
CONTENT = IssueKind(
    name="choice-type-content",
    severity="error",
    code="structure",
    summary="A choice's value is of another type than the only one allowed, which does not have this part of it.",
    why="Whoever reads the value as the type that the profile promises finds nothing of it.",
    clause="http://hl7.org/fhir/R4/profiling.html#limitations",
    fix="Write the value as the type that the profile allows; this finding goes with the one about the type.",
    english="{type}, the only type allowed here, has no {element} like this",
    german="{type}, der einzige hier erlaubte Typ, hat kein solches {element}",
    failing='{"valueQuantity": {"value": 1, "unit": "mg"}}',
    passing='{"valueCodeableConcept": {"text": "1 mg"}}',
)
KINDS = (KIND, CONTENT)
SEVERAL = "more than one type"
"""What is wrong with a choice that has several values: JSON's form alone, where the other fault is a profile's."""


def explain_content(element: str, only: str, spot: Spot) -> None:
    """Report a part of a value that the only allowed type does not have."""
    spot.add(CONTENT, element=element, type=only)


def explain_many(names: list[str], element: str, spot: Spot) -> None:
    """Report a choice that has several values."""
    shown = ", ".join(sorted(names))
    spot.add(KIND, element=element, problem=SEVERAL, names=shown)


def explain_type(name: str, element: str, spot: Spot) -> None:
    """Report a choice with a type that is not allowed here."""
    spot.add(KIND, element=element, problem="type not allowed", names=name)
