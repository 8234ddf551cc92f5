"""What of an object can be read as the values of its elements: invariants see nothing of the rest."""

from collections.abc import Mapping
from typing import Any

from fhircheck.compile.shape import Slot

Node = dict[str, Any]


def readable(node: Node, slots: Mapping[str, Slot]) -> Node:
    """`node`, or a copy without what stands in place of values without being any: an array, null, an empty object.

    That it is wrong is said by the checks of form; what it would mean to an invariant is that nothing is there.
    """
    kept: Node = {}
    same = True
    for name, given in node.items():
        slot = slots.get(name)
        value = given if slot is None else _read(node, name, given, slot)
        same = same and value is given and value is not None
        if value is not None:
            kept[name] = value
    return node if same else kept


def _read(node: Node, name: str, given: Any, slot: Slot) -> Any:
    """What is read of `given`; None for nothing."""
    if slot.sibling or not slot.primitive:
        if not slot.element.repeats:
            return given if given.__class__ is dict and given else None
        if given.__class__ is dict:
            return given or None
        return _items(given, slot.sibling) if given.__class__ is list else None
    beside = f"_{name}"
    if beside in node and node[beside].__class__ is not (list if slot.element.repeats else dict):
        return None
    if slot.element.repeats:
        return given if given.__class__ is list and given else None
    return None if given is None or given.__class__ in (dict, list) else given


def _items(given: list[Any], aligned: bool) -> list[Any] | None:
    """The objects of a list. aligned: each stands at the place of its value."""
    if aligned:
        return given or None
    objects = [each for each in given if each.__class__ is dict and each]
    return given if len(objects) == len(given) and given else objects or None
