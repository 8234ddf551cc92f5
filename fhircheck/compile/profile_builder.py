"""StructureDefinition -> CompiledProfile: what is asked, in plain data, and what of it stays open."""

from collections.abc import Callable
from typing import Any

from fhircheck.assertions import VALUE_ASSERTIONS
from fhircheck.assertions.primitive_format import GATES
from fhircheck.compile.compiled_profile import CompiledElement, CompiledProfile, OpenCheck, TypeRef
from fhircheck.definitions.canonical import TYPE_PREFIX
from fhircheck.definitions.element_tree import ElementNode, element_tree
from fhircheck.definitions.errata import SYSTEM_TYPES, type_code
from fhircheck.model.errors import DefinitionUnusable

PARTS_OF_CHECK = ("cardinality", "type")


Resolve = Callable[[str, str], str]


def _as_it_is(canonical: str, resource_type: str) -> str:
    return canonical


def compile_structure(structure: dict[str, Any], resolve: Resolve = _as_it_is) -> CompiledProfile:
    """Compile `structure` (a StructureDefinition with a snapshot).

    resolve: (canonical, resource type) -> the canonical with the version chosen for this profile.
    Raises DefinitionUnusable where the snapshot is missing or malformed.
    """
    builder = _Builder(resolve)
    try:
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
        tuple(sorted(builder.undecided)),
    )


class _Builder:
    """Walks one element tree and counts the checks it finds."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve
        self.decided = 0
        self.undecided: list[OpenCheck] = []

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
            any(str(each.get("code")) in SYSTEM_TYPES for each in definition.get("type") or ()),
            types,
            reference.rpartition("#")[2],
            self._facets(definition, types),
        )
        self.decided += 0 if is_root else len(PARTS_OF_CHECK)
        self._leave_open(node, element_id)
        if _parts_are_known(types):
            compiled.children = tuple(self.element(each) for each in node.children)
        elif node.children:
            self._open("parts-of-value", element_id, types[0].code)
        return compiled

    def _type(self, type_: dict[str, Any], definition: dict[str, Any]) -> TypeRef:
        profiles = tuple(self._resolve(url, "StructureDefinition") for url in type_.get("profile") or ())
        return TypeRef(type_code(type_, definition), profiles)

    def _facets(self, definition: dict[str, Any], types: tuple[TypeRef, ...]) -> dict[str, Any]:
        codes = [each.code for each in types]
        facets = {}
        for assertion in VALUE_ASSERTIONS:
            facet = assertion.compile(definition, codes)
            if facet is not None:
                if assertion.name == "binding":
                    facet["valueSet"] = self._resolve(facet["valueSet"], "ValueSet")
                if assertion.name == "reference-target":
                    facet["targets"] = [self._target(url) for url in facet["targets"]]
                facets[assertion.name] = facet
                self.decided += 1
        return facets

    def _target(self, url: str) -> str:
        """A target profile with its version; types of the specification itself have none."""
        return url if url.startswith(TYPE_PREFIX) else self._resolve(url, "StructureDefinition")

    def _leave_open(self, node: ElementNode, element_id: str) -> None:
        """Name the checks of this element that are asked for but not decided by this version."""
        definition = node.definition
        for constraint in definition.get("constraint") or ():
            if constraint.get("severity") == "error":
                self._open("invariant", element_id, str(constraint.get("key")))
        for each in node.slices:
            self._open("slicing", element_id, str(each.definition.get("sliceName")))
        binding = definition.get("binding", {})
        if binding.get("strength") == "extensible" and binding.get("valueSet"):
            self._open("extensible-binding", element_id, str(binding["valueSet"]))
        for type_ in definition.get("type") or ():
            if type_.get("code") == "xhtml":
                self._open("narrative", element_id, "xhtml")

    def _open(self, facet: str, element_id: str, detail: str) -> None:
        self.undecided.append(OpenCheck(facet, element_id, detail))


def _parts_are_known(types: tuple[TypeRef, ...]) -> bool:
    """Whether the definitions below an element list all parts of its value.

    Below a primitive they are about its extensions, below a choice of several types about what these share.
    """
    return len(types) < 2 and not any(each.code in GATES for each in types)


def _bounds(definition: dict[str, Any]) -> tuple[int, int | None]:
    maximum = str(definition.get("max", "*"))
    return int(definition.get("min", 0)), None if maximum == "*" else int(maximum)


def _repeats(definition: dict[str, Any]) -> bool:
    """Whether the JSON form is an array: the base definition's max says so, not the profile's."""
    base = definition.get("base", {})
    return str(base.get("max") or definition.get("max", "1")) not in ("0", "1")
