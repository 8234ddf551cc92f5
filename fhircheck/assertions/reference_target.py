"""References: their form, what they lead to, and whether the element allows that (type.targetProfile, aggregation)."""

import re
from collections.abc import Iterator
from typing import Any

from fhircheck.assertions import reference_kinds as kinds
from fhircheck.assertions.assertion import Spot, Surroundings
from fhircheck.assertions.reference_allowed import AllowedTargets
from fhircheck.model.issue import IssueKind
from fhircheck.model.path import shown_name
from fhircheck.model.protocols import Gate
from fhircheck.model.reference_text import HISTORY, is_absolute, is_search, named_type, search_of
from fhircheck.model.scope import Lookup, Resolved

Fault = tuple[IssueKind, dict[str, Any]]
_TEXT = re.compile(r"\S+").fullmatch
_FAULTS = {
    "no-full-url": kinds.NO_BASE,
    "form": kinds.FORM,
    "ambiguous": kinds.AMBIGUOUS,
    "other-type": kinds.OTHER_TYPE,
}
_EXAMPLES = ("example.org", "acme.com")
MEMBERS = frozenset(
    {"reference", "type", "identifier", "display", "id", "extension", "_reference", "_type", "_display"}
)
_KNOWN_TEXT = "http://tools.ietf.org/html/bcp47"


class ReferenceTarget:
    """A Reference is of the right form, leads to what it says, and to what its element allows."""

    name = "reference-target"
    summary = "A Reference leads to a resource of an allowed type and profile, in an allowed place."
    clause = kinds.TARGETS
    applies: frozenset[str] | None = frozenset({"Reference"})
    kinds = kinds.KINDS

    def compile(self, definition: dict[str, Any], types: list[str]) -> Any | None:
        """Target profiles, aggregation modes and versioning of the element's Reference type, or None without one."""
        found = [each for each in definition.get("type") or () if each.get("code") == "Reference"]
        if not found:
            return None
        facet: dict[str, Any] = {"targets": [str(url) for each in found for url in each.get("targetProfile") or ()]}
        if set(types) == {"Reference"}:
            facet["alone"] = True
        modes = [str(mode) for each in found for mode in each.get("aggregation") or ()]
        if modes:
            facet["aggregation"] = modes
        rule = str(found[0].get("versioning", "either"))
        if rule in ("independent", "specific"):
            facet["versioning"] = rule
        return facet

    def gate(self, facet: Any, around: Surroundings) -> Gate:
        """True where nothing is to be said of the reference."""
        allowed = AllowedTargets(facet, around)
        simple = not ("aggregation" in facet or "versioning" in facet or around.settings.references_exist)
        seen: set[str] = set()

        def gate(value: Any) -> bool:
            if value.__class__ is not dict:
                return True
            text = value.get("reference")
            if simple and text.__class__ is str and around.scope.bundle is None and "type" not in value:
                head, _, tail = text.partition("/")  # Patient/1, outside of Bundles: by far the commonest
                if head in seen and "/" not in tail and _TEXT(tail) and around.scope.outer is None:
                    return True
                if head.isalpha() and "/" not in tail and allowed.names(head):
                    seen.add(head)
            return next(_faults(value, allowed, around), None) is None

        return gate

    def explain(self, facet: Any, value: Any, spot: Spot, around: Surroundings) -> None:
        """Report all that is wrong with the reference."""
        if value.__class__ is dict:
            for kind, shown in _faults(value, AllowedTargets(facet, around), around):
                spot.add(kind, **shown)


ABSTRACT = frozenset({"Resource", "DomainResource"})
"""Types that no instance has: a URL that names one leads to nothing that is allowed."""


def _faults(value: dict[str, Any], allowed: AllowedTargets, around: Surroundings) -> Iterator[Fault]:
    """What is wrong with one Reference, one after the other. Beside other types only what looks like one is one."""
    if not allowed.alone and not value.keys() <= MEMBERS:
        return
    text = value.get("reference")
    if text.__class__ is not str or not text:
        if "reference" not in value and not _says_something(value) and (allowed.alone or "type" in value):
            yield kinds.EMPTY, {}
        return
    if text == _KNOWN_TEXT:
        return
    if not _TEXT(text):
        yield kinds.INVALID, {}
    seen = around.look_up(text, around.scope)
    yield from _look_up_faults(text, seen, around)
    yield from _query_faults(text, around)
    found = seen.found
    kind = str(found.node.get("resourceType")) if found else named_type(text)
    if not found and kind not in ABSTRACT and not around.types.is_resource(kind):
        kind = ""
    yield from _type_faults(value, kind, allowed)
    if found is not None:
        yield from _target_faults(found, kind, allowed, around)
    elif kind and seen.where != "unknown":
        yield from _named_faults(kind, allowed, around)
    yield from _aggregation_faults(text, seen, allowed, around)
    rule = allowed.versioning
    if rule and not text.startswith("#") and (HISTORY in text) is not (rule == "specific"):
        yield kinds.VERSIONING, {"rule": rule}


