"""One ElementDefinition of a base changed by one of a differential (R4 profiling, 5.1.0.6 and ElementDefinition)."""

from collections.abc import Callable
from typing import Any

Json = dict[str, Any]

STRUCTURAL = frozenset({"id", "path", "sliceName", "base", "slicing", "contentReference"})
"""Not merged as facets: they follow from where the element stands."""
VALUE_CHOICES = ("fixed", "pattern", "minValue", "maxValue", "defaultValue")
BINDABLE = frozenset({"code", "Coding", "CodeableConcept", "Quantity", "string", "uri", "Extension"})
BINDABLE_ALSO = frozenset({"CodeableReference", "Duration", "Age", "Count", "Distance", "Money", "SimpleQuantity"})


def merged(base: Json, change: Json, source: str) -> Json:
    """`base` with what `change` says. Rules are added to those of the base, the binding's parts replace each other,
    everything else is replaced. source: canonical of the profile that `change` comes from."""
    result = dict(base)
    for name, value in change.items():
        if name in STRUCTURAL or name.removeprefix("_") in STRUCTURAL:
            continue
        merge = _overlay if name.startswith("pattern") else _MERGES.get(name)
        if merge is not None and name in base:
            result[name] = merge(base[name], value)
        else:
            _make_room(result, name)
            result[name] = value
        if f"_{name}" in result and f"_{name}" not in change:
            del result[f"_{name}"]
    if "constraint" in change:
        result["constraint"] = sourced(result["constraint"], source)
    if "slicing" in change:
        result["slicing"] = merged_slicing(base.get("slicing"), change["slicing"])
    if "type" in change and "binding" not in change and "binding" in result and not _bindable(result["type"]):
        del result["binding"]
    return result


def _make_room(element: Json, name: str) -> None:
    """A fixed value replaces the fixed value of the base, whatever type either has."""
    for stem in VALUE_CHOICES:
        if name.startswith(stem) and name[len(stem) : len(stem) + 1].isupper():
            for other in [each for each in element if each.startswith(stem)]:
                del element[other]


def _bindable(types: Any) -> bool:
    return any(
        each.get("code") in BINDABLE or each.get("code") in BINDABLE_ALSO for each in types if isinstance(each, dict)
    )


def sourced(constraints: Any, source: str) -> list[Any]:
    """`constraints`, each with the canonical of the profile that it comes from."""
    return [
        each if not isinstance(each, dict) or "source" in each or not source else {**each, "source": source}
        for each in constraints
    ]


def merged_slicing(base: Json | None, change: Json) -> Json:
    """Slicing as the base has it, with the rules and order of `change` and its further discriminators."""
    if not base:
        return change
    known = base.get("discriminator") or []
    further = [each for each in change.get("discriminator") or () if each not in known]
    result = {**base, **change}
    if known or further:
        result["discriminator"] = [*known, *further]
    return result


def _by_key(base: list[Any], change: list[Any]) -> list[Any]:
    known = {each.get("key") for each in base if isinstance(each, dict)}
    return [*base, *(each for each in change if not isinstance(each, dict) or each.get("key") not in known)]


def _union(base: list[Any], change: list[Any]) -> list[Any]:
    return [*base, *(each for each in change if each not in base)]


def _overlay(base: Any, change: Any) -> Any:
    """A pattern over a pattern: both hold, so what the narrower one leaves out stays."""
    if isinstance(base, dict) and isinstance(change, dict):
        return {**base, **{name: _overlay(base.get(name), value) for name, value in change.items()}}
    if isinstance(base, list) and isinstance(change, list) and len(base) == len(change) == 1:
        return [_overlay(base[0], change[0])]
    return change


def _binding(base: Json, change: Json) -> Json:
    kept = {name: value for name, value in base.items() if name not in ("description", "extension")}
    return {**kept, **change}


_MERGES: dict[str, Callable[[Any, Any], Any]] = {
    "constraint": _by_key,
    "condition": _union,
    "alias": _union,
    "mapping": _union,
    "binding": _binding,
}


def with_type_profile(base: Json, profile_root: Json, source: str) -> Json:
    """`base` with what the root of a profile on its type adds: how often an extension may occur, what a modifier is.

    The root's rules are not repeated: they are judged with the profile itself.
    """
    names = ["isModifier", "isModifierReason", "short", "definition", "comment"]
    if _is_extension(base) and str(base.get("max")) == "*":
        names.append("max")
    return merged(base, {name: profile_root[name] for name in names if name in profile_root}, source)


def _is_extension(element: Json) -> bool:
    return any(each.get("code") == "Extension" for each in element.get("type") or ())


def inherited(element: Json, source: str) -> Json:
    """A copy of a base's element as a profile inherits it: rules name their source, ``base`` is filled in.

    A contentReference leads to the base still: an item within an item is any item, not what a profile makes of it.
    """
    copy = dict(element)
    if "constraint" in copy:
        copy["constraint"] = sourced(copy["constraint"], source)
    if str(copy.get("contentReference", "")).startswith("#"):
        copy["contentReference"] = source + copy["contentReference"]
    if not isinstance(copy.get("base"), dict):
        copy["base"] = {"path": copy.get("path"), "min": copy.get("min", 0), "max": copy.get("max", "*")}
    return copy
