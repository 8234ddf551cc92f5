"""A record as far as it can be read as FHIR: what all checks but those of JSON's form look at."""

import re
from typing import Any

from fhircheck.assertions.primitive_format import as_typed
from fhircheck.definitions.type_table import Property, TypeInfo, TypeTable
from fhircheck.model.path import child, item

Node = dict[str, Any]
ENTRY = "Bundle.entry"
_INDEX = re.compile(r"\[(\d+)\]")


class Reading:
    """Reads one record, whose form is wrong at some place, by the types of FHIR.

    That the form is wrong is said of the text as it is. To all other checks nothing is there where something stands in
    place of a value without being one (an array, null, a text for an object, an undefined property, a resource of no
    type of FHIR); one object without its array is the only item of that array, and a value with or without quotes is
    that of its type: what follows from a fault of form alone is not said. An empty object is there, with nothing of
    what it must have. type_name: what the record is. node: the record as read. Raises RecursionError.
    """

    def __init__(self, types: TypeTable, node: Node, expression: str, type_name: str = "Resource") -> None:
        self._types = types
        self._kept: dict[str, list[int]] = {}
        self.node = self._object(node, type_name, expression) or node

    def place(self, expression: str) -> str:
        """Where in the record stands what is at `expression` in `node`: items may have been left out before it."""
        if not self._kept:
            return expression
        first, *rest = _INDEX.split(expression)
        read = there = first
        for number, tail in zip(rest[::2], rest[1::2], strict=True):
            kept = self._kept.get(read)
            read = f"{item(read, int(number))}{tail}"
            there = f"{item(there, kept[int(number)] if kept else int(number))}{tail}"
        return there

    def _object(self, node: Node, type_name: str, expression: str) -> Node | None:
        """What is read of the object `node`, which should be of the type; None where it is a resource of none."""
        info = self._types.type(type_name)
        if info is not None and info.kind == "resource":
            name = node.get("resourceType")
            info = self._types.type(name) if name.__class__ is str and self._types.is_resource(str(name)) else None
        if info is None:
            return None
        read: Node = {}
        for name, given in node.items():
            bare = name.removeprefix("_")
            found = info.by_json.get(bare)
            if found is None or (name[:1] == "_" and not self._is_primitive(found[1])):
                if name == "resourceType" or self._is_chosen(name, info):
                    read[name] = given
                continue
            defined, code = found
            place = child(expression, f"{defined.name}.ofType({code})" if defined.choice else defined.name)
            if not self._is_primitive(code):
                value = self._complex(given, defined, code, place)
                if value is not None:
                    read[name] = value
            elif bare not in read and f"_{bare}" not in read:
                read |= self._primitive(node, bare, defined, code, place)
        return read

    def _is_primitive(self, type_name: str) -> bool:
        info = self._types.type(type_name)
        return info is not None and info.kind == "primitive-type"

    def _is_chosen(self, name: str, info: TypeInfo) -> bool:
        """Whether an undefined property is the value of a choice with a type that is not allowed there, which is said
        of the choice."""
        bare = name.removeprefix("_")
        choices = [each.name for each in info.properties.values() if each.choice and bare.startswith(each.name)]
        return any(self._types.of_choice(bare.removeprefix(each)) for each in choices)

    def _complex(self, given: Any, defined: Property, type_name: str, place: str) -> Any:
        """The object, or the list of objects, in place of an element with parts; None for nothing."""
        if not defined.repeats:
            return self._object(given, type_name, place) if given.__class__ is dict else None
        if given.__class__ is dict:
            given = [given]
        elif given.__class__ is not list:
            return None
        read: list[Node] = []
        kept: list[int] = []
        for index, each in enumerate(given):
            value = self._object(each, type_name, item(place, len(read))) if each.__class__ is dict else None
            if value is not None:
                read.append(value)
                kept.append(index)
        self._keep(place, kept)
        return read or None

    def _keep(self, place: str, kept: list[int]) -> None:
        if kept and kept[-1] != len(kept) - 1:
            self._kept[place] = kept

    def _primitive(self, node: Node, name: str, defined: Property, type_name: str, place: str) -> Node:
        """The value of a primitive and what stands beside it; neither where they cannot be told apart."""
        value, beside = node.get(name), f"_{name}"
        if name == "id":  # nothing may stand beside it
            return {name: as_typed(value, type_name)} if _is_simple(value) else {}
        if not defined.repeats:
            if (name in node and not _is_simple(value)) or node.get(beside, {}).__class__ is not dict:
                return {}
            pair = {name: as_typed(value, type_name), beside: self._sibling(node.get(beside), place)}
            return {key: each for key, each in pair.items() if each is not None}
        values, siblings = node.get(name, []), node.get(beside, [])
        if values.__class__ is not list or siblings.__class__ is not list:
            return {}
        pairs = [(_at(values, index), _at(siblings, index)) for index in range(max(len(values), len(siblings)))]
        kept = [index for index, pair in enumerate(pairs) if _is_pair(*pair)]
        self._keep(place, kept)
        read = {
            name: [as_typed(pairs[index][0], type_name) for index in kept],
            beside: [self._sibling(pairs[index][1], item(place, at)) for at, index in enumerate(kept)],
        }
        return {key: items for key, items in read.items() if any(each is not None for each in items)}

    def _sibling(self, sibling: Any, place: str) -> Node | None:
        """The id and extensions of a primitive."""
        return self._object(sibling, "Element", place) if sibling.__class__ is dict else None


def _at(items: list[Any], index: int) -> Any:
    return items[index] if index < len(items) else None


def _is_pair(value: Any, sibling: Any) -> bool:
    """Whether a value and what stands beside it can be read, at least one of them being there."""
    fit = (value is None or _is_simple(value)) and (sibling is None or sibling.__class__ is dict)
    return fit and not (value is None and sibling is None)


def _is_simple(value: Any) -> bool:
    return value is not None and value.__class__ is not dict and value.__class__ is not list
