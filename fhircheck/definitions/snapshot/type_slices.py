"""A choice (``value[x]``) whose types are told apart: ``valueQuantity`` in a differential means a slice by type."""

from typing import Any

from fhircheck.definitions.element_tree import ElementNode
from fhircheck.definitions.snapshot.differential import Change
from fhircheck.definitions.snapshot.node import slice_name, tail_of, type_codes

Json = dict[str, Any]
BY_TYPE = {"discriminator": [{"type": "type", "path": "$this"}], "ordered": False}


def is_choice(node: ElementNode) -> bool:
    """Whether `node` is an element of several types (``value[x]``)."""
    return tail_of(node).endswith("[x]")


def named_type(node: ElementNode, tail: str) -> str | None:
    """The type that ``valueQuantity`` names, where `node` is ``value[x]`` and allows it."""
    if not is_choice(node):
        return None
    stem = tail_of(node)[:-3]
    if not tail.startswith(stem) or tail == stem:
        return None
    wanted = tail[len(stem) :]
    for code in type_codes(node.definition):
        if code[:1].upper() + code[1:] == wanted:
            return code
    return None


def as_slice(node: ElementNode, change: Change) -> Change:
    """The change for ``valueQuantity`` as one for the slice ``valueQuantity`` of ``value[x]``.

    A slice of that name which says nothing of its type has the type of its name.
    """
    code = named_type(node, change.tail) or named_type(node, change.slice_name)
    if code is None:
        return change
    definition: Json = {"sliceName": change.tail} | change.definition
    if change.tail == tail_of(node) and same_type_slice(node, change) is not None:
        return change
    if "type" not in definition:
        kept = [each for each in node.definition.get("type") or () if each.get("code") == code]
        definition["type"] = kept or [{"code": code}]
    return Change(tail_of(node), definition, change.children)


def slices_by_type(node: ElementNode, slices: list[Change]) -> bool:
    """Whether the slices of a choice are told apart by their types."""
    return is_choice(node) and all(len(type_codes(each.definition)) == 1 for each in slices)


def same_type_slice(node: ElementNode, change: Change) -> ElementNode | None:
    """The slice of the base that has the one type that `change` is about, whatever its name."""
    wanted = type_codes(change.definition)
    for each in node.slices:
        if slice_name(each) == change.slice_name:
            return each
    if len(wanted) != 1 or not is_choice(node):
        return None
    found = [each for each in node.slices if type_codes(each.definition) == wanted]
    return found[0] if len(found) == 1 else None


def settle(node: ElementNode, slices: list[Change], implied: bool, short: bool) -> None:
    """After the slices by type of `node` were changed by `slices`: what they mean for the element itself.

    implied: the differential does not say how the slices are told apart. short: it does not speak of the element.
    A slice that must be there leaves no other type; in an extension written short only the types named remain.
    """
    named = [code for each in node.slices for code in type_codes(each.definition)]
    required = [each for each in slices if (each.definition.get("min") or 0) > 0]
    if len(required) == 1:
        _keep_types(node, type_codes(required[0].definition))
        node.definition = {**node.definition, "min": max(1, node.definition.get("min") or 0)}
    elif short and "xtension.value" in node.path:
        _keep_types(node, named)
    others = set(type_codes(node.definition)) - set(named)
    if implied:
        node.definition = {**node.definition, "slicing": {**BY_TYPE, "rules": "open" if others else "closed"}}
    elif not others and "slicing" in node.definition:  # whatever it says, there is nothing beside the slices
        node.definition = {**node.definition, "slicing": {**node.definition["slicing"], "rules": "closed"}}


def _keep_types(node: ElementNode, codes: list[str]) -> None:
    types = [each for each in node.definition.get("type") or () if each.get("code") in codes]
    node.definition = {**node.definition, "type": types or node.definition.get("type") or []}
