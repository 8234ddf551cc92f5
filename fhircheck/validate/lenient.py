"""Members of JSON that may be malformed at any place: what is not of the form asked for reads as absent."""

from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

Node = dict[str, Any]

PRIMITIVES = frozenset(
    {"base64Binary", "boolean", "canonical", "code", "date", "dateTime", "decimal", "id", "instant", "integer"}
    | {"markdown", "oid", "positiveInt", "string", "time", "unsignedInt", "uri", "url", "uuid"}
)


class Typed(NamedTuple):
    """The value of a choice element: its FHIR type, and the value, None where only extensions stand for it."""

    type: str
    value: Any


def numbered(node: Any, name: str) -> list[tuple[int, Node]]:
    """(index, object) of the objects in the list `name`."""
    found = node.get(name) if node.__class__ is dict else None
    if found.__class__ is not list:
        return []
    return [(index, each) for index, each in enumerate(found) if each.__class__ is dict]


def objects(node: Any, name: str) -> list[Node]:
    """The objects in the list `name`."""
    return [each for _, each in numbered(node, name)]


def strings(node: Any, name: str) -> list[str]:
    """The texts in the list `name`."""
    found = node.get(name) if node.__class__ is dict else None
    return [each for each in found if each.__class__ is str] if found.__class__ is list else []


def member(node: Any, name: str) -> Node:
    """The object `name`, empty where there is none."""
    found = node.get(name) if node.__class__ is dict else None
    return found if found.__class__ is dict else {}


def text(node: Any, name: str) -> str:
    """The text `name`, empty where there is none."""
    found = node.get(name) if node.__class__ is dict else None
    return found if found.__class__ is str else ""


def flag(node: Any, name: str) -> bool:
    """Whether the boolean `name` is true."""
    return node.__class__ is dict and node.get(name) is True


def typed(node: Any, name: str = "value") -> Typed | None:
    """The value of the choice element `name` (``value`` of ``valueString``), or None."""
    if node.__class__ is not dict:
        return None
    for key in node:
        bare = key.removeprefix("_")
        suffix = bare[len(name) :]
        if not bare.startswith(name) or not suffix[:1].isupper():
            continue
        lower = suffix[0].lower() + suffix[1:]
        kind = lower if lower in PRIMITIVES else suffix
        return Typed(kind, node.get(bare))
    return None


def extensions(node: Any, url: str) -> list[Typed]:
    """Values of the extensions of `node` with this URL."""
    found = [typed(each) for each in objects(node, "extension") if each.get("url") == url]
    return [each for each in found if each is not None]


def extension(node: Any, url: str) -> Any:
    """Value of the first extension with this URL, None where there is none."""
    return next((each.value for each in extensions(node, url)), None)


def number(value: Any) -> Decimal | None:
    """A JSON number as Decimal, with the digits it was written with; None for all else."""
    if value.__class__ is bool or not isinstance(value, int | float | Decimal | str):
        return None
    try:
        made = Decimal(str(value))
    except InvalidOperation:
        return None
    return made if made.is_finite() else None


def whole(value: Any) -> int | None:
    """A JSON integer, None for all else."""
    return value if value.__class__ is int else None
