"""StructureDefinition with differential -> the same with its snapshot (https://hl7.org/fhir/R4/profiling.html#snapshot)."""

from typing import Any, Protocol

from fhircheck.definitions.element_tree import ElementNode, element_tree
from fhircheck.definitions.snapshot.application import Application
from fhircheck.definitions.snapshot.differential import change_tree, root_name
from fhircheck.definitions.snapshot.node import flattened, inherit
from fhircheck.model.errors import DefinitionUnusable

Json = dict[str, Any]
LARGEST = 20_000
"""Elements of the largest snapshot that is made; the largest published ones have about 2,000."""
REMEMBERED = 200
DEEPEST = 30
"""Bases of bases, and profiles on types of profiles on types."""


class Definitions(Protocol):
    """Where bases, types and profiles on types come from (see DefinitionSet.find)."""

    def find(self, canonical: str, resource_type: str = "", referrer: str = "") -> Json | None: ...


def generate_snapshot(structure: Json, definitions: Definitions) -> Json:
    """`structure` (a StructureDefinition) with the snapshot that its base and its differential give.

    A base or a profile on a type without snapshot gets its own first. Raises DefinitionUnusable where
    a base is missing or cyclic, or the differential names what is not there.
    """
    return SnapshotGenerator(definitions).generate(structure)


class SnapshotGenerator:
    """Makes snapshots with one set of definitions; those of bases and of types are made once."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._trees: dict[str, ElementNode] = {}
        self._making: list[str] = []

    def generate(self, structure: Json) -> Json:
        """`structure` with its snapshot made anew; see `generate_snapshot`."""
        try:
            elements = list(flattened(self._made(structure)))
        except (TypeError, AttributeError, ValueError, KeyError, RecursionError) as fault:
            raise DefinitionUnusable(f"profile {structure.get('url')} is malformed: {type(fault).__name__}") from fault
        return {**structure, "snapshot": {"element": elements}}

    def complete(self, structure: Json) -> Json:
        """`structure` as it is where it has a snapshot, else with the one made for it."""
        return structure if _has_snapshot(structure) else self.generate(structure)

    def tree(self, canonical: str, referrer: str) -> ElementNode | None:
        """The elements of the definition `canonical` as what refers to it inherits them; None where it is not known."""
        structure = self._definitions.find(canonical, "StructureDefinition", referrer)
        if structure is None:
            return None
        key = _name(structure)
        found = self._trees.get(key)
        if found is None:
            if len(self._trees) >= REMEMBERED:
                self._trees.clear()
            made = element_tree(structure) if _has_snapshot(structure) else self._made(structure)
            found = self._trees[key] = inherit(made, str(structure.get("url", "")))
        return found

    def _made(self, structure: Json) -> ElementNode:
        """The tree of the snapshot of `structure`, made from its base."""
        name = _name(structure)
        if name in self._making or len(self._making) > DEEPEST:
            raise DefinitionUnusable(f"profile {name}: its base or a type it walks into leads back to it")
        self._making.append(name)
        try:
            base = self.base(structure)
            change = change_tree(structure)
            return Application(self.tree, structure, base, LARGEST).apply(change)
        finally:
            self._making.pop()

    def base(self, structure: Json) -> ElementNode:
        """The elements of what `structure` derives from. Raises DefinitionUnusable where there is nothing."""
        name = _name(structure)
        canonical = structure.get("baseDefinition")
        if not isinstance(canonical, str) or not canonical:
            raise DefinitionUnusable(f"profile {name} has no baseDefinition")
        if not isinstance(structure.get("differential"), dict):
            raise DefinitionUnusable(f"profile {name} has neither snapshot nor differential")
        base = self.tree(canonical, name)
        if base is None:
            raise DefinitionUnusable(f"profile {name}: its base {canonical} is not known")
        if structure.get("derivation") == "constraint" and base.path != root_name(structure):
            raise DefinitionUnusable(f"profile {name} is for {root_name(structure)}, its base {canonical} is not")
        return base


def _name(structure: Json) -> str:
    url, version = structure.get("url") or structure.get("id"), structure.get("version")
    return f"{url}|{version}" if version else str(url)


def _has_snapshot(structure: Json) -> bool:
    snapshot = structure.get("snapshot")
    return isinstance(snapshot, dict) and bool(snapshot.get("element"))