def _says_something(value: dict[str, Any]) -> bool:
    identifier = value.get("identifier")
    named = identifier.__class__ is dict and (identifier.get("system") or identifier.get("value"))
    return bool(named or value.get("display") or "_reference" in value)


def _look_up_faults(text: str, seen: Lookup, around: Surroundings) -> Iterator[Fault]:
    """What the search for the target found wrong."""
    if seen.fault:
        other = seen.found if seen.fault == "other-type" else None
        shown = {"type": shown_name(str(other.node.get("resourceType")))} if other else {}
        yield _FAULTS[seen.fault], shown
    if seen.found is not None:
        return
    if seen.where == "contained":
        yield kinds.CONTAINED_MISSING, {}
    elif around.settings.references_exist and _must_be_here(text, seen):
        if not (around.settings.example_urls and any(each in text for each in _EXAMPLES)):
            yield kinds.UNRESOLVED, {}
    elif seen.where == "bundle" and text.startswith("urn"):
        yield kinds.NOT_LOCAL, {}
    elif seen.near:
        yield kinds.NEAR, {"count": len(seen.near)}


def _must_be_here(text: str, seen: Lookup) -> bool:
    """Whether no server can hold the target: a urn, and what is relative among Parameters, which have no base."""
    if seen.where == "parameters":
        return not is_absolute(text) and search_of(text) is None
    return seen.where == "bundle" and text.startswith("urn")


def _query_faults(text: str, around: Surroundings) -> Iterator[Fault]:
    """A conditional reference is a search, and stands where one is carried out (http.html#trules)."""
    search = search_of(text)
    if search is None or not around.types.is_resource(search[0]):
        return
    if not is_search(search[1]):
        yield kinds.QUERY, {"type": search[0]}
    if around.scope.split:
        around.undecided("reference-target", "conditional")
    elif around.scope.bundle is None or around.scope.bundle.get("type") != "transaction":
        yield kinds.QUERY_ALONE, {"type": search[0]}


def _type_faults(value: dict[str, Any], kind: str, allowed: AllowedTargets) -> Iterator[Fault]:
    """Reference.type is allowed here, and that of the target."""
    said = value.get("type")
    if said.__class__ is not str or not said:
        return
    shown = shown_name(said.rpartition("/")[2])
    missing = allowed.missing_before(said)
    for profile in missing[0]:
        yield kinds.PROFILE_MISSING, {"profile": profile}
    if not missing[1]:
        yield kinds.TYPE_NOT_ALLOWED, {"type": shown, "allowed": allowed.shown()}
    if kind and said != kind:  # absolute URLs are for logical models only
        yield kinds.TYPE_DIFFERS, {"type": shown, "found": kind}


def _target_faults(found: Resolved, kind: str, allowed: AllowedTargets, around: Surroundings) -> Iterator[Fault]:
    """The target's type and profile are among those allowed."""
    if allowed.anything:
        return
    for profile in allowed.unknown():
        yield kinds.PROFILE_MISSING, {"profile": profile}
    profiles = allowed.profiles_for(kind)
    if not profiles:
        yield kinds.TARGET_TYPE, {"type": shown_name(kind), "allowed": allowed.shown()}
    elif not all(allowed.is_core(each) for each in profiles) and not _conforms(found, profiles, around):
        yield kinds.TARGET_PROFILE, {"type": kind, "profiles": ", ".join(profiles)}


def _conforms(found: Resolved, profiles: list[str], around: Surroundings) -> bool:
    """Whether the target conforms to one of `profiles`, or that cannot be told."""
    for profile in profiles:
        answer = around.conforms(found.node, profile, found.scope)
        if answer is None:
            around.undecided("reference-target", profile)
        if answer is not False:
            return True
    return False


def _named_faults(kind: str, allowed: AllowedTargets, around: Surroundings) -> Iterator[Fault]:
    """Of a target that is not at hand the URL tells the type only."""
    if allowed.anything:
        return
    profiles = allowed.profiles_for(kind)
    if not profiles:
        strict = around.settings.url_types
        yield kinds.URL_TYPE_WRONG if strict else kinds.URL_TYPE, {"type": kind, "allowed": allowed.shown()}
    elif not all(allowed.is_core(each) for each in profiles):
        around.undecided("reference-target", profiles[0])


def _aggregation_faults(text: str, seen: Lookup, allowed: AllowedTargets, around: Surroundings) -> Iterator[Fault]:
    """The target is contained, in the same Bundle or elsewhere, as type.aggregation asks."""
    if not allowed.aggregation or seen.where == "unknown":
        if allowed.aggregation:
            around.undecided("reference-target", "aggregation")
        return
    alone = around.scope.bundle is None
    if seen.found is None:
        where, fits = "elsewhere", {"referenced"}
        if alone and not around.settings.aggregation_alone:
            fits.add("bundled")
    else:
        where = "contained" if text.startswith("#") else "bundled"
        fits = {"contained"} if where == "contained" else {"bundled", "referenced"}
    if not fits & allowed.aggregation:
        yield kinds.AGGREGATION, {"where": where, "allowed": ", ".join(sorted(allowed.aggregation))}
