"""Where references and extensions were found before: looked at first, so that most resources need not be walked
through."""

from typing import Any

from fhircheck.model.record import Node

LEARNED = 2_000
"""So many places are learned in a process; R4's types have some 900, of which a data set uses some tens."""

EXTENSIONS = ("extension", "modifierExtension")

Extensions = list[tuple[str, list[Any]]]
"""(path of the member, what stands in it)"""


class Found:
    """references: (path of the object, its ``reference``). extensions: of each member that holds some."""

    __slots__ = ("extensions", "references")

    def __init__(self) -> None:
        self.references: list[tuple[str, str]] = []
        self.extensions: Extensions = []


Branch = dict[str, tuple[str, "Branch"]]
"""Member name -> its path, and what is known below it."""

_types: dict[str, Branch] = {}
_learned = 0


def found_again(node: Node, kind: str, text: bytes) -> Found | None:
    """The references and extensions of `node`, a resource of type `kind`, where all stand at places learned before.

    `text`: the JSON that `node` was read from, and nothing else. As many of its members are named ``reference`` (or end
    in ``xtension``) as the name stands in it at most: where so many were found, there is no other. None where the node
    must be walked through: XML names its members in another way.
    """
    branch = _types.get(kind)
    if branch is None or text[:1] != b"{" or (b"\\" in text and (b"\\u006" in text or b"\\u007" in text)):
        return None
    found = Found()
    _follow(node, branch, found)
    if len(found.references) != text.count(b'"reference"') or len(found.extensions) != text.count(b'xtension"'):
        return None
    return found


def _follow(node: Node, branch: Branch, found: Found) -> None:
    for name, (path, inner) in branch.items():
        value: Any = node.get(name)
        if value is None:
            continue
        kind = value.__class__
        if kind is dict:
            reference = value.get("reference")
            if reference.__class__ is str:
                found.references.append((path, reference))
            if inner:
                _follow(value, inner, found)
        elif kind is list:
            if name in EXTENSIONS:
                found.extensions.append((path, value))
            for item in value:
                if item.__class__ is dict:
                    reference = item.get("reference")
                    if reference.__class__ is str:
                        found.references.append((path, reference))
                    if inner:
                        _follow(item, inner, found)


def learn(kind: str, found: Found) -> None:
    """Remember the places that a walk found references and extensions at."""
    global _learned  # noqa: PLW0603
    if _learned >= LEARNED:
        return
    branch = _types.setdefault(kind, {})
    for path, _ in (*found.references, *found.extensions):
        here = branch
        names = path.split(".")
        for depth, name in enumerate(names[1:], 2):
            below = here.get(name)
            if below is None:
                _learned += 1
                below = here[name] = ".".join(names[:depth]), {}
            here = below[1]
