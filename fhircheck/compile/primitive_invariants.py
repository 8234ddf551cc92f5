"""The invariants of an element with primitive values: they see its id and extensions, which stand beside the value."""

from typing import TYPE_CHECKING, Any

from fhircheck.assertions import invariant, narrative
from fhircheck.assertions.assertion import Findings, Spot
from fhircheck.compile.compiled_profile import CompiledElement
from fhircheck.compile.part_check import parts_of, properties_of
from fhircheck.compile.shape import Explains, Slot
from fhircheck.model.path import child, item

if TYPE_CHECKING:
    from fhircheck.assertions.invariant_evaluation import Holds
    from fhircheck.compile.linker import Linker

Checks = list[tuple[list[Any], "Holds"]]


def asked_here(slot: Slot) -> bool:
    """Whether the invariants of the element in `slot` are asked beside what stands there, not of the value alone.

    Narratives have nothing beside them.
    """
    return slot.primitive and slot.type is not None and slot.type.code != narrative.TYPE


class PrimitiveInvariants:
    """The invariants of one element, for each of its values that is a primitive, or has extensions in place of one."""

    def __init__(self, element: CompiledElement, linker: "Linker") -> None:
        self._element = element
        self._around = linker.around
        self._made: dict[str, Checks] = {}
        self._properties = tuple(each for each in properties_of(element) if asked_here(each[2]))

    def _checks(self, value: Any, sibling: Any, slot: Slot) -> Checks:
        """What is to be asked; nothing of what is of the wrong JSON type, which is said elsewhere."""
        if value.__class__ in (dict, list) or sibling.__class__ not in (dict, type(None)):
            return []
        if value is None and not sibling:
            return []
        code = slot.type.code if slot.type else ""
        made = self._made.get(code)
        if made is None:
            facet = self._element.facets.get(invariant.NAME, [])
            made = self._made[code] = invariant.of_primitive(facet, code, self._around)
        return made

    def one_holds(self, value: Any, sibling: Any, slot: Slot) -> bool:
        """Whether all invariants hold for one value with what stands beside it; `slot` is one that is asked here."""
        for _, holds in self._checks(value, sibling, slot):  # noqa: SIM110 - a generator costs a frame for each value
            if not holds(value, sibling):
                return False
        return True

    def explain_one(self, value: Any, sibling: Any, slot: Slot, spot: Spot) -> None:
        """Report the invariants that do not hold for one value."""
        invariant.explain_primitive(self._checks(value, sibling, slot), value, sibling, spot, self._around)

    def holds(self, node: Any) -> bool:
        """Whether all invariants hold for all values in `node`."""
        return all(self.one_holds(value, sibling, slot) for value, sibling, slot, _ in parts_of(self._properties, node))

    def explain(self, node: Any, expression: str, findings: Findings, explainer: Explains) -> None:
        """Report the invariants that do not hold."""
        for value, sibling, slot, index in parts_of(self._properties, node):
            place = child(expression, slot.step)
            spot = Spot(item(place, index) if index >= 0 else place, self._element.id, findings)
            self.explain_one(value, sibling, slot, spot)
