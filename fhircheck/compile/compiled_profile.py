"""A StructureDefinition compiled to plain objects: they dump to JSON, compare and travel between processes."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

FORM = 8
"""Number of this form; a cache written by another form is not read."""


DECIMAL = "$decimal"
"""Key under which the cache keeps the digits of a decimal in a fixed value, pattern or bound."""


class TypeRef(NamedTuple):
    """One allowed type of an element: FHIR type name and the profiles on it (any of which must hold)."""

    code: str
    profiles: tuple[str, ...] = ()


class SlicingRules(NamedTuple):
    """ElementDefinition.slicing: (type, path) of each discriminator; open, closed or openAtEnd; does order count?"""

    discriminators: tuple[tuple[str, str], ...] = ()
    rules: str = "open"
    ordered: bool = False


@dataclass(slots=True)
class CompiledElement:
    """One element as it is checked.

    id: ElementDefinition.id. name: JSON name without ``[x]``. maximum None: unbounded.
    repeats: written as a JSON array (by the base definition's max). bare: a FHIRPath system type
    (Resource.id, Extension.url) or a narrative, which has no id and no extensions. reference: id of the element
    whose content this one has (contentReference), after ``url#`` where it is one of another definition.
    facets: value assertion -> its compiled data.
    slice: name of the slice that it is, empty for what is none. slicing: how `slices` are told apart, None
    where there are none.
    """

    id: str
    name: str
    minimum: int = 0
    maximum: int | None = 1
    repeats: bool = False
    choice: bool = False
    bare: bool = False
    types: tuple[TypeRef, ...] = ()
    reference: str = ""
    facets: dict[str, Any] = field(default_factory=dict)
    children: tuple["CompiledElement", ...] = ()
    slice: str = ""
    slicing: SlicingRules | None = None
    slices: tuple["CompiledElement", ...] = ()


@dataclass(slots=True)
class CompiledProfile:
    """A profile, resource type or datatype as it is checked.

    url, version: canonical. type: FHIR type it is about. kind: StructureDefinition.kind.
    decided: number of its checks.
    """

    url: str
    version: str
    type: str
    kind: str
    abstract: bool
    root: CompiledElement
    decided: int = 0

    @property
    def canonical(self) -> str:
        """``url|version``, or the url alone where there is no version."""
        return f"{self.url}|{self.version}" if self.version else self.url


def to_json(profile: CompiledProfile) -> dict[str, Any]:
    """Plain data for golden files and the cache."""
    return {
        "form": FORM,
        "url": profile.url,
        "version": profile.version,
        "type": profile.type,
        "kind": profile.kind,
        "abstract": profile.abstract,
        "decided": profile.decided,
        "root": _element_to_json(profile.root),
    }


def _element_to_json(element: CompiledElement) -> dict[str, Any]:
    data: dict[str, Any] = {"id": element.id, "name": element.name, "min": element.minimum, "max": element.maximum}
    if element.repeats:
        data["repeats"] = True
    if element.choice:
        data["choice"] = True
    if element.bare:
        data["bare"] = True
    if element.types:
        data["types"] = [[each.code, *each.profiles] for each in element.types]
    if element.reference:
        data["reference"] = element.reference
    if element.facets:
        data["facets"] = element.facets
    if element.children:
        data["children"] = [_element_to_json(each) for each in element.children]
    if element.slice:
        data["slice"] = element.slice
    if element.slicing:
        discriminators = [list(each) for each in element.slicing.discriminators]
        data["slicing"] = [discriminators, element.slicing.rules, element.slicing.ordered]
    if element.slices:
        data["slices"] = [_element_to_json(each) for each in element.slices]
    return data


def from_json(data: dict[str, Any]) -> CompiledProfile | None:
    """The profile that `to_json` wrote; None where it has another form."""
    if data.get("form") != FORM:
        return None
    return CompiledProfile(
        data["url"],
        data["version"],
        data["type"],
        data["kind"],
        data["abstract"],
        _element_from_json(data["root"]),
        data["decided"],
    )


def _element_from_json(data: dict[str, Any]) -> CompiledElement:
    return CompiledElement(
        data["id"],
        data["name"],
        data["min"],
        data["max"],
        data.get("repeats", False),
        data.get("choice", False),
        data.get("bare", False),
        tuple(TypeRef(each[0], tuple(each[1:])) for each in data.get("types", ())),
        data.get("reference", ""),
        _restored(data["facets"]) if "facets" in data else {},
        tuple(_element_from_json(each) for each in data.get("children", ())),
        data.get("slice", ""),
        _slicing_from_json(data["slicing"]) if "slicing" in data else None,
        tuple(_element_from_json(each) for each in data.get("slices", ())),
    )


def _slicing_from_json(data: list[Any]) -> SlicingRules:
    discriminators, rules, ordered = data
    return SlicingRules(tuple((kind, path) for kind, path in discriminators), rules, ordered)


def _restored(value: Any) -> Any:
    if value.__class__ is dict:
        if DECIMAL in value:
            return Decimal(value[DECIMAL])
        return {name: _restored(each) for name, each in value.items()}
    return [_restored(each) for each in value] if value.__class__ is list else value
