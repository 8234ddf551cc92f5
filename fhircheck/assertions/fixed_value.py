"""fixed[x]: the value is exactly this, nothing more and nothing less (elementdefinition.html#fixed)."""

from typing import Any

from fhircheck.assertions.assertion import Spot, Surroundings
from fhircheck.model.issue import IssueKind
from fhircheck.model.protocols import Gate

CLAUSE = "http://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.fixed_x_"
KIND = IssueKind(
    name="fixed-value",
    severity="error",
    code="value",
    summary="A value differs from the one that the profile fixes.",
    why="Receivers select and branch on fixed values; another value is not found or is misread.",
    clause=CLAUSE,
    fix="Send exactly the value that the profile names.",
    english="Value is not the fixed value {fixed}",
    german="Wert ist nicht der festgelegte Wert {fixed}",
    failing='{"url": "http://example.org/other"}',
    passing='{"url": "http://example.org/the-fixed-one"}',
)


def polymorphic(definition: dict[str, Any], stem: str) -> Any | None:
    """The value of ``stem[x]`` in `definition` whatever its type, or None."""
    for name, value in definition.items():
        if name.startswith(stem) and name[len(stem) : len(stem) + 1].isupper():
            return value
    return None


def same(expected: Any, value: Any) -> bool:
    """Deep equality of JSON values; true and 1 are not the same."""
    if expected.__class__ is dict and value.__class__ is dict:
        return expected.keys() == value.keys() and all(same(each, value[name]) for name, each in expected.items())
    if expected.__class__ is list and value.__class__ is list:
        return len(expected) == len(value) and all(map(same, expected, value))
    return (expected.__class__ is bool) is (value.__class__ is bool) and bool(expected == value)


def shown(value: Any) -> str:
    """A definition's own value in short, as it may stand in a text."""
    if value.__class__ is dict:
        return "{" + ", ".join(f"{name}: {shown(each)}" for name, each in value.items()) + "}"
    if value.__class__ is list:
        return "[" + ", ".join(map(shown, value)) + "]"
    return f"'{value}'" if value.__class__ is str else str(value)


class FixedValue:
    """The value equals fixed[x]."""

    name = "fixed_value"
    summary = KIND.summary
    clause = CLAUSE
    kinds = (KIND,)
    applies: frozenset[str] | None = None

    def compile(self, definition: dict[str, Any], types: list[str]) -> Any | None:
        """The fixed value, or None."""
        return polymorphic(definition, "fixed")

    def gate(self, facet: Any, around: Surroundings) -> Gate:
        """True where the value equals the fixed one."""
        if facet.__class__ is str:
            return frozenset((facet,)).__contains__
        return lambda value: same(facet, value)

    def explain(self, facet: Any, value: Any, spot: Spot, around: Surroundings) -> None:
        """Report the innermost places that differ."""
        if same(facet, value):
            return
        if facet.__class__ is dict and value.__class__ is dict and facet.keys() == value.keys():
            for name, each in facet.items():
                self.explain(each, value[name], spot.child(name), around)
        elif facet.__class__ is list and value.__class__ is list and len(facet) == len(value):
            for index, each in enumerate(facet):
                self.explain(each, value[index], spot.item(index), around)
        else:
            spot.add(KIND, value=shown(value), fixed=shown(facet))
