"""pattern[x]: the value holds at least this (elementdefinition.html#pattern)."""

from typing import Any

from fhircheck.assertions.assertion import Spot, Surroundings
from fhircheck.assertions.fixed_value import polymorphic, same, shown
from fhircheck.model.issue import IssueKind
from fhircheck.model.protocols import Gate

CLAUSE = "http://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.pattern_x_"
KIND = IssueKind(
    name="pattern-value",
    severity="error",
    code="value",
    summary="A value does not hold what the profile's pattern asks for.",
    why="The pattern marks what the data means (its code, its category); without it the data is not found.",
    clause=CLAUSE,
    fix="Add the parts that the pattern names; more than these is allowed.",
    english="Value does not match the pattern {pattern}",
    german="Wert entspricht nicht dem Muster {pattern}",
    failing='{"category": [{"coding": [{"code": "laboratory"}]}]}',
    passing='{"category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category",'
    ' "code": "laboratory"}]}]}',
)


def matches(pattern: Any, value: Any) -> bool:
    """True where `value` holds all of `pattern`: each item of a list in some item, each member in its member."""
    if pattern.__class__ is dict:
        return value.__class__ is dict and all(
            name in value and matches(each, value[name]) for name, each in pattern.items()
        )
    if pattern.__class__ is list:
        return value.__class__ is list and all(any(matches(each, found) for found in value) for each in pattern)
    return same(pattern, value)


class PatternValue:
    """The value matches pattern[x]."""

    name = "pattern_value"
    summary = KIND.summary
    clause = CLAUSE
    kinds = (KIND,)
    applies: frozenset[str] | None = None

    def compile(self, definition: dict[str, Any], types: list[str]) -> Any | None:
        """The pattern, or None."""
        return polymorphic(definition, "pattern")

    def gate(self, facet: Any, around: Surroundings) -> Gate:
        """True where the value matches the pattern."""
        if facet.__class__ is str:
            return frozenset((facet,)).__contains__
        return lambda value: matches(facet, value)

    def explain(self, facet: Any, value: Any, spot: Spot, around: Surroundings) -> None:
        """Report each member that differs or is missing, and each item that no item matches at its object."""
        if matches(facet, value):
            return
        if facet.__class__ is not dict or value.__class__ is not dict:
            spot.add(KIND, value=shown(value), pattern=shown(facet))
            return
        for name, each in facet.items():
            found = value.get(name)
            if each.__class__ is list and (found is None or found.__class__ is list):
                self._explain_list(each, found or [], spot)
            elif name not in value:
                spot.child(name).add(KIND, value="(none)", pattern=shown(each))
            else:
                self.explain(each, found, spot.child(name), around)

    def _explain_list(self, facet: list[Any], value: list[Any], spot: Spot) -> None:
        """Report each item asked for that is not there; where there are fewer than asked for, only that."""
        missing = [each for each in facet if not any(matches(each, found) for found in value)]
        for each in [facet] if missing and len(value) < len(facet) else missing:
            spot.add(KIND, value=shown(value), pattern=shown(each))
