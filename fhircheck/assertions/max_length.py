"""maxLength: a text has at most so many characters."""

from typing import Any

from fhircheck.assertions.assertion import Spot, Surroundings
from fhircheck.model.issue import IssueKind
from fhircheck.model.protocols import Gate

CLAUSE = "http://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.maxLength"
KIND = IssueKind(
    name="max-length",
    severity="error",
    code="too-long",
    summary="A text is longer than the profile allows.",
    why="Receivers cut longer texts off or refuse them.",
    clause=CLAUSE,
    fix="Shorten the text, or move it to an element made for longer ones.",
    english="Text has {length} {length:character|characters}, at most {maximum} {maximum:is|are} allowed",
    german="Text hat {length} Zeichen, erlaubt {maximum:ist|sind} höchstens {maximum}",
    failing='{"value": "12345678901"}',
    passing='{"value": "1234567890"}',
)


class MaxLength:
    """The text has at most maxLength characters (Unicode code points)."""

    name = "max_length"
    summary = KIND.summary
    clause = CLAUSE
    kinds = (KIND,)
    applies: frozenset[str] | None = None

    def compile(self, definition: dict[str, Any], types: list[str]) -> Any | None:
        """The limit, or None."""
        limit = definition.get("maxLength")
        return limit if limit.__class__ is int else None

    def gate(self, facet: Any, around: Surroundings) -> Gate:
        """True where the text is short enough; what is no text is the type's concern."""
        return lambda value: value.__class__ is not str or len(value) <= facet

    def explain(self, facet: Any, value: Any, spot: Spot, around: Surroundings) -> None:
        """Report a text that is too long."""
        if value.__class__ is str and len(value) > facet:
            spot.add(KIND, length=len(value), maximum=facet)
