"""What one ElementDefinition of a differential must not say, given the base's (https://hl7.org/fhir/R4/profiling.html)."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from fhircheck.definitions.snapshot.node import type_codes

Json = dict[str, Any]
Derives = Callable[[str, str], bool]
UNBOUNDED = 1 << 62
FORBIDDEN = frozenset(",:;'\"/|?!@#$%^&*(){}")
LONGEST_NAME = 64


class Widening(NamedTuple):
    """A facet that says more than the base's: facet, what is stated, what the base has."""

    facet: str
    stated: str
    base: str


def path_fault(path: str) -> str:
    """What is wrong with the form of an element's path (ElementDefinition.path, eld-19), empty where nothing is."""
    for name in path.split("."):
        stem = name.removesuffix("[x]")
        if not name:
            return f"a part of the path {path} has no name"
        if len(name) > LONGEST_NAME:
            return f"a part of the path {path} is longer than {LONGEST_NAME} characters"
        if FORBIDDEN & set(stem) or "[" in stem or "]" in stem or any(each.isspace() or each > "z" for each in stem):
            return f"the path {path} has characters that are not allowed in it"
    return ""


def widenings(base: Json, change: Json) -> Iterator[Widening]:
    """What `change` allows and `base` does not: occurrences, strength of binding, type of a fixed value or pattern."""
    lower, upper = change.get("min"), change.get("max")
    if isinstance(lower, int) and lower < (base.get("min") or 0) and "sliceName" not in change:
        yield Widening("min", str(lower), str(base.get("min")))
    if upper is not None and _count(upper) > _count(base.get("max", "*")):
        yield Widening("max", str(upper), str(base.get("max")))
    stated, strength = (change.get("binding") or {}).get("strength"), (base.get("binding") or {}).get("strength")
    if strength == "required" and stated not in (None, "required"):
        yield Widening("binding", str(stated), strength)
    yield from _value_types(base, change)


def _count(upper: Any) -> int:
    return int(upper) if str(upper).isdigit() else UNBOUNDED


def _value_types(base: Json, change: Json) -> Iterator[Widening]:
    codes = type_codes(change) or type_codes(base)
    if not codes or any(":" in code for code in codes):
        return
    for stem in ("fixed", "pattern"):
        for name in change:
            kind = name.removeprefix(stem)
            if name.startswith(stem) and kind[:1].isupper() and kind.lower() not in [code.lower() for code in codes]:
                yield Widening(stem, kind, ", ".join(codes))


def fixed_conflict(base: Json, change: Json) -> bool:
    """Whether both fix a value, and not the same."""
    for name, value in change.items():
        if name.startswith("fixed") and name[5:6].isupper() and name in base and base[name] != value:
            return True
    return False


def type_fault(base: Json, change: Json, derives: Derives, targets: Callable[[str, list[str]], bool]) -> str:
    """A type of `change` that the base does not allow, empty where there is none.

    derives: whether a type is a specialization of another. targets: whether a profile is one of these or derived
    from one; True where that is not known.
    """
    allowed = [each for each in base.get("type") or () if isinstance(each, dict)]
    if not allowed or any(":" in str(each.get("code")) for each in allowed):
        return ""
    for each in change.get("type") or ():
        code = each.get("code")
        if not code:
            continue
        same = [known for known in allowed if known.get("code") == code or derives(code, str(known.get("code")))]
        if not same:
            return f"type {code} is none of {', '.join(type_codes(base))}"
        wanted = [url for known in same for url in known.get("targetProfile") or ()]
        for url in each.get("targetProfile") or () if all(known.get("targetProfile") for known in same) else ():
            if not targets(str(url), wanted):
                return f"target {url} is none of those that the base allows"
    return ""


def slicing_fault(base: Json, change: Json, choice: bool) -> str:
    """What of a slicing does not fit the base's: its order, its discriminators or, but for choices, its rules."""
    old, new = base.get("slicing") or {}, change.get("slicing") or {}
    if not old or not new:
        return ""
    if "ordered" in old and "ordered" in new and old["ordered"] != new["ordered"]:
        return "order"
    stated = [(each.get("type"), each.get("path")) for each in new.get("discriminator") or ()]
    if stated and any((each.get("type"), each.get("path")) not in stated for each in old.get("discriminator") or ()):
        return "discriminators"
    rules = old.get("rules"), new.get("rules")
    if choice or None in rules or rules[0] in (rules[1], "open"):
        return ""
    return "rules"
