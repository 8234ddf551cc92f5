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
KINDS = (KIND,)


def explain_many(names: list[str], element: str, spot: Spot) -> None:
    """Report a choice that has several values."""
    shown = ", ".join(sorted(names))
    spot.add(KIND, element=element, problem="more than one type", names=shown)


def explain_type(name: str, element: str, spot: Spot) -> None:
    """Report a choice with a type that is not allowed here."""
    spot.add(KIND, element=element, problem="type not allowed", names=name)
