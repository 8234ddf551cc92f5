"""What a resource points to, as rows across records are joined by it."""

from typing import Any

from fhircheck.measures.seen import Seen
from fhircheck.resolve.reference_walk import target_of


def target_in(value: Any, seen: Seen) -> tuple[int, bool]:
    """Key of what a Reference of `seen` points to, 0 for nothing literal, and whether it names a server.

    Contained resources are not looked up: the caller has them at hand.
    """
    reference = value.get("reference") if value.__class__ is dict else None
    if reference.__class__ is not str or not reference or reference[0] == "#":
        return 0, False
    key, base, scoped = target_of(reference)
    return (key ^ seen.bundle if scoped else key), base is not None


def contained_in(value: Any, node: Any) -> Any:
    """The contained resource that a Reference like ``#id`` points to, None for any other."""
    reference = value.get("reference") if value.__class__ is dict else None
    contained = node.get("contained")
    if reference.__class__ is str and reference[:1] == "#" and contained.__class__ is list:
        for each in contained:
            if each.__class__ is dict and each.get("id") == reference[1:]:
                return each
    return None


def listed(value: Any) -> list[Any]:
    """`value` where it is a list, else an empty one."""
    return value if value.__class__ is list else []
