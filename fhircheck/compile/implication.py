"""Does passing a profile's gate mean that the type's own gate would pass too? Then it need not be asked."""

from collections.abc import Callable

from fhircheck.assertions.invariant import NAME as INVARIANT
from fhircheck.compile.compiled_profile import CompiledElement

TypeRoot = Callable[[str], CompiledElement | None]
"""FHIR type name -> root element of its definition."""


def implies(profile: CompiledElement, base: CompiledElement, type_root: TypeRoot) -> bool:
    """Whether every object that the children of `profile` allow is allowed by those of `base`.

    A sound profile only narrows (profiling.html), but published snapshots have been wrong, so it is
    looked at element by element; where it cannot be shown, the answer is False and both are asked.
    """
    return _facets(profile, base) and _children_imply(profile, base, type_root)


def _children_imply(profile: CompiledElement, base: CompiledElement, type_root: TypeRoot) -> bool:
    own = {each.name: each for each in profile.children}
    known = {each.name for each in base.children}
    return own.keys() <= known and all(
        each.name in own and _narrows(own[each.name], each, type_root) for each in base.children
    )


def _narrows(own: CompiledElement, base: CompiledElement, type_root: TypeRoot) -> bool:
    same_form = (own.repeats, own.choice, own.bare) == (base.repeats, base.choice, base.bare)
    bounds = own.minimum >= base.minimum and (base.maximum is None or (own.maximum or 0) <= base.maximum)
    if own.maximum is None and base.maximum is not None:
        return False
    types = {each.code for each in own.types} <= {each.code for each in base.types}
    profiled = all(each in own.types for each in base.types if each.profiles)
    return same_form and bounds and types and profiled and _facets(own, base) and _content(own, base, type_root)


def _facets(own: CompiledElement, base: CompiledElement) -> bool:
    """Whether all that is asked of the value in `base` is asked in `own` too."""
    for name, facet in base.facets.items():
        mine = own.facets.get(name)
        if name == INVARIANT:
            asked = {(each[0], each[2]) for each in mine or ()}
            if not all((each[0], each[2]) in asked for each in facet):
                return False
        elif mine != facet:
            return False
    return True


def _content(own: CompiledElement, base: CompiledElement, type_root: TypeRoot) -> bool:
    """Whether what `own` says of the parts of its value narrows what `base` says of them."""
    if base.children:
        return bool(own.children) and _children_imply(own, base, type_root)
    if not own.children:
        return own.reference == base.reference
    root = type_root(own.types[0].code) if len(own.types) == 1 and not base.reference else None
    return root is not None and _children_imply(own, root, type_root)  # its invariants are asked along (item_gate)
