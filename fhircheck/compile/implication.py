"""Does passing a profile's gate mean that the type's own gate would pass too? Then it need not be asked."""

from collections.abc import Callable
from typing import Any, NamedTuple

from fhircheck.assertions import VALUE_ASSERTIONS
from fhircheck.assertions.invariant import NAME as INVARIANT
from fhircheck.assertions.reference_target import ReferenceTarget
from fhircheck.compile.compiled_profile import CompiledElement
from fhircheck.definitions.canonical import TYPE_PREFIX


class Known(NamedTuple):
    """What is asked about other definitions. type_root: FHIR type name -> root element of its definition. type_of:
    canonical of a profile -> the type it is for, empty where it is not known."""

    type_root: Callable[[str], CompiledElement | None]
    type_of: Callable[[str], str]


def implies(profile: CompiledElement, base: CompiledElement, known: Known) -> bool:
    """Whether every object that the children of `profile` allow is allowed by those of `base`.

    A sound profile only narrows (profiling.html), but published snapshots have been wrong, so it is
    looked at element by element; where it cannot be shown, the answer is False and both are asked.
    """
    return _facets(profile, base, known) and _children_imply(profile, base, known)


def _children_imply(profile: CompiledElement, base: CompiledElement, known: Known) -> bool:
    own = {each.name: each for each in profile.children}
    names = {each.name for each in base.children}
    return own.keys() <= names and all(
        each.name in own and _narrows(own[each.name], each, known) for each in base.children
    )


def _narrows(own: CompiledElement, base: CompiledElement, known: Known) -> bool:
    same_form = (own.repeats, own.choice, own.bare) == (base.repeats, base.choice, base.bare)
    bounds = own.minimum >= base.minimum and (base.maximum is None or (own.maximum or 0) <= base.maximum)
    if own.maximum is None and base.maximum is not None:
        return False
    types = {each.code for each in own.types} <= {each.code for each in base.types}
    profiled = all(each in own.types for each in base.types if each.profiles)
    return same_form and bounds and types and profiled and _facets(own, base, known) and _content(own, base, known)


def _facets(own: CompiledElement, base: CompiledElement, known: Known) -> bool:
    """Whether all that is asked of the value in `base` is asked in `own` too, or is about types that it cannot have."""
    codes = {each.code for each in own.types}
    for name, facet in base.facets.items():
        mine = own.facets.get(name)
        applies = None if name == INVARIANT else VALUE_ASSERTIONS[name].applies
        if applies is not None and codes and codes.isdisjoint(applies):
            continue
        if name == ReferenceTarget.name:
            if not _targets(mine, facet, known):
                return False
        elif name == INVARIANT:
            asked = {(each[0], each[2]) for each in mine or ()}
            if not all((each[0], each[2]) in asked for each in facet):
                return False
        elif mine != facet:
            return False
    return True


def _targets(own: Any, base: dict[str, Any], known: Known) -> bool:
    """Whether references that `own` allows lead to what `base` allows: to the same, or to profiles on it."""
    if own is None or any(own.get(name) != facet for name, facet in base.items() if name != "targets"):
        return False
    allowed = base["targets"]
    return not allowed or (
        bool(own["targets"])
        and all(each in allowed or f"{TYPE_PREFIX}{known.type_of(each)}" in allowed for each in own["targets"])
    )


def _content(own: CompiledElement, base: CompiledElement, known: Known) -> bool:
    """Whether what `own` says of the parts of its value narrows what `base` says of them."""
    if base.children:
        return bool(own.children) and _children_imply(own, base, known)
    if not own.children:
        return own.reference.rpartition("#")[2] == base.reference.rpartition("#")[2]
    root = known.type_root(own.types[0].code) if len(own.types) == 1 and not base.reference else None
    return root is not None and _children_imply(own, root, known)  # its invariants are asked along (item_gate)
