"""StructureDefinition -> CompiledProfile: what is asked, in plain data."""

from collections.abc import Callable
from typing import Any

from fhircheck.assertions import VALUE_ASSERTIONS
from fhircheck.assertions.invariant import NAME as INVARIANT
from fhircheck.assertions.invariant import compile_invariants
from fhircheck.compile.compiled_profile import CompiledElement, CompiledProfile, SlicingRules, TypeRef
from fhircheck.definitions.canonical import TYPE_PREFIX
from fhircheck.definitions.element_tree import ElementNode, element_tree
from fhircheck.definitions.errata import SYSTEM_TYPES, type_code
from fhircheck.model.errors import DefinitionUnusable

PROFILE_ELEMENT = "http://hl7.org/fhir/StructureDefinition/elementdefinition-profile-element"
MUST_HAVE_VALUE = "http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition.mustHaveValue"
"""R5's ElementDefinition.mustHaveValue, as R4 profiles state it: the value itself is there, not only extensions."""
PARTS_OF_CHECK = ("cardinality", "type")


Resolve = Callable[[str, str], str]
Named = dict[str, dict[str, Any]]
"""ElementDefinitions by their ids."""
WITHOUT_SIBLING = SYSTEM_TYPES.keys() | {"xhtml"}
"""Types of primitives beside which nothing stands in JSON."""


def _as_it_is(canonical: str, resource_type: str) -> str:
    return canonical


def compile_structure(structure: dict[str, Any], resolve: Resolve = _as_it_is) -> CompiledProfile:
    """Compile `structure` (a StructureDefinition with a snapshot).

    resolve: (canonical, resource type) -> the canonical with the version chosen for this profile.
    Raises DefinitionUnusable where the snapshot is missing or malformed.
    """
    try:
        builder = _Builder(resolve, _named(structure), str(structure.get("url")))
        root = builder.element(element_tree(structure), is_root=True)
    except (TypeError, AttributeError, ValueError, KeyError) as fault:
        raise DefinitionUnusable(f"profile {structure.get('url')} is malformed: {fault}") from fault
    return CompiledProfile(
        str(structure.get("url", "")),
        str(structure.get("version", "")),
        str(structure.get("type", "")),
        str(structure.get("kind", "")),
        structure.get("abstract") is True,
        root,
        builder.decided,
    )


class _Builder:
    """Walks one element tree and counts the checks it finds."""

    def __init__(self, resolve: Resolve, named: Named, url: str) -> None:
        self._resolve = resolve
        self._url = url
        self._named = named
        self.decided = 0

    def element(self, node: ElementNode, is_root: bool = False) -> CompiledElement:
        """Compile one element with all below it."""
        definition = node.definition
        element_id = str(definition.get("id") or node.path)
        types = tuple(self._type(each, definition) for each in definition.get("type") or ())
        tail = node.path.rpartition(".")[2]
        minimum, maximum = _bounds(definition)
        reference = str(definition.get("contentReference", ""))
        compiled = CompiledElement(
            element_id,
            tail.removesuffix("[x]"),
            0 if is_root else minimum,
            maximum,
            _repeats(definition),
            tail.endswith("[x]"),
            any(str(each.get("code")) in WITHOUT_SIBLING for each in definition.get("type") or ()),
            types,
            reference.removeprefix("#"),
            self._facets(definition, types) | self._invariants(node, types, is_root),
        )
        self.decided += 0 if is_root else len(PARTS_OF_CHECK)
        compiled.children = tuple(self.element(each) for each in node.children)
        if any(
            each.get("url") == MUST_HAVE_VALUE and each.get("valueBoolean") for each in definition.get("extension", ())
        ):
            compiled.children += (CompiledElement(element_id, "value", minimum=1),)
        compiled.slice = str(definition.get("sliceName", ""))
        if node.slices or (compiled.slice and "slicing" in definition):  # slices of a slice stand beside it
            compiled.slicing = _slicing(definition, compiled)
        if node.slices:
            compiled.slices = _nested([self.element(each) for each in node.slices])
            self.decided += len(node.slices)
        return compiled

    def _type(self, type_: dict[str, Any], definition: dict[str, Any]) -> TypeRef:
        urls, extended = type_.get("profile") or (), type_.get("_profile") or ()
        profiles = tuple(
            self._resolve(url, "StructureDefinition") + _within(extended[index] if index < len(extended) else None)
            for index, url in enumerate(urls)
        )
        return TypeRef(type_code(type_, definition), profiles)

    def _facets(self, definition: dict[str, Any], types: tuple[TypeRef, ...]) -> dict[str, Any]:
        codes = [each.code for each in types]
        facets = {}
        for assertion in VALUE_ASSERTIONS:
            facet = assertion.compile(definition, codes)
            if facet is not None:
                for each in (facet, *facet.get("bindings", ())) if assertion.name.endswith("binding") else ():
                    if "valueSet" in each:
                        each["valueSet"] = self._resolve(each["valueSet"], "ValueSet")
                if assertion.name == "reference-target":
                    facet["targets"] = [self._target(url) for url in facet["targets"]]
                facets[assertion.name] = facet
                self.decided += 1
        return facets

    def _invariants(self, node: ElementNode, types: tuple[TypeRef, ...], is_root: bool) -> dict[str, Any]:
        codes = [each.code for each in types]
        definition = _with_constraints_of(node.definition, self._named, self._url)
        found = compile_invariants(definition, codes, is_root, bool(node.children))
        self.decided += len(found or ())
        return {INVARIANT: found} if found else {}

    def _target(self, url: str) -> str:
        """A target profile with its version; types of the specification itself have none."""
        return url if url.startswith(TYPE_PREFIX) else self._resolve(url, "StructureDefinition")


