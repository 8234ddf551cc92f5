"""The slices of one element, as a differential makes or changes them (https://hl7.org/fhir/R4/profiling.html#slicing)."""

from typing import TYPE_CHECKING, Any

from fhircheck.definitions.element_tree import ElementNode
from fhircheck.definitions.snapshot.differential import Change
from fhircheck.definitions.snapshot.node import copied, slice_name, tail_of
from fhircheck.definitions.snapshot.type_slices import as_slice, is_choice, same_type_slice, settle, slices_by_type

if TYPE_CHECKING:
    from fhircheck.definitions.snapshot.application import Application

Json = dict[str, Any]
BY_URL: Json = {"discriminator": [{"type": "value", "path": "url"}], "ordered": False, "rules": "open"}
NOT_OF_SLICES = ("slicing", "sliceIsConstraining")
EXTENSIONS = ("extension", "modifierExtension")


def split(node: ElementNode, changes: list[Change]) -> tuple[list[Change], list[Change]]:
    """The changes about the element itself, and those about its slices."""
    sliced = [as_slice(node, each) for each in changes]
    if len(sliced) == 1 and _only_named(node, sliced[0]):
        return sliced, []
    return [each for each in sliced if not each.slice_name], [each for each in sliced if each.slice_name]


def _only_named(node: ElementNode, change: Change) -> bool:
    """Whether a lone change with a slice name is about the element itself, since nothing slices it."""
    if is_choice(node) or tail_of(node) in EXTENSIONS or node.slices:
        return False
    return "slicing" not in node.definition and "/" not in change.slice_name


def apply_slices(application: "Application", node: ElementNode, plain: list[Change], slices: list[Change]) -> None:
    """Change `node` by `plain` and its slices by `slices`; a slice that is not there is made.

    What is said of the parts of the element is repeated for a slice whose parts come from a profile of its own.
    """
    pristine = ElementNode(node.path, node.definition, [copied(each) for each in node.children])
    restated = any("slicing" in each.definition for each in plain)
    told = restated or "slicing" in node.definition
    for change in plain:
        application.element(node, change)
    implied = not told and slices_by_type(node, slices)
    if not told:
        _imply_slicing(node)
    lone = is_choice(node) and len(slices) == 1 and not node.slices
    shared = [child for change in plain for child in change.children]
    for change in slices:
        if _has_profile(change):
            change = Change(change.tail, change.definition, [*shared, *change.children])
        found = _slice(application, node, pristine, change)
        if lone:  # as the reference does: the only slice of a choice is there as often as the choice
            found.definition = {**found.definition, "min": pristine.definition.get("min", 0)}
        application.element(found, change)
    if not restated:
        _raise_minimum(node)
    if slices_by_type(node, slices):
        settle(node, slices, implied, not plain)


def _imply_slicing(node: ElementNode) -> None:
    """Slicing that goes without saying: extensions by url. Others without say nothing of how slices are told apart."""
    slicing = BY_URL if tail_of(node) in EXTENSIONS else {"rules": "open"}
    node.definition = {**node.definition, "slicing": slicing}


def _has_profile(change: Change) -> bool:
    return any("profile" in each for each in change.definition.get("type") or ())


def _raise_minimum(node: ElementNode) -> None:
    """Where slices must be there, so must the element."""
    needed = sum(each.definition.get("min") or 0 for each in node.slices if "/" not in slice_name(each))
    if needed > (node.definition.get("min") or 0) and not is_choice(node):
        node.definition = {**node.definition, "min": needed}


def _slice(application: "Application", node: ElementNode, pristine: ElementNode, change: Change) -> ElementNode:
    return same_type_slice(node, change) or _new_slice(application, node, pristine, change)


def _new_slice(application: "Application", node: ElementNode, pristine: ElementNode, change: Change) -> ElementNode:
    """A slice as it is before its change: like the element before it was sliced, or like the slice it re-slices."""
    outer = change.slice_name.rpartition("/")[0]
    parent = next((each for each in node.slices if outer and slice_name(each) == outer), None)
    fresh = copied(parent or pristine)
    kept = {name: value for name, value in fresh.definition.items() if name not in NOT_OF_SLICES}
    fresh.definition = {**kept, "sliceName": change.slice_name, "min": 0}
    if parent is not None and "slicing" not in parent.definition:
        parent.definition = {**parent.definition, "slicing": {"rules": "open"}}
    application.take(1 + len(fresh.children))
    position = _position(node, outer)
    node.slices.insert(position, fresh)
    return fresh


def _position(node: ElementNode, outer: str) -> int:
    """Where a new slice goes: behind all others, a re-slice behind the last of its slice."""
    if outer:
        for number in range(len(node.slices) - 1, -1, -1):
            name = slice_name(node.slices[number])
            if name == outer or name.startswith(f"{outer}/"):
                return number + 1
    return len(node.slices)
