"""What a profile says of the parts of a value that its type describes whole: a primitive's extensions and
presence, or what all types of a choice share."""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from fhircheck.assertions import cardinality
from fhircheck.assertions.assertion import Findings, Spot
from fhircheck.compile.compiled_profile import CompiledElement
from fhircheck.compile.gates import passes
from fhircheck.compile.shape import PRIMITIVES, Explains, Shape, Slot, slots_of_element
from fhircheck.model.path import child, item

if TYPE_CHECKING:
    from fhircheck.compile.linked import Linked
    from fhircheck.compile.linker import Linker

VALUE = "value"
Property = tuple[str, str, Slot]
"""JSON name of the values, of what stands beside them, and what they stand for"""
Part = tuple[Any, Any, Slot, int]
"""(value, its ``_name`` object, slot, index or -1)"""


def has_parts(element: CompiledElement, is_resource: Callable[[str], bool]) -> bool:
    """Whether the children of `element` are checked apart from the type of its value: that of a primitive, of a
    choice, of a resource (which is checked by its own type and claims)."""
    if not element.children:
        return False
    return len(element.types) > 1 or any(each.code in PRIMITIVES or is_resource(each.code) for each in element.types)


def properties_of(element: CompiledElement) -> tuple[Property, ...]:
    """The JSON properties that `element` itself can have."""
    return tuple((name, f"_{name}", slot) for name, slot in slots_of_element(element).items())


def parts_of(properties: Iterable[Property], node: Any) -> Iterator[Part]:
    """Each value in these properties of the object `node`, with what stands beside it."""
    if node.__class__ is not dict:
        return
    for name, beside, slot in properties:
        value, sibling = node.get(name), node.get(beside) if slot.primitive else None
        if value.__class__ is list or sibling.__class__ is list:
            values = value if value.__class__ is list else []
            siblings = sibling if sibling.__class__ is list else []
            for index in range(max(len(values), len(siblings))):
                one = values[index] if index < len(values) else None
                other = siblings[index] if index < len(siblings) else None
                yield one, other, slot, index
        elif value is not None or sibling is not None:
            yield value, sibling, slot, -1


class PartCheck:
    """The parts of the values of one element."""

    def __init__(self, element: CompiledElement, linked: "Linked", linker: "Linker") -> None:
        self._element = element
        self._linked = linked
        self._linker = linker
        self._properties = properties_of(element)
        self._made: Shape | None = None
        self._presence = next((each for each in element.children if each.name == VALUE and not each.choice), None)

    @property
    def shape(self) -> Shape:
        """The Shape of the parts, linked when first needed."""
        if self._made is None:
            children = tuple(each for each in self._element.children if each is not self._presence)
            parts = CompiledElement(self._element.id, self._element.name, types=self._element.types, children=children)
            self._made = self._linker.part_shape(parts, self._linked)
        return self._made

    def holds(self, node: Any) -> bool:
        """Whether the parts of all values in `node` hold."""
        for value, sibling, slot, _ in parts_of(self._properties, node):
            if slot.primitive:
                if not self._present(value) or not passes(self.shape.gate, {} if sibling is None else sibling):
                    return False
            elif value.__class__ is dict:
                with self._linker.inside(value):
                    if not passes(self.shape.gate, value):
                        return False
        return True

    def _present(self, value: Any) -> bool:
        if self._presence is None:
            return True
        return not (value is None and self._presence.minimum) and not (
            value is not None and self._presence.maximum == 0
        )

    def explain(self, node: Any, expression: str, findings: Findings, explainer: Explains) -> None:
        """Report the parts that do not hold."""
        for value, sibling, slot, index in parts_of(self._properties, node):
            place = child(expression, slot.step)
            place = item(place, index) if index >= 0 else place
            if slot.primitive and not self._present(value) and self._presence is not None:
                bounds = (self._presence.minimum, self._presence.maximum)
                spot = Spot(place, self._presence.id, findings)
                cardinality.explain(bounds, int(value is not None), self._presence.id.partition(".")[2], spot)
            part = (sibling or {}) if slot.primitive else value
            if part.__class__ is dict:
                with self._linker.inside(part):
                    if not passes(self.shape.gate, part):
                        explainer.object(part, self.shape, self._linked, place, findings)