def _named(structure: dict[str, Any]) -> Named:
    """The elements that a contentReference of this structure can name, by their ids."""
    elements = structure.get("snapshot", {}).get("element") or []
    return {str(each.get("id") or each.get("path")): each for each in elements}


def _with_constraints_of(definition: dict[str, Any], named: Named, own_url: str) -> dict[str, Any]:
    """`definition`, with the constraints of the element whose content it has (ElementDefinition.contentReference).

    An item within an item is an item: what que-1 or qrs-1 ask of the outer one they ask of the inner one. Where the
    reference has a URL it leads to that definition, not to what this profile makes of it.
    """
    url, _, element_id = str(definition.get("contentReference", "")).rpartition("#")
    target = named.get(element_id)
    rules = [each for each in (target or {}).get("constraint") or () if not url or each.get("source") != own_url]
    if not rules:
        return definition
    own = definition.get("constraint") or []
    keys = {each.get("key") for each in own}
    return {**definition, "constraint": [*own, *(each for each in rules if each.get("key") not in keys)]}


def _within(extended: Any) -> str:
    """``#element-id`` where the profile on a type means one element of it (profile-element), else empty."""
    for each in (extended or {}).get("extension") or ():
        if each.get("url") == PROFILE_ELEMENT and each.get("valueString"):
            return f"#{each['valueString']}"
    return ""


def _slicing(definition: dict[str, Any], compiled: CompiledElement) -> SlicingRules:
    """The slicing of an element that has slices; a choice is sliced by its type where nothing else is said."""
    slicing = definition.get("slicing") or {}
    discriminators = tuple(
        (str(each.get("type")), str(each.get("path"))) for each in slicing.get("discriminator") or ()
    )
    if not discriminators and compiled.choice:
        discriminators = (("type", "$this"),)
    return SlicingRules(discriminators, str(slicing.get("rules", "open")), slicing.get("ordered") is True)


def _nested(slices: list[CompiledElement]) -> tuple[CompiledElement, ...]:
    """Slices with their own slices below them: `a/b` is a slice of `a`."""
    by_name: dict[str, CompiledElement] = {}
    top = []
    for each in slices:
        above = by_name.get(each.slice.rpartition("/")[0])
        if above is None:
            top.append(each)
        else:
            above.slicing = above.slicing or SlicingRules()
            above.slices = (*above.slices, each)
        by_name[each.slice] = each
    return tuple(top)


def _bounds(definition: dict[str, Any]) -> tuple[int, int | None]:
    maximum = str(definition.get("max", "*"))
    return max(0, int(definition.get("min", 0))), None if maximum == "*" else int(maximum)


def _repeats(definition: dict[str, Any]) -> bool:
    """Whether the JSON form is an array: the base definition's max says so, not the profile's."""
    base = definition.get("base", {})
    return str(base.get("max") or definition.get("max", "1")) not in ("0", "1")
