"""The invariants of an element with primitive values: they see its id and extensions, which stand beside the value."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from fhircheck.assertions import invariant, narrative
from fhircheck.assertions.assertion import Findings, Spot
from fhircheck.compile.compiled_profile import CompiledElement
from fhircheck.compile.part_check import parts_of
from fhircheck.compile.shape import Explains, Slot
from fhircheck.model.path import child, item

if TYPE_CHECKING:
    from fhircheck.assertions.invariant_evaluation import Holds
    from fhircheck.compile.linker import Linker

Checks = list[tuple[list[Any], "Holds"]]


def asked_here(slot: Slot) -> bool:
    """Whether the invariants of the element in `slot` are asked beside what stands there, not of the value alone.

    Narratives have nothing beside them. A slice is asked for each of its items.
    """
    return slot.primitive and not slot.element.slice and slot.type is not None and slot.type.code != narrative.TYPE


class PrimitiveInvariants:
    """The invariants of one element, for each of its values that is a primitive, or has extensions in place of one."""

    def __init__(self, element: CompiledElement, linker: "Linker") -> None:
        self._element = element
        self._around = linker.around
        self._made: dict[str, Checks] = {}

    def _checks(self, slot: Slot) -> Checks:
        code = slot.type.code if slot.type else ""
        made = self._made.get(code)
        if made is None:
            facet = self._element.facets[invariant.NAME]
            made = self._made[code] = invariant.of_primitive(facet, code, self._around)
        return made

    def _primitives(self, node: Any) -> Iterator[tuple[Any, Any, Slot, int]]:
        """Values with what stands beside them; what is of the wrong JSON type is said elsewhere."""
        for value, sibling, slot, index in parts_of(self._element, node):
            if not asked_here(slot) or value.__class__ in (dict, list) or sibling.__class__ not in (dict, type(None)):
                continue
            if value is not None or sibling:
                yield value, sibling, slot, index

    def holds(self, node: Any) -> bool:
        """Whether all invariants hold for all values in `node`."""
        for value, sibling, slot, _ in self._primitives(node):
            for _, holds in self._checks(slot):
                if not holds(value, sibling):
                    return False
        return True

    def explain(self, node: Any, expression: str, findings: Findings, explainer: Explains) -> None:
        """Report the invariants that do not hold."""
        for value, sibling, slot, index in self._primitives(node):
            place = child(expression, slot.step)
            spot = Spot(item(place, index) if index >= 0 else place, self._element.id, findings)
            invariant.explain_primitive(self._checks(slot), value, sibling, spot, self._around)
