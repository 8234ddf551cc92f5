"""What a resource says of itself: its label, the profiles it claims, the resources of its entries."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from fhircheck.model.path import item, shown_name

Node = dict[str, Any]

_SHOWN_ID = re.compile(r"[^\s\"']{1,64}").fullmatch


def claimed(node: Node) -> list[str]:
    """The canonicals in meta.profile; what is malformed there is the explainer's concern."""
    meta = node.get("meta")
    profiles = meta.get("profile") if meta.__class__ is dict else None
    if profiles.__class__ is not list:
        return []
    return list(dict.fromkeys(each for each in profiles if each.__class__ is str))


def label(node: Any) -> str:
    """``Type/id`` of a resource, the type alone where it has no sound id."""
    name = node.get("resourceType") if node.__class__ is dict else None
    if name.__class__ is not str:
        return ""
    shown = _shown_type(name)
    identity = node.get("id")
    if identity.__class__ is str and _SHOWN_ID(identity):
        return f"{shown}/{identity}"
    return shown


_shown_type = lru_cache(1_000)(shown_name)


def filled_entries(node: Any) -> Iterator[tuple[int, Node]]:
    """(index, entry) of every entry of a Bundle that holds a resource object; the only one may be without its array."""
    entries = node.get("entry") if node.get("resourceType") == "Bundle" else None
    if entries.__class__ is dict:
        entries = (entries,)
    elif entries.__class__ is not list:
        return
    for index, entry in enumerate(entries):
        if entry.__class__ is dict and entry.get("resource").__class__ is dict:
            yield index, entry


def entry_resources(node: Any) -> Iterator[tuple[str, Node]]:
    """(step, resource) of every entry of a Bundle that holds a resource object."""
    return ((f"{item('entry', index)}.resource", entry["resource"]) for index, entry in filled_entries(node))
