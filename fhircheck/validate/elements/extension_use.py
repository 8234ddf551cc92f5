"""What can be said of an extension at a kind of place, whatever its value: found out once, then remembered.

http://hl7.org/fhir/R4/extensibility.html, http://hl7.org/fhir/R4/defining-extensions.html#context
"""

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from fhircheck.assertions.assertion import Surroundings
from fhircheck.model.issue import IssueKind
from fhircheck.model.path import without_slices
from fhircheck.model.protocols import Gate
from fhircheck.validate.elements import cross_version
from fhircheck.validate.elements import extension_kinds as kinds
from fhircheck.validate.elements.extension_definition import ExtensionDefinition, extension_definition
from fhircheck.validate.elements.place import Place

_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:[^ ]+").fullmatch
_NAMED = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}").fullmatch
SHOWN = 200
# Definitions under these names are made by tools or for examples; the specification's validator does not ask for them.
TOOLS = ("http://hl7.org/fhir/tools/StructureDefinition/", "http://hl7.org/fhir/build/StructureDefinition/")
EXPRESSION = "http://hl7.org/fhir/StructureDefinition/structuredefinition-expression"
EXEMPT = frozenset({"ElementDefinition.example.value", "ElementDefinition.pattern", "ElementDefinition.fixed"})
ANYWHERE = frozenset({"Element", "Any"})
PROBLEMS = {
    "version": "there is no such version of FHIR",
    "element": "the version has no such element",
    "unchanged": "R4 has the element itself",
}


class Fault(NamedTuple):
    """One thing that is wrong with every such use. on_element: said of the element the extension stands on."""

    kind: IssueKind
    params: dict[str, str]
    on_element: bool = False


@dataclass(slots=True)
class Use:
    """An extension at a kind of place.

    faults: what is wrong with every such use. definition: where known. gate: of the extension against its definition.
    values: JSON names its value may have, None where any. holders: URLs of extensions it may stand on; expressions:
    FHIRPath that may select the element it stands on (asked where `decided` is False). open: (reason, detail) of
    what cannot be told.
    """

    faults: list[Fault] = field(default_factory=list)
    definition: ExtensionDefinition | None = None
    gate: Gate | None = None
    values: frozenset[str] | None = None
    holders: frozenset[str] = frozenset()
    expressions: tuple[str, ...] = ()
    decided: bool = True
    open: tuple[str, str] | None = None


def is_absolute(url: str) -> bool:
    """Whether `url` names a scheme."""
    return _ABSOLUTE(url) is not None


def shown(url: str) -> str:
    """A URL as it may be shown; anything that does not look like one may be content."""
    if not is_absolute(url):
        return url if _NAMED(url) else "(url)"
    return url if len(url) <= SHOWN else f"{url[:SHOWN]}..."


def judge(url: Any, modifier: bool, place: Place, holder: Any, around: Surroundings, gate_of: Any) -> Use:
    """What can be said of the extension `url` in `place`.

    holder: url of the extension whose part it is, None elsewhere. gate_of: canonical -> gate of a profile, or None.
    """
    if url.__class__ is not str or not url:
        return Use([Fault(kinds.URL_MISSING, {})])
    if not is_absolute(url):
        return _part(url, holder, around) if place.is_extension else Use([Fault(kinds.URL_RELATIVE, {})])
    bare = url.partition("|")[0]
    definition = extension_definition(bare, around.definitions)
    if definition is None:
        return _unknown(url, bare, modifier, around)
    use = Use(definition=definition)
    if bare != url:
        use.faults.append(Fault(kinds.VERSIONED, {"extension": shown(bare)}))
    use.gate = gate_of(definition.url)
    use.faults += _of_definition(definition, modifier)
    use.values = _values_of(definition)
    _look_at_context(use, definition, place)
    return use


def _values_of(definition: ExtensionDefinition) -> frozenset[str] | None:
    """JSON names that its value may have, None where any."""
    if not definition.types:
        return None
    return frozenset(f"value{each[:1].upper()}{each[1:]}" for each in definition.types)


