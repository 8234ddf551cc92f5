"""Where the elements stand that R4 requires, by the type table alone: what is spoilt there must be found."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any, NamedTuple

from fhircheck.definitions.type_table import TypeTable

PRIMITIVE = "primitive-type"


class Typed(NamedTuple):
    """An object of the data, its FHIR type and its expression."""

    node: dict[str, Any]
    type: str
    expression: str


class Required(NamedTuple):
    """An element that is there and must be. names: its JSON property and, for a primitive, the sibling."""

    parent: dict[str, Any]
    names: tuple[str, ...]
    primitive: bool
    repeats: bool
    parent_expression: str
    expression: str


def typed(node: Any, types: TypeTable, expression: str = "", kind: str = "") -> Iterator[Typed]:
    """Every object below `node` whose type is known, `node` itself first."""
    if not isinstance(node, dict):
        return
    kind = str(node.get("resourceType", "")) if kind in ("", "Resource", "DomainResource") else kind
    info = types.type(kind)
    if info is None or info.kind == PRIMITIVE:
        return
    expression = expression or kind
    yield Typed(node, kind, expression)
    for name, value in node.items():
        found = info.by_json.get(name)
        if found is None:
            continue
        element, code = found
        place = f"{expression}.{element.name}" + (f".ofType({code})" if element.choice else "")
        if not element.repeats:
            yield from typed(value, types, place, code)
        elif isinstance(value, list):
            for index, each in enumerate(value):
                yield from typed(each, types, f"{place}[{index}]", code)


def required(node: dict[str, Any], types: TypeTable) -> list[Required]:
    """Every required element that `node` has, at any depth."""
    places = []
    for parent, kind, expression in typed(node, types):
        info = types.type(kind)
        for element in info.properties.values() if info else ():
            if not element.minimum or element.attribute:
                continue
            for code in element.types:
                name = element.json_name(code)
                if name in parent or f"_{name}" in parent:
                    below = types.type(code)
                    primitive = below is not None and below.kind == PRIMITIVE
                    step = f"{element.name}.ofType({code})" if element.choice else element.name
                    place = f"{expression}.{step}"
                    places.append(Required(parent, (name, f"_{name}"), primitive, element.repeats, expression, place))
    return places


WAYS = ("drop", "null", "empty list", "empty object", "empty text", "list in list", "other kind", "list swapped")


def spoil(place: Required, how: str, rng: Random) -> None:
    """Make the required element at `place` missing or malformed."""
    name, sibling = place.names
    value = place.parent.pop(name, None)
    place.parent.pop(sibling, None)
    if how == "list swapped":
        plain = value[0] if isinstance(value, list) and value else value
        how, made = ("drop", None) if plain is None else (how, plain if place.repeats else [plain])
    elif how == "other kind":
        made = rng.choice([{"extensionx": 1}, [True]]) if place.primitive else rng.choice([7, True, "text"])
        made = [made] if place.repeats else made
    else:
        made = {"null": None, "empty list": [], "empty object": {}, "empty text": "", "list in list": [[]]}.get(how)
    if how != "drop":
        place.parent[name] = json.loads(json.dumps(made))
