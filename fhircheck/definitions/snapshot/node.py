"""The elements of a snapshot as a tree that can be changed, and back to the flat list."""

from collections.abc import Iterator
from typing import Any

from fhircheck.definitions.element_tree import ElementNode
from fhircheck.definitions.snapshot.element_merge import inherited

Json = dict[str, Any]


def copied(node: ElementNode) -> ElementNode:
    """A copy of the tree; definitions are shared, since a change always replaces them."""
    return ElementNode(
        node.path,
        node.definition,
        [copied(each) for each in node.children],
        [copied(each) for each in node.slices],
    )


def inherit(node: ElementNode, source: str) -> ElementNode:
    """A copy of the tree as a profile inherits it from the definition `source`."""
    return ElementNode(
        node.path,
        inherited(node.definition, source),
        [inherit(each, source) for each in node.children],
        [inherit(each, source) for each in node.slices],
    )


def tail_of(node: ElementNode) -> str:
    """Last step of the path, a choice with its ``[x]``."""
    return node.path.rpartition(".")[2]


def slice_name(node: ElementNode) -> str:
    """The name of the slice, empty for what is none."""
    return str(node.definition.get("sliceName") or "")


def type_codes(definition: Json) -> list[str]:
    """The type codes an element allows."""
    types = definition.get("type")
    if not isinstance(types, list):
        return []
    return [str(each.get("code", "")) for each in types if isinstance(each, dict)]


def flattened(root: ElementNode) -> Iterator[Json]:
    """All elements in the order of a snapshot, with ids and paths made from where they stand.

    https://hl7.org/fhir/R4/elementdefinition.html#id
    """
    yield from _flattened(root, "", "")


def _flattened(node: ElementNode, path: str, identity: str) -> Iterator[Json]:
    tail = tail_of(node)
    path = f"{path}.{tail}" if path else tail
    identity = f"{identity}.{tail}" if identity else tail
    yield from _element(node, path, identity)
    for each in node.slices:
        yield from _element(each, path, f"{identity}:{slice_name(each)}" if slice_name(each) else identity)


def _element(node: ElementNode, path: str, identity: str) -> Iterator[Json]:
    yield {**node.definition, "id": identity, "path": path}
    for child in node.children:
        yield from _flattened(child, path, identity)


def in_order(root: ElementNode) -> Iterator[ElementNode]:
    """All nodes in the order of a snapshot."""
    yield root
    for child in root.children:
        yield from in_order(child)
    for each in root.slices:
        yield from in_order(each)
