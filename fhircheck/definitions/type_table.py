"""FHIR's types as a table: what an object of a type is made of, by element name and by JSON name.

Made from the StructureDefinitions of resource and data types (the base ones, never profiles), a type at
a time, when it is first asked for. Backbone elements are types too, named by their path
(``Observation.component``), so that content by reference (``Questionnaire.item.item``) is the type it means.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol

from fhircheck.definitions.element_tree import ElementNode, element_tree
from fhircheck.definitions.errata import type_code
from fhircheck.model.errors import DefinitionUnusable

BACKBONE = frozenset({"BackboneElement", "Element"})


class Structures(Protocol):
    """Where the base definitions come from (see DefinitionSet.structure)."""

    def structure(self, type_or_url: str) -> dict[str, Any] | None: ...


class Property(NamedTuple):
    """One element of a type.

    name: without ``[x]``. types: FHIR type names, a path for a backbone element. attribute: an XML attribute.
    minimum, repeats: from the base definition.
    """

    name: str
    types: tuple[str, ...]
    choice: bool
    repeats: bool
    minimum: int
    attribute: bool

    def json_name(self, type_name: str) -> str:
        """The JSON property name where the value has the type `type_name`."""
        return self.name + type_name[:1].upper() + type_name[1:] if self.choice else self.name


class TypeInfo:
    """One type: properties by element name (in the definition's order), and by JSON name with the type that it means.

    kind: ``resource``, ``complex-type`` (also backbone elements) or ``primitive-type``. base: name of
    the type it is a specialization of, empty for Element and Resource.
    """

    __slots__ = ("abstract", "base", "by_json", "kind", "name", "properties")

    def __init__(self, name: str, kind: str, base: str, abstract: bool, properties: Iterable[Property]) -> None:
        self.name = name
        self.kind = kind
        self.base = base
        self.abstract = abstract
        self.properties = {each.name: each for each in properties}
        self.by_json = {
            each.json_name(type_name): (each, type_name)
            for each in self.properties.values()
            for type_name in each.types
        }


class TypeTable:
    """The types of one set of definitions."""

    def __init__(self, structures: Structures) -> None:
        self._structures = structures
        self._types: dict[str, TypeInfo] = {}
        self._resources: dict[str, bool] = {}

    def type(self, name: str) -> TypeInfo | None:
        """The type called `name` (``Patient``, ``HumanName``, ``date``, ``Patient.contact``), or None."""
        found = self._types.get(name)
        if found is None and name and name.replace(".", "").isalnum():
            self._load(name.partition(".")[0])
            found = self._types.get(name)
        return found

    def of_choice(self, tail: str) -> str:
        """The type that the JSON name of a choice ends in (``DateTime``: dateTime); empty where `tail` names none.

        The types that a choice can have are those of an extension's value.
        """
        extension = self.type("Extension")
        found = extension.by_json.get(f"value{tail}") if extension is not None else None
        return found[1] if found is not None else ""

    def is_a(self, name: str, ancestor: str) -> bool:
        """Whether type `name` is `ancestor` or a specialization of it."""
        for _ in range(10):
            if name == ancestor:
                return True
            found = self.type(name)
            if found is None or not found.base:
                return False
            name = found.base
        return False

    def is_resource(self, name: str) -> bool:
        """Whether `name` is a resource type that instances can have."""
        known = self._resources.get(name)
        if known is None:
            found = self.type(name)
            known = found is not None and found.kind == "resource" and not found.abstract
            if found is not None:
                self._resources[name] = known
        return known

    def _load(self, name: str) -> None:
        structure = self._structures.structure(name)
        if structure is None or structure.get("derivation") == "constraint" or structure.get("type") != name:
            return
        try:
            root = element_tree(structure)
        except DefinitionUnusable:
            return
        base = str(structure.get("baseDefinition", "")).rpartition("/")[2]
        kind = str(structure.get("kind", ""))
        self._add(name, kind, base, structure.get("abstract") is True, root)

    def _add(self, name: str, kind: str, base: str, abstract: bool, node: ElementNode) -> None:
        properties = [self._property(child) for child in node.children]
        self._types[name] = TypeInfo(name, kind, base, abstract, properties)
        for child in node.children:
            if child.children:
                code = str((child.definition.get("type") or [{}])[0].get("code", "Element"))
                self._add(child.path, "complex-type", code, False, child)

    def _property(self, node: ElementNode) -> Property:
        definition = node.definition
        tail = node.path.rpartition(".")[2]
        codes = tuple(type_code(each, definition) for each in definition.get("type") or ())
        reference = str(definition.get("contentReference", "")).rpartition("#")[2]
        types = (reference,) if reference else (node.path,) if node.children and BACKBONE & set(codes) else codes
        return Property(
            tail.removesuffix("[x]"),
            types,
            tail.endswith("[x]"),
            str(definition.get("max", "1")) not in ("0", "1"),
            int(definition.get("min", 0)),
            "xmlAttr" in (definition.get("representation") or ()),
        )
