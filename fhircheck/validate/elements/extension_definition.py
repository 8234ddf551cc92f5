"""What the definition of an extension says about its use, read once for each extension.

http://hl7.org/fhir/R4/defining-extensions.html#context
"""

from dataclasses import dataclass
from typing import Any

from fhircheck.definitions.errata import type_code
from fhircheck.model.protocols import Conformance
from fhircheck.validate.elements import cross_version

VERSION_USE = "http://hl7.org/fhir/StructureDefinition/version-specific-use"
STATUS = "http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status"
FHIR_VERSION = (4, 0)

# Where definitions name a narrower context than the specification's own use of them.
WIDER = {
    "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type": "ElementDefinition.type",
    "http://hl7.org/fhir/StructureDefinition/regex": "ElementDefinition.type",
    "http://hl7.org/fhir/StructureDefinition/structuredefinition-normative-version": "Element",
    "http://hl7.org/fhir/StructureDefinition/capabilitystatement-expectation": "Element",
    "http://hl7.org/fhir/StructureDefinition/capabilitystatement-prohibited": "Element",
}
# Names of R4 for what is written as a URL there, though R5 calls the type otherwise.
ALSO_TYPES = {"http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type": ("uri", "url")}


@dataclass(slots=True)
class ExtensionDefinition:
    """The definition of one extension.

    types: FHIR types that its value may have, None where nothing is said. value_minimum: how often it must be.
    parts: relative URLs of the extensions within. contexts: (type, expression) where it may stand, empty
    where nothing is said. invariants: FHIRPath that must hold where it stands. other_version: the FHIR version that
    an element's extension across versions is from. wrong_version: "earliest" or "latest" where it is not made for R4.
    """

    url: str
    canonical: str
    modifier: bool
    types: frozenset[str] | None
    value_minimum: int
    parts: frozenset[str]
    contexts: tuple[tuple[str, str], ...]
    invariants: tuple[str, ...] = ()
    other_version: str = ""
    deprecated: bool = False
    wrong_version: str = ""

    @property
    def contexts_shown(self) -> str:
        """The contexts in one line."""
        shown = ", ".join(expression for _, expression in self.contexts)
        return shown if len(shown) <= 200 else f"{shown[:200]}..."


def extension_definition(url: str, definitions: Conformance) -> ExtensionDefinition | None:
    """The definition of the extension `url` (without version); None where it is not known.

    An extension for an element of another FHIR version needs no definition: the element's own says it all.
    """
    structure = definitions.find(url, "StructureDefinition")
    if structure is None or structure.get("type") != "Extension":
        return _of_other_version(url)
    return _read(structure)


def _of_other_version(url: str) -> ExtensionDefinition | None:
    """The definition that follows from the URL of an extension across versions; None for any other URL."""
    element = cross_version.element(url)
    if element is None:
        return None
    return ExtensionDefinition(
        url,
        url,
        element.modifier,
        None if "*" in element.types else frozenset(element.types),
        1 if element.types else 0,
        frozenset(element.parts),
        (("element", element.owner),),
        other_version=element.version,
    )


def _read(structure: dict[str, Any]) -> ExtensionDefinition:
    url, version = str(structure.get("url", "")), structure.get("version")
    elements = [each for each in _elements(structure) if isinstance(each, dict)]
    types, minimum = _value(url, elements)
    return ExtensionDefinition(
        url,
        f"{url}|{version}" if version else url,
        bool(elements) and elements[0].get("isModifier") is True,
        types,
        minimum,
        frozenset(_parts(elements)),
        tuple(_contexts(url, structure)),
        tuple(each for each in structure.get("contextInvariant") or () if isinstance(each, str)),
        deprecated=any(
            each.get("url") == STATUS and each.get("valueCode") == "deprecated"
            for each in structure.get("extension") or ()
        ),
        wrong_version=_outside(structure),
    )


def _elements(structure: dict[str, Any]) -> list[Any]:
    for form in ("snapshot", "differential"):
        elements = (structure.get(form) or {}).get("element")
        if elements:
            return list(elements)
    return []


def _value(url: str, elements: list[dict[str, Any]]) -> tuple[frozenset[str] | None, int]:
    """Types of the value and how often it must be there."""
    definition = next((each for each in elements if str(each.get("path", "")).startswith("Extension.value")), None)
    if definition is None:
        return None, 0
    if str(definition.get("max", "1")) == "0":
        return frozenset(), 0
    codes = {type_code(each, definition) for each in definition.get("type") or ()}
    return frozenset(codes.union(ALSO_TYPES.get(url, ()))) or None, int(definition.get("min", 0))


def _parts(elements: list[dict[str, Any]]) -> list[str]:
    urls = [each for each in elements if each.get("path") == "Extension.extension.url"]
    return [str(each.get("fixedUri") or each.get("patternUri") or "") for each in urls]


def _contexts(url: str, structure: dict[str, Any]) -> list[tuple[str, str]]:
    found = []
    for context in structure.get("context") or ():
        if isinstance(context, dict) and context.get("expression") and not _outside(context):
            found.append((str(context.get("type", "")), str(context["expression"])))
    if url in WIDER and found:
        found.append(("element", WIDER[url]))
    return found


def _outside(element: dict[str, Any]) -> str:
    """Whether the definition, or one context of it, is for other FHIR versions than R4."""
    for use in element.get("extension") or ():
        if use.get("url") == VERSION_USE:
            bounds = {str(each.get("url")): str(each.get("valueCode", "")) for each in use.get("extension") or ()}
            if _release(bounds.get("startFhirVersion", "")) > FHIR_VERSION:
                return "earliest"
            if _release(bounds.get("endFhirVersion", ""), FHIR_VERSION) < FHIR_VERSION:
                return "latest"
    return ""


def _release(version: str, missing: tuple[int, int] = (0, 0)) -> tuple[int, int]:
    numbers = version.split(".")[:2]
    return (int(numbers[0]), int(numbers[1])) if len(numbers) == 2 and all(map(str.isdecimal, numbers)) else missing
