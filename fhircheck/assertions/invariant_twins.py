"""Hand-written twins of invariants that are asked about nearly every object: value -> whether it holds.

Each stands for one key with one expression; a definition that states the key with another expression is
evaluated as FHIRPath. `tests/laws` proves each equal to its expression.
"""

from typing import Any

from fhircheck.assertions import narrative
from fhircheck.model.protocols import Gate

Node = dict[str, Any]
VERSION_NAMES = frozenset({"versionId", "_versionId", "lastUpdated", "_lastUpdated"})


def is_something(value: Any) -> bool:
    """ele-1: the element has a value or children, be it an id alone (see invariant_errata)."""
    return value.__class__ is not dict or bool(value)


def has_content(value: Any) -> bool:
    """ele-1 of a primitive without a value: it has children besides its id."""
    if value.__class__ is not dict:
        return True
    count = len(value)
    return count > 2 or count > ("id" in value) + ("_id" in value)


def value_or_extensions(value: Any) -> bool:
    """ext-1: an extension has either extensions or a value."""
    if value.__class__ is not dict:
        return True
    has_value = False
    for name in value:  # measured: half the time of a generator
        if name[:5] == "value" or name[:6] == "_value":
            has_value = True
            break
    return ("extension" in value) is not has_value


def no_nested_contained(value: Any) -> bool:
    """dom-2: contained resources contain none."""
    contained = value.get("contained")
    if contained.__class__ is not list:
        return True
    return not any(each.__class__ is dict and each.get("contained") for each in contained)


def no_version_in_contained(value: Any) -> bool:
    """dom-4: contained resources have no meta.versionId and no meta.lastUpdated."""
    return not any(not VERSION_NAMES.isdisjoint(meta) for meta in _metas(value))


def no_security_in_contained(value: Any) -> bool:
    """dom-5: contained resources have no security label."""
    return not any("security" in meta for meta in _metas(value))


def _metas(value: Node) -> list[Node]:
    contained = value.get("contained")
    if contained.__class__ is not list:
        return []
    metas = [each.get("meta") for each in contained if each.__class__ is dict]
    return [each for each in metas if each.__class__ is dict]


def narrative_allowed(value: Any) -> bool:
    """txt-1: the narrative holds only what narratives may hold."""
    return value.__class__ is not str or narrative.html_checks(value)


def narrative_content(value: Any) -> bool:
    """txt-2: the narrative has content that is not blank (R4 states it by the expression of txt-1)."""
    return value.__class__ is not str or narrative.has_content(value)


def refers_elsewhere(value: Any) -> bool:
    """ref-1 holds for sure: the reference names no contained resource."""
    reference = value.get("reference") if value.__class__ is dict else None
    return reference.__class__ is str and not reference.startswith("#")


TWINS: dict[tuple[str, str], Gate] = {
    ("ele-1", "hasValue() or (children().count() > id.count())"): is_something,
    ("ext-1", "extension.exists() != value.exists()"): value_or_extensions,
    ("dom-2", "contained.contained.empty()"): no_nested_contained,
    ("dom-4", "contained.meta.versionId.empty() and contained.meta.lastUpdated.empty()"): no_version_in_contained,
    ("dom-5", "contained.meta.security.empty()"): no_security_in_contained,
    ("txt-1", "htmlChecks()"): narrative_allowed,
    ("txt-2", "htmlChecks()"): narrative_content,
}

SURE: dict[tuple[str, str], Gate] = {
    (
        "ref-1",
        "reference.startsWith('#').not() or (reference.substring(1).trace('url') in"
        " %rootResource.contained.id.trace('ids'))",
    ): refers_elsewhere,
}
"""Twins that tell only of most values that an invariant holds; of the others the expression tells."""

DECIDED_ELSEWHERE = frozenset({"dom-3"})
"""Keys that a rule of its own decides: whether a contained resource belongs to its container (rules/contained.py)."""