def _part(url: str, holder: Any, around: Surroundings) -> Use:
    """A part of another extension, by its relative name; `holder` is None where that one has no URL."""
    if holder is None:
        return Use([Fault(kinds.URL_RELATIVE, {})])
    outer = None
    if holder.__class__ is str and is_absolute(holder):
        outer = extension_definition(holder.partition("|")[0], around.definitions)
    if outer is None:
        return Use()
    if url in outer.parts:
        return _part_of_other_version(f"{outer.url}.{url}", around) if outer.other_version else Use()
    return Use([Fault(kinds.PART_UNKNOWN, {"part": shown(url), "extension": outer.canonical})])


def _unknown(url: str, bare: str, modifier: bool, around: Surroundings) -> Use:
    """An extension without a definition: whether that is an error is a setting."""
    named = cross_version.parse(bare)
    if named is not None:
        problem = PROBLEMS[cross_version.status(*named)]
        return Use([Fault(kinds.NO_SUCH_ELEMENT, {"extension": shown(bare), "problem": problem})])
    settings = around.settings
    undecided = ("extension-missing", shown(url))
    example = settings.example_urls and ("example.org" in url or "acme.com" in url)
    if example or "nema.org" in url or url.startswith(TOOLS) or url == EXPRESSION:
        return Use(open=undecided)
    if settings.unknown_extensions == "error" or (modifier and settings.unknown_extensions == "warning"):
        return Use([Fault(kinds.UNKNOWN, {"extension": shown(url)})])
    if settings.unknown_extensions == "warning":
        return Use([Fault(kinds.UNCHECKED, {"extension": shown(url)})], open=undecided)
    return Use(open=undecided)


def _part_of_other_version(url: str, around: Surroundings) -> Use:
    """A part of an extension that carries an element of another version: it carries the element within."""
    definition = extension_definition(url, around.definitions)
    return Use() if definition is None else Use(definition=definition, values=_values_of(definition))


def _of_definition(definition: ExtensionDefinition, modifier: bool) -> list[Fault]:
    """Faults that do not depend on the place."""
    name = {"extension": definition.canonical}
    faults = []
    if definition.modifier and not modifier:
        faults.append(Fault(kinds.IS_MODIFIER, name))
    if modifier and not definition.modifier:
        faults.append(Fault(kinds.NO_MODIFIER, name))
    if definition.wrong_version:
        faults.append(Fault(kinds.WRONG_VERSION, name, True))
    if definition.deprecated:
        faults.append(Fault(kinds.DEPRECATED, name))
    return faults


def _look_at_context(use: Use, definition: ExtensionDefinition, place: Place) -> None:
    """Whether the place is one that the definition names; leaves to each use what depends on the data."""
    if not definition.contexts or place.paths & EXEMPT:
        return
    names: frozenset[str] | None = None
    holders, expressions = set(), []
    for kind, expression in definition.contexts:
        if kind == "extension":
            holders.add(expression)
        elif kind == "fhirpath":
            expressions.append(expression)
        else:
            names = names if names is not None else place.named()
            if _named_by(expression, names, place):
                return
    if holders or expressions:
        use.holders, use.expressions, use.decided = frozenset(holders), tuple(expressions), False
    else:
        use.faults.append(context_fault(definition, place))


def _named_by(expression: str, names: frozenset[str], place: Place) -> bool:
    """Whether a context of the type ``element`` names the place."""
    path, has_profile, identity = expression.replace("[x]", "").partition("#")
    if path in ANYWHERE or (path == "CanonicalResource" and "url" in place.info.properties and not place.property):
        return True
    if has_profile:  # an element of a profile: ``url#id``; whether the resource is of that profile is not asked
        return without_slices(identity) in names
    return path in names


def context_fault(definition: ExtensionDefinition, place: Place) -> Fault:
    """That the extension is not allowed here."""
    element = min(place.paths, key=lambda path: (path.count("."), path)) if place.property else place.resource
    kind = kinds.CONTEXT_RENAMED if definition.other_version else kinds.CONTEXT
    params = {"extension": definition.canonical, "element": element, "allowed": definition.contexts_shown}
    return Fault(kind, params, True)
