"""All values below a node with their FHIR types, in the order of the JSON, however deep it is nested."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from fhircheck.definitions.type_table import TypeInfo, TypeTable

Node = dict[str, Any]


class Value(NamedTuple):
    """One value: FHIR type (a path for a backbone element), where it is, its element name, the object it is in."""

    value: Any
    type: str
    expression: str
    name: str
    owner: Node
    owner_type: str


def typed_values(node: Node, type_name: str, types: TypeTable, expression: str = "") -> Iterator[Value]:
    """Every value below `node`, which has the type `type_name`; not into Bundles. Nothing is said of what is undefined.

    expression: of `node`; the values' expressions begin with it.
    """
    waiting: list[Value] = []
    _open(Value(node, type_name, expression, "", {}, ""), types, waiting)
    while waiting:
        found = waiting.pop()
        yield found
        if found.value.__class__ is dict:
            _open(found, types, waiting)


def _open(parent: Value, types: TypeTable, waiting: list[Value]) -> None:
    """Put the members of an object on the stack, the first on top."""
    info = _info(parent, types)
    if info is None or (info.name == "Bundle" and parent.owner):
        return
    members: list[Value] = []
    for json_name, value in parent.value.items():
        defined = info.by_json.get(json_name.removeprefix("_"))
        if defined is None:
            continue
        element, type_name = defined
        if json_name.startswith("_"):
            type_name = "Element"
        step = f"{element.name}.ofType({defined[1]})" if element.choice else element.name
        place = f"{parent.expression}.{step}" if parent.expression else step
        if value.__class__ is list:
            members += [
                Value(each, type_name, f"{place}[{index}]", element.name, parent.value, info.name)
                for index, each in enumerate(value)
            ]
        else:
            members.append(Value(value, type_name, place, element.name, parent.value, info.name))
    waiting.extend(reversed(members))


def _info(parent: Value, types: TypeTable) -> TypeInfo | None:
    """The type of an object: for a resource the one it says it is."""
    name = parent.value.get("resourceType") if parent.type in ("Resource", "DomainResource") else parent.type
    return types.type(name) if name.__class__ is str else None
