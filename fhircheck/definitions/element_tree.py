"""A snapshot's flat list of ElementDefinitions as a tree, slices set apart from what they slice."""

from dataclasses import dataclass, field
from typing import Any

from fhircheck.model.errors import DefinitionUnusable


@dataclass(slots=True)
class ElementNode:
    """An ElementDefinition with the definitions below it.

    path: ElementDefinition.path, with a choice written as in ``Observation.value[x]``.
    """

    path: str
    definition: dict[str, Any]
    children: list["ElementNode"] = field(default_factory=list)
    slices: list["ElementNode"] = field(default_factory=list)


def element_tree(structure: dict[str, Any]) -> ElementNode:
    """The tree of `structure`'s snapshot (a StructureDefinition).

    Built from the order of the list and the paths alone, since ids are missing in some packages.
    Raises DefinitionUnusable where there is no snapshot or the list is no tree.
    """
    elements = structure.get("snapshot", {}).get("element") or []
    name = structure.get("url") or structure.get("id")
    if not elements:
        raise DefinitionUnusable(f"profile {name} has no snapshot")
    root = ElementNode(str(elements[0].get("path", "")), elements[0])
    latest = _Latest(root)
    for definition in elements[1:]:
        path = _path(definition)
        parent = latest.get(path.rpartition(".")[0])
        if parent is None:
            raise DefinitionUnusable(f"profile {name}: element {path} stands under nothing")
        node = ElementNode(path, definition)
        latest.attach(parent, node)
        latest.put({path, str(definition.get("path", ""))}, node)  # what stands below may use the renamed path
    return root


class _Latest:
    """The last element of each path so far; what stood below an earlier element of the path is let go."""

    def __init__(self, root: ElementNode) -> None:
        self._nodes = {root.path: root}
        self._below: dict[str, list[str]] = {}
        self._first: dict[tuple[int, str], ElementNode] = {}

    def get(self, path: str) -> ElementNode | None:
        return self._nodes.get(path)

    def attach(self, parent: ElementNode, node: ElementNode) -> None:
        """Put `node` below `parent`: as a slice where an element of its path is already there."""
        first = self._first.setdefault((id(parent), node.path), node)
        (parent.children if first is node else first.slices).append(node)

    def put(self, names: set[str], node: ElementNode) -> None:
        """`node` is the last of its names."""
        waiting = list(names)
        while waiting:
            gone = self._below.pop(waiting.pop(), [])
            waiting += gone
            for each in gone:
                self._nodes.pop(each, None)
        for name in names:
            self._nodes[name] = node
            self._below.setdefault(name.rpartition(".")[0], []).append(name)


def _path(definition: dict[str, Any]) -> str:
    """The path; a choice narrowed by renaming (``Extension.valueCoding``) gets its ``[x]`` back."""
    path = str(definition.get("path", ""))
    base = str(definition.get("base", {}).get("path", ""))
    types = definition.get("type") or []
    if base.endswith("[x]") and not path.endswith("[x]") and len(types) == 1:
        head, _, tail = path.rpartition(".")
        stem = base.rpartition(".")[2][:-3]
        code = str(types[0].get("code", ""))
        if tail == stem + code[:1].upper() + code[1:]:
            return f"{head}.{stem}[x]"
    return path
