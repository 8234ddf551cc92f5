"""A choice's value of another type than the only one its profile allows: what of it is not of that type either.

As the specification's validator judges it: by the definition of the type that is allowed.
"""

from typing import Any

from fhircheck.assertions import VALUE_ASSERTIONS, cardinality, choice_type, primitive_format
from fhircheck.assertions.assertion import Spot
from fhircheck.assertions.fixed_value import FixedValue
from fhircheck.assertions.pattern_value import PatternValue
from fhircheck.assertions.primitive_format import as_typed
from fhircheck.compile.compiled_profile import CompiledElement
from fhircheck.compile.gates import passes
from fhircheck.compile.linker import Linker
from fhircheck.compile.shape import PRIMITIVES, Shape, Slot
from fhircheck.model.path import item, shown_term

VALUE = "value"
"""The child that the definition of each primitive type has, and some complex types too."""
OWN = frozenset(("base64Binary", "boolean", "date", "dateTime", "decimal", "instant", "integer", "time", "uri"))
"""Primitive types whose ``value`` is of their own type; that of the others is a string, as their definitions say."""


def explain_in_place(element: CompiledElement, found: str, value: Any, spot: Spot, linker: Linker) -> None:
    """Report what keeps `value`, of the type `found`, from being what `element` asks for, whose only type is another:
    its type, and what it has fixed."""
    explain_as(element.types[0].code, found, value, spot, linker)
    for name in (FixedValue.name, PatternValue.name):
        facet = element.facets.get(name)
        if isinstance(facet, dict):
            VALUE_ASSERTIONS[name].explain(facet, value if isinstance(value, dict) else {}, spot, linker.around)
        elif (
            facet is not None
            and not isinstance(value, dict | list)
            and as_typed(value, "string") != as_typed(facet, "string")
        ):
            VALUE_ASSERTIONS[name].explain(facet, value, spot, linker.around)


def explain_as(only: str, found: str, value: Any, spot: Spot, linker: Linker) -> None:
    """Report what keeps `value`, which is of the type `found`, from being a value of the type `only`."""
    if only in PRIMITIVES:
        if isinstance(value, dict):
            _primitive_of_parts(only, found, value, spot, linker)
        else:
            _as_text(only, value, spot)
        return
    wanted = _shape(only, linker)
    if wanted is None:
        return
    if isinstance(value, dict):
        for name, slot in _parts(value, _shape(found, linker)):
            other = wanted.slots.get(name)
            if other is None or not _same(slot, other):
                _tell(name, only, value[name], slot, spot)
    given = set(value) if isinstance(value, dict) else set[str]()
    for element in wanted.required:
        if element.minimum and not any(_is_named(element, each.removeprefix("_")) for each in given):
            label = shown_term(f"{only}.{element.name}")
            cardinality.explain((element.minimum, element.maximum), 0, label, spot._replace(definition=element.id))


def _shape(code: str, linker: Linker) -> Shape | None:
    linked = linker.type(code)
    return linked.shape if linked is not None else None


def _parts(value: dict[str, Any], shape: Shape | None) -> list[tuple[str, Slot]]:
    """The elements of a value that are its type's own: the rest is wrong by that type."""
    if shape is None:
        return []
    found = ((name, shape.slots.get(name)) for name in value if not name.startswith("_"))
    return [(name, slot) for name, slot in found if slot is not None and name not in ("id", "extension")]


def _same(slot: Slot, other: Slot) -> bool:
    return slot.type is not None and other.type is not None and slot.type.code == other.type.code


def _is_named(element: CompiledElement, name: str) -> bool:
    return name == element.name or (element.choice and name.startswith(element.name))


def _primitive_of_parts(only: str, found: str, value: dict[str, Any], spot: Spot, linker: Linker) -> None:
    for name, slot in _parts(value, _shape(found, linker)):
        if name != VALUE:
            _tell(name, only, value[name], slot, spot)
            continue
        choice_type.explain_content(name, only, spot)  # it stands where the text of a primitive stands
        wanted = only if only in OWN else "string"
        if slot.type is not None and slot.type.code != wanted:
            _tell(name, only, value[name], slot, spot)
            _as_text(wanted, value[name], spot.child(slot.step))


def _tell(name: str, only: str, value: Any, slot: Slot, spot: Spot) -> None:
    place = spot.child(slot.step)
    count = len(value) if slot.element.repeats and isinstance(value, list) else 0
    for each in [place._replace(expression=item(place.expression, number)) for number in range(count)] or [place]:
        choice_type.explain_content(name, only, each)


def _as_text(only: str, value: Any, spot: Spot) -> None:
    """Report a primitive value that, as a text, is none of the type `only`."""
    gate = primitive_format.GATES.get(only)
    if gate is None or isinstance(value, dict | list):
        return
    if not passes(gate, as_typed(value, only)):
        rule = primitive_format.RULES.get(only, primitive_format.expected_json(only))
        spot.add(primitive_format.KIND, value=as_typed(value, "string"), type=only, rule=rule)
