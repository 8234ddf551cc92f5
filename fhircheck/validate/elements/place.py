"""Where an object stands in a resource, by type: computed once, since all resources of a type have the same places."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from fhircheck.definitions.type_table import Property, TypeInfo, TypeTable

LIMIT = 400_000
"""Past so many steps and paths none is remembered: nesting in data is without bound."""
LONGEST = 10
"""So many dots has a path at most: choices in choices double the paths, and no context of an extension is longer."""
KEPT = 2_000
"""So many extensions are remembered at a place: their URLs come out of the data."""


class Step(NamedTuple):
    """What a JSON property leads to.

    type: FHIR type of the value. below: the place of an object there, None for a bare primitive, a resource,
    or what is not defined. name: how an expression names it.
    """

    type: str
    below: "Place | None"
    name: str


SIBLING = "_"
"""Among the rules: of the objects that stand beside primitives (``_birthDate``)."""
UNDEFINED = Step("", None, "")
NOTHING: "Fast" = (None, None)


class Place:
    """One kind of place: ``Patient.contact.name``. It belongs to one set of definitions.

    type: FHIR type of the object (a path for a backbone element, a primitive's type for its ``_name``).
    paths: every way to name the place by a resource or data type and element names. uses: what was found out
    about extensions here, see extension.py. property: element name, empty for a resource. rule: what is asked of
    the objects here. is_extension: whether these are extensions. fast: JSON name -> gate of texts there and place
    of objects there, once they were met.
    """

    __slots__ = (
        "_steps", "_tree", "fast", "info", "is_extension", "paths", "property", "resource", "rule", "type", "uses",
    )  # fmt: skip

    def __init__(
        self, tree: "PlaceTree", info: TypeInfo, type_name: str, paths: frozenset[str], resource: str, name: str
    ) -> None:
        self._tree = tree
        self._steps: dict[str, Step] = {}
        self.info = info
        self.type = type_name
        self.is_extension = type_name == "Extension"
        self.paths = paths
        self.resource = resource
        self.property = name
        self.uses: dict[Any, Any] = {}
        self.fast: dict[str, Fast] = {}
        self.rule = tree.rules.get(type_name if info.name == type_name else SIBLING if info.name == "Element" else "")

    def step(self, json_name: str) -> Step:
        """What the property `json_name` leads to, UNDEFINED where there is no such property."""
        found = self._steps.get(json_name)
        if found is not None:
            return found
        defined = self.info.by_json.get(json_name.removeprefix("_"))
        if defined is None or (json_name == "_id" and not self.property):  # the id of a resource is only a value
            return UNDEFINED
        found = self._step(json_name, *defined)
        if self._tree.room(1 + len(found.below.paths) if found.below else 1):
            self._steps[json_name] = found
        return found

    def is_single(self, json_name: str) -> bool:
        """Whether the property `json_name` is no array: one in its place is not read."""
        defined = self.info.by_json.get(json_name.removeprefix("_"))
        return defined is not None and not defined[0].repeats

    def learn(self, json_name: str) -> "Fast":
        """The gate of texts and the place of objects in the property `json_name`; kept in `fast`."""
        step = self.step(json_name)
        if step is UNDEFINED:
            return NOTHING
        found = (None if step.below else self._gate(json_name, step.type), step.below)
        if self._tree.room():
            self.fast[json_name] = found
        return found

    def _gate(self, json_name: str, type_name: str) -> Callable[[str], object] | None:
        gate = self._tree.gates.get(type_name)
        if json_name == "id" and self.property:
            is_new = self._tree.new_id
            return lambda text: is_new(text, self) and (gate is None or gate(text))
        return gate

    def _step(self, json_name: str, element: Property, type_name: str) -> Step:
        types = self._tree.types
        info = types.type(type_name)
        name = f"{element.name}.ofType({type_name})" if element.choice else element.name
        if info is None or info.kind == "resource":
            return Step(type_name, None, name)
        if json_name.startswith("_"):
            if info.kind != "primitive-type":
                return Step(type_name, None, name)
            base = types.type("Element")
            return Step(type_name, self._below(base, element, type_name) if base else None, name)
        return Step(type_name, None if info.kind == "primitive-type" else self._below(info, element, type_name), name)

    def _below(self, info: TypeInfo, element: Property, type_name: str) -> "Place":
        above = [path for path in self.paths if path.count(".") < LONGEST]
        paths = {f"{path}.{element.name}" for path in above} | {type_name}
        if element.choice:
            paths |= {f"{path}.{element.json_name(type_name)}" for path in above}
        return Place(self._tree, info, type_name, frozenset(paths), self.resource, element.name)

    def remember(self, key: Any, use: Any) -> None:
        """Keep what was found out about an extension here."""
        if len(self.uses) >= KEPT:
            self.uses.clear()
        self.uses[key] = use

    def named(self) -> frozenset[str]:
        """`paths`, each also with the types that its first name specializes (Patient.text: DomainResource.text)."""
        found = set(self.paths)
        if "." in self.type:  # a backbone element: its path names it, what it specializes is in its definition
            found.add(self.info.base)
        for path in tuple(found):
            head, dot, rest = path.partition(".")
            info = self._tree.types.type(head)
            while info is not None and info.base:
                found.add(info.base + dot + rest)
                info = self._tree.types.type(info.base)
        return frozenset(found)


Fast = tuple[Callable[[str], object] | None, Place | None]


class PlaceTree:
    """The places of one set of definitions, made when they are first met.

    gates: FHIR type -> quick test of a text; rules: FHIR type -> what is asked of an object. new_id: whether an
    element's id (text, place of the element) was not met before.
    """

    def __init__(
        self,
        types: TypeTable,
        gates: Mapping[str, Callable[[str], object]],
        rules: Mapping[str, Callable[[Any], bool]],
        new_id: Callable[[str, Place], bool] = lambda text, place: True,
    ) -> None:
        self.types = types
        self.gates = gates
        self.rules = rules
        self.new_id = new_id
        self._roots: dict[str, Place | None] = {}
        self._made = 0

    def root(self, resource_type: str) -> Place | None:
        """The place of a resource of this type; None where there is no such type."""
        if resource_type not in self._roots:
            info = self.types.type(resource_type)
            if info is None or info.kind != "resource":
                return None
            self._roots[resource_type] = Place(self, info, resource_type, frozenset({resource_type}), resource_type, "")
        return self._roots[resource_type]

    def room(self, number: int = 1) -> bool:
        """Whether so many more steps and paths may be remembered."""
        self._made += number
        return self._made < LIMIT
