"""Reading the parts of a resource that may be malformed at any place."""

from collections.abc import Iterator
from typing import Any

from fhircheck.model.path import item

Node = dict[str, Any]


def objects(node: Any, name: str, expression: str) -> Iterator[tuple[Node, str]]:
    """(object, expression) of each object in the list `name` of `node`."""
    found = node.get(name) if node.__class__ is dict else None
    if found.__class__ is list:
        for index, each in enumerate(found):
            if each.__class__ is dict:
                yield each, item(f"{expression}.{name}", index)


def text(node: Any, name: str) -> str:
    """The text `name` of `node`, empty where there is none."""
    found = node.get(name) if node.__class__ is dict else None
    return found if found.__class__ is str else ""


def concepts(node: Node, expression: str) -> Iterator[tuple[Node, str]]:
    """(concept, expression) of every concept of a CodeSystem, those below others included; without recursion."""
    waiting = list(objects(node, "concept", expression))[::-1]
    while waiting:
        concept, where = waiting.pop()
        yield concept, where
        waiting.extend(list(objects(concept, "concept", where))[::-1])
