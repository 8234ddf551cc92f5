"""A differential applied to the tree of its base, element by element."""

from collections.abc import Callable
from typing import Any

from fhircheck.definitions.canonical import TYPE_PREFIX
from fhircheck.definitions.element_tree import ElementNode
from fhircheck.definitions.errata import SYSTEM_TYPES
from fhircheck.definitions.snapshot.differential import Change, root_name
from fhircheck.definitions.snapshot.element_merge import merged, with_type_profile
from fhircheck.definitions.snapshot.node import copied, tail_of, type_codes
from fhircheck.definitions.snapshot.slices import apply_slices, split
from fhircheck.definitions.snapshot.type_slices import named_type
from fhircheck.model.errors import DefinitionUnusable

Json = dict[str, Any]
FindTree = Callable[[str, str], ElementNode | None]


class Application:
    """Applies the differential of one profile.

    find: (canonical, referrer) -> tree of that definition. largest: number of elements that are too many.
    """

    def __init__(self, find: FindTree, structure: Json, base: ElementNode, largest: int) -> None:
        self._find = find
        self._structure = structure
        self._base = base
        self._left = largest
        self.source = str(structure.get("url") or "")
        self.specialization = structure.get("derivation") != "constraint"

    def apply(self, change: Change) -> ElementNode:
        """The tree of the snapshot. Raises DefinitionUnusable where the differential asks for what is not there."""
        root = copied(self._base)
        if self.specialization:
            root.path = root_name(self._structure)
        self.element(root, change)
        return root

    def element(self, node: ElementNode, change: Change) -> None:
        """Change `node` and what is below it."""
        if change.definition:
            node.definition = self._definition(node, change.definition)
        if change.children:
            self._children(node, change)

    def _definition(self, node: ElementNode, change: Json) -> Json:
        base = node.definition
        profile = self._single_profile(change.get("type"))
        if profile is not None:
            tree = self._find(profile, self._referrer())
            if tree is not None:
                base = with_type_profile(base, tree.definition, profile)
        return merged(base, change, self.source)

    def _referrer(self) -> str:
        version = self._structure.get("version")
        return f"{self.source}|{version}" if version else self.source

    def _single_profile(self, types: Any) -> str | None:
        """The profile of an element's only type: its value is that, not what a reference leads to."""
        if not isinstance(types, list) or len(types) != 1:
            return None
        profiles = types[0].get("profile") or []
        return str(profiles[0]) if len(profiles) == 1 and "#" not in str(profiles[0]) else None

    def _children(self, node: ElementNode, change: Change) -> None:
        if not node.children:
            self._unfold(node)
        by_target: dict[int, tuple[ElementNode, list[Change]]] = {}
        for each in change.children:
            target = self._target(node, each)
            by_target.setdefault(id(target), (target, []))[1].append(each)
        for target, changes in by_target.values():
            plain, slices = split(target, changes)
            if slices:
                apply_slices(self, target, plain, slices)
            else:
                for each in plain:
                    self.element(target, each)

    def _target(self, node: ElementNode, change: Change) -> ElementNode:
        """The child of `node` that `change` is about.

        Below a choice of several types any name is taken: which of them it belongs to is not known (a slice by an
        extension that is not loaded).
        """
        for child in node.children:
            if tail_of(child) == change.tail or named_type(child, change.tail):
                return child
        if self.specialization or len(set(type_codes(node.definition))) > 1:
            fresh = ElementNode(f"{node.path}.{change.tail}", {"min": 0, "max": "*"} | change.definition)
            self.take(1)
            node.children.append(fresh)
            return fresh
        raise DefinitionUnusable(f"profile {self.source}: there is no element {change.path or change.tail}")

    def _unfold(self, node: ElementNode) -> None:
        """Give `node` the children of its type, of the profile on its type, or of the element it refers to."""
        source = self._content(node) or self._type_tree(node)
        if source is None:
            raise DefinitionUnusable(f"profile {self.source}: nothing is known of what is below {node.path}")
        node.children = [copied(each) for each in source.children]
        self.take(sum(1 for _ in walk(node)))

    def take(self, count: int) -> None:
        """Count elements that were added, against the bound."""
        self._left -= count
        if self._left < 0:
            raise DefinitionUnusable(f"profile {self.source}: its snapshot has too many elements")

    def _content(self, node: ElementNode) -> ElementNode | None:
        """The element that `node` refers to for its content; it stops to refer, and has its type."""
        url, _, target = str(node.definition.get("contentReference") or "").rpartition("#")
        if not target:
            return None
        home = self._find(url or TYPE_PREFIX + target.partition(".")[0], self._referrer()) or self._base
        for each in walk(home):
            if each.path == target or each.definition.get("id") == target:
                kept = {name: value for name, value in node.definition.items() if name != "contentReference"}
                node.definition = kept | {"type": each.definition.get("type", [])}
                return each
        return None

    def _type_tree(self, node: ElementNode) -> ElementNode | None:
        types = node.definition.get("type")
        profile = self._single_profile(types)
        if profile is not None:
            tree = self._find(profile, self._referrer())
            if tree is not None:
                return tree
        codes = set(type_codes(node.definition))
        code = codes.pop() if len(codes) == 1 and not codes & SYSTEM_TYPES.keys() else "Element"
        return self._find(code if ":" in code else TYPE_PREFIX + code, self._referrer())


def walk(node: ElementNode) -> "list[ElementNode]":
    """`node` and all below it, slices too."""
    found, waiting = [], [node]
    while waiting:
        each = waiting.pop()
        found.append(each)
        waiting += each.children
        waiting += each.slices
    return found
