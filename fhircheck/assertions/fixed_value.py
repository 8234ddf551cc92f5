"""fixed[x]: the value is exactly this, nothing more and nothing less (elementdefinition.html#fixed)."""

from typing import Any

from fhircheck.assertions.assertion import Spot, Surroundings
from fhircheck.model.issue import IssueKind
from fhircheck.model.protocols import Gate

NAME = "fixed_value"
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

EXTENDED = IssueKind(
    name="fixed-value-extended",
    severity="error",
    code="value",
    summary="An extension stands at a value that the profile fixes without one.",
    why="A fixed value is the whole value: what is missing in it must be missing in the data too, and an extension can"
    " change what the value says.",
    clause=CLAUSE,
    fix="Leave the extension out, or ask the profile's author for a pattern in place of the fixed value.",
    english="No extension may stand here: the fixed value has none",
    german="Hier darf keine Erweiterung stehen: der festgelegte Wert hat keine",
    failing='{"status": "final", "_status": {"extension": [{"url": "http://example.org/e", "valueString": "x"}]}}',
    passing='{"status": "final"}',
)


def polymorphic(definition: dict[str, Any], stem: str) -> Any | None:
    """The value of ``stem[x]`` in `definition` whatever its type, or None."""
    for name, value in definition.items():
        if name.startswith(stem) and name[len(stem) : len(stem) + 1].isupper():
            return value
    return None


NOT_COMPARED = frozenset({"id"})
"""Members of an object that a fixed value does not speak of: an id says where it stands, not what it says."""


def same(expected: Any, value: Any) -> bool:
    """Equality of JSON values member by member; true and 1 are not the same."""
    if expected.__class__ is dict and value.__class__ is dict:
        return not _extra(expected, value) and all(
            name in value and same(each, value[name]) for name, each in expected.items()
        )
    if expected.__class__ is list and value.__class__ is list:
        return len(expected) == len(value) and all(map(same, expected, value))
    return (expected.__class__ is bool) is (value.__class__ is bool) and bool(expected == value)


def _extra(expected: dict[str, Any], value: dict[str, Any]) -> list[str]:
    """Members of `value` that the fixed one does not have."""
    return [name for name in value if name not in expected and name not in NOT_COMPARED]


def extended(value: Any, sibling: Any) -> list[int]:
    """Where extensions stand beside a primitive's values: the indexes of its array, -1 where it does not repeat.

    Extensions in place of a value say why it is missing: no value differs from the fixed one then.
    """
    if value.__class__ is list and sibling.__class__ is list:
        pairs = enumerate(zip(value, sibling, strict=False))
        return [index for index, (one, other) in pairs if one is not None and _has_extension(other)]
    return [-1] if value is not None and _has_extension(sibling) else []


def _has_extension(sibling: Any) -> bool:
    return sibling.__class__ is dict and "extension" in sibling


def explain_extended(value: Any, sibling: Any, spot: Spot) -> None:
    """Report extensions beside the values of a primitive whose value is fixed; `spot` is the element's."""
    for index in extended(value, sibling):
        (spot if index < 0 else spot.item(index)).add(EXTENDED)


def shown(value: Any) -> str:
    """A definition's own value in short, as it may stand in a text."""
    if value.__class__ is dict:
        return "{" + ", ".join(f"{name}: {shown(each)}" for name, each in value.items()) + "}"
    if value.__class__ is list:
        return "[" + ", ".join(map(shown, value)) + "]"
    return f"'{value}'" if value.__class__ is str else str(value)


class FixedValue:
    """The value equals fixed[x]."""

    name = NAME
    summary = KIND.summary
    clause = CLAUSE
    kinds = (KIND, EXTENDED)
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
        """Report each member that differs, is missing or is one too many."""
        if same(facet, value):
            return
        if facet.__class__ is not dict or value.__class__ is not dict:
            spot.add(KIND, value=shown(value), fixed=shown(facet))
            return
        for name, each in facet.items():
            if each.__class__ is list and value.get(name, []).__class__ is list:
                self._explain_list(each, value.get(name, []), spot, name, around)
            elif name not in value:
                spot.child(name).add(KIND, value="(none)", fixed=shown(each))
            else:
                self.explain(each, value[name], spot.child(name), around)
        for name in _extra(facet, value):
            if name == "extension":
                spot.add(EXTENDED)
            elif name[:1] == "_" and _has_extension(value[name]):
                spot.child(name[1:]).add(EXTENDED)
            else:
                spot.child(name).add(KIND, value=shown(value[name]), fixed="(none)")

    def _explain_list(self, facet: Any, value: Any, spot: Spot, name: str, around: Surroundings) -> None:
        """Report the items that differ; another number of them at the object that holds the list."""
        if len(facet) != len(value):
            spot.add(KIND, value=shown(value), fixed=shown(facet))
            return
        for index, each in enumerate(facet):
            self.explain(each, value[index], spot.child(name).item(index), around)
