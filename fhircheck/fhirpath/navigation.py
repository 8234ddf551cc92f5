"""From an item to its elements: names of the model to JSON properties, choices, primitives with their siblings."""

from collections.abc import Callable
from typing import Any

from fhircheck.fhirpath.item import Item
from fhircheck.fhirpath.types import NoTypes, TypeModel

RESOURCES = frozenset({"Resource", "DomainResource"})
OUTSIDE = frozenset({"resourceType", "fhir_comments"})
FEW = 3

Alternatives = dict[str, str]
"""JSON property name -> type of its value."""


def guessed(value: Any) -> str:
    """A type for a value that the model does not know."""
    if value.__class__ is bool:
        return "boolean"
    if value.__class__ is str:
        return "string"
    if value.__class__ is int:
        return "integer"
    return "Element" if value.__class__ is dict else "decimal"


class Navigator:
    """Looks up elements by the type of the item they are asked of; remembers what it found."""

    def __init__(self, types: TypeModel) -> None:
        self.types = types
        self._steps: dict[tuple[str, str], Alternatives | None] = {}
        self._primitive: dict[str, bool] = {}

    def is_primitive(self, name: str) -> bool:
        """Whether the FHIR type `name` is a primitive one."""
        known = self._primitive.get(name)
        if known is None:
            found = self.types.type(name)
            known = self._primitive[name] = found is not None and found.kind == "primitive-type"
        return known

    def alternatives(self, type_name: str, name: str) -> Alternatives | None:
        """JSON names and types of the element `name` of a type; empty where it has no such element, None where the
        type is not known."""
        try:
            return self._steps[type_name, name]
        except KeyError:
            found = self._steps[type_name, name] = self._alternatives(type_name, name)
            return found

    def _alternatives(self, type_name: str, name: str) -> Alternatives | None:
        facts = self.types.type(type_name)
        if facts is None:
            return None
        element = facts.properties.get(name)
        if element is None:  # profiles name choices by their JSON name too (valueQuantity), and the reference reads it
            named = facts.by_json.get(name)
            return {} if named is None else {name: named[1]}
        return {element.json_name(each): each for each in element.types}

    def member(self, items: list[Item], name: str) -> list[Item]:
        """The elements `name` of all `items`, in order."""
        found: list[Item] = []
        for item in items:
            value = item.value
            if value.__class__ is not dict:
                if item.type[:7] != "System.":
                    self._of_primitive(item, name, found)
                elif value is not None and item.type in ("System.Quantity", "System.ClassInfo"):
                    self._of_system(value, name, found)
                continue
            if item.type == "System.ClassInfo":
                if name in value:
                    found.append(Item(value[name], "System.String"))
                continue
            steps = self.alternatives(item.type, name)
            if steps is None:
                steps = {name: ""}
            if len(steps) <= FEW:
                for key, type_name in steps.items():
                    self._take(value, key, type_name, found)
            else:
                for key in value:
                    if key in steps:
                        self._take(value, key, steps[key], found)
                    elif key[:1] == "_" and key[1:] in steps and key[1:] not in value:
                        self._take(value, key[1:], steps[key[1:]], found)
        return found

    def _of_primitive(self, item: Item, name: str, found: list[Item]) -> None:
        if name == "value" and item.value is not None:
            kind = {"boolean": "Boolean", "integer": "Integer", "decimal": "Decimal"}.get(item.type, "String")
            found.append(Item(item.value if kind == "String" else item.plain, "System." + kind))
        elif item.sibling.__class__ is dict and name in ("extension", "id"):
            self._take(item.sibling, name, "Extension" if name == "extension" else "string", found)

    def _of_system(self, value: Any, name: str, found: list[Item]) -> None:
        if name == "value":
            found.append(Item(value.value, "System.Decimal"))
        elif name in ("unit", "code"):
            found.append(Item(value.unit, "System.String"))

    def _take(self, node: dict[str, Any], key: str, type_name: str, found: list[Item]) -> None:
        value = node.get(key)
        sibling = node.get("_" + key) if not type_name or self.is_primitive(type_name) else None
        if value.__class__ is list:
            siblings = sibling if sibling.__class__ is list else ()
            for index, each in enumerate(value):
                beside = siblings[index] if index < len(siblings) else None
                self._add(each, type_name, beside, found)
            for beside in siblings[len(value) :]:
                self._add(None, type_name, beside, found)
        elif value is not None:
            self._add(value, type_name, sibling if sibling.__class__ is dict else None, found)
        elif sibling.__class__ is dict:
            self._add(None, type_name, sibling, found)
        elif sibling.__class__ is list:
            for beside in sibling:
                self._add(None, type_name, beside, found)

    def _add(self, value: Any, type_name: str, sibling: Any, found: list[Item]) -> None:
        if value is None and not sibling:
            return
        if value.__class__ is dict:
            kind = value.get("resourceType")
            if kind.__class__ is str and (type_name in RESOURCES or not type_name):
                found.append(Item(value, kind))
                return
        found.append(Item(value, type_name or guessed(value), sibling))

    def children(self, items: list[Item]) -> list[Item]:
        """All child elements of `items` in the order of the data, those of primitives (id, extensions) too."""
        found: list[Item] = []
        for item in items:
            value = item.value
            if value.__class__ is dict and item.type[:7] != "System.":
                self._children_of(value, item.type, found)
            elif item.sibling.__class__ is dict:
                self._of_primitive(item, "id", found)
                self._of_primitive(item, "extension", found)
        return found

    def _children_of(self, node: dict[str, Any], type_name: str, found: list[Item]) -> None:
        facts = self.types.type(type_name)
        known = facts.by_json if facts is not None else None
        for key in node:
            name = key
            if key[:1] == "_":
                name = key[1:]
                if name in node:
                    continue
            if known is None:
                if name not in OUTSIDE:
                    self._take(node, name, "", found)
            elif name in known:
                self._take(node, name, known[name][1], found)

    def descendants(self, items: list[Item], spend: Callable[[int], None]) -> list[Item]:
        """All children, their children and so on, a level after the other, each once: what is below two of `items` is
        below them once (descendants() is repeat(children()), which gives no item again). spend: told the number of each
        level.
        """
        found: list[Item] = []
        opened = set[int]()
        level = items
        while level:
            holders = {id(each.sibling if each.value.__class__ is not dict else each.value): each for each in level}
            level = self.children([each for key, each in holders.items() if key not in opened])
            opened.update(holders)
            found += level
            spend(len(level))
        return found


NO_TYPES = NoTypes()
KEPT = 4
"""A Navigator holds its model, and that all definitions: of more than a few sets of them the oldest is let go."""
_navigators: dict[int, Navigator] = {}


def navigator(types: TypeModel | None) -> Navigator:
    """The Navigator of a model; all expressions over the model share it."""
    types = NO_TYPES if types is None else types
    found = _navigators.get(id(types))
    if found is None:  # it keeps its model, so no other takes the identity while it is here
        if len(_navigators) >= KEPT:
            del _navigators[next(iter(_navigators))]
        found = _navigators[id(types)] = Navigator(types)
    return found
