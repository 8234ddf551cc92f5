"""Paths of a DataRequirement (R4 DataRequirement.codeFilter.path): steps by name, choices, extension(url)."""

import re
from collections.abc import Callable
from typing import Any

Values = Callable[[Any], list[Any]]

_STEP = re.compile(
    r"""extension\(['"]?(?P<url>[^'")]+)['"]?\)|ofType\((?P<type>[A-Za-z]+)\)|(?P<name>[A-Za-z][A-Za-z0-9]*)(?:\[x\])?"""
)
MEMBERS = ("system", "value", "code", "unit", "reference", "display", "text", "id", "start", "end")


class UnreadablePath(ValueError):
    """A path that asks for more than steps, choices and extensions."""


def steps_of(path: str, type_: str = "") -> tuple[tuple[str, str], ...]:
    """The steps of `path` as (kind, text), kind ``name``, ``extension`` or ``type``. Raises UnreadablePath."""
    rest = path.strip()
    if type_ and rest.startswith(f"{type_}."):
        rest = rest[len(type_) + 1 :]
    found: list[tuple[str, str]] = []
    while rest:
        match = _STEP.match(rest)
        after = rest[match.end() :] if match else ""
        if match is None or (after and after[0] != "."):
            raise UnreadablePath(path)
        kind = "extension" if match["url"] else "type" if match["type"] else "name"
        found.append((kind, match["url"] or match["type"] or match["name"]))
        rest = after[1:]
        if after == ".":
            raise UnreadablePath(path)
    if not found:
        raise UnreadablePath(path)
    return tuple(found)


def values_at(path: str, type_: str = "") -> Values:
    """The function from a node to all values at `path`. Never raises on any JSON. Raises UnreadablePath at once."""
    steps = steps_of(path, type_)
    if len(steps) == 1 and steps[0][0] == "name":
        name = steps[0][1]
        return lambda node: _named(node, name)

    def read(node: Any) -> list[Any]:
        found = [node]
        for kind, text in steps:
            found = [value for each in found for value in _one(each, kind, text)]
            if not found:
                break
        return found

    return read


def _one(node: Any, kind: str, text: str) -> list[Any]:
    if kind == "name":
        return _named(node, text)
    if kind == "type":
        return [node]
    extensions = node.get("extension") if node.__class__ is dict else None
    if extensions.__class__ is not list:
        return []
    return [
        value
        for each in extensions
        if each.__class__ is dict and each.get("url") == text
        for name, value in each.items()
        if name[:5] == "value"
    ]


def _named(node: Any, name: str) -> list[Any]:
    """Values of the member `name`, or of the choice of that name (``medication`` for medicationReference)."""
    if node.__class__ is not dict:
        return []
    value = node.get(name)
    if value is None:
        size = len(name)
        value = next((node[each] for each in node if each[:size] == name and each[size : size + 1].isupper()), None)
        if value is None:
            return []
    return value if value.__class__ is list else [value]
