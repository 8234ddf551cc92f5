"""A profile ready to check with, and what it says of one value."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from fhircheck.assertions import VALUE_ASSERTIONS, invariant
from fhircheck.compile.compiled_profile import CompiledElement, CompiledProfile, TypeRef
from fhircheck.compile.shape import Shape, Slot
from fhircheck.definitions.type_table import TypeTable
from fhircheck.model.path import without_slices
from fhircheck.model.protocols import Gate

ELEMENT = "Element"
EXTENSION = "Extension"
ENTRY_RESOURCE = "Bundle.entry.resource"


class Linked:
    """A profile ready to check with: its compiled form and the Shape of its root.

    fault: why it cannot be used (no snapshot, malformed), empty where it can.
    """

    __slots__ = ("compiled", "elements", "fault", "items", "shape", "shapes")

    def __init__(self, compiled: CompiledProfile | None, fault: str = "") -> None:
        self.compiled = compiled
        self.fault = fault
        self.shape: Shape | None = None
        self.shapes: dict[int, Shape] = {}
        self.elements: dict[str, CompiledElement] = {}
        self.items: dict[tuple[int, TypeRef | None], Item] = {}


class Item(NamedTuple):
    """What one value of an element is held to. shape: of an object by its type, None for anything else."""

    element: CompiledElement
    gate: Gate
    shape: Shape | None


def facets_of(slot: Slot) -> Iterator[tuple[str, Any]]:
    """The facets of the element that are asked of a value of the slot's type; invariants are asked apart."""
    code = slot.type.code if slot.type else ""
    for name, facet in slot.element.facets.items():
        if name != invariant.NAME:
            applies = VALUE_ASSERTIONS[name].applies
            if applies is None or code in applies:
                yield name, facet


def is_entry_resource(element: CompiledElement) -> bool:
    """Whether `element`, be it in a slice, holds the resource of a Bundle's entry: each is checked for itself."""
    return without_slices(element.id) == ENTRY_RESOURCE


def resource_types(slot: Slot, value: Any, types: TypeTable) -> list[TypeRef]:
    """The types of `slot` that a resource is of, where each of them names profiles; else none."""
    name = value.get("resourceType") if value.__class__ is dict else None
    fitting = [each for each in slot.element.types if name.__class__ is str and types.is_a(name, each.code)]
    return fitting if all(each.profiles for each in fitting) else []
