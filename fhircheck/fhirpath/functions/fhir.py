"""What FHIR adds (http://hl7.org/fhir/R4/fhirpath.html#functions)."""

from typing import Any

from fhircheck.fhirpath.environment import Frame, decided
from fhircheck.fhirpath.errors import CannotTell, FhirPathError
from fhircheck.fhirpath.functions.function import Compiled, Function, one, one_text
from fhircheck.fhirpath.item import Item, boolean
from fhircheck.fhirpath.navigation import navigator

Arguments = tuple[Compiled, ...]


def extension(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """extension(url)"""
    url = one_text(arguments[0](frame), "extension()")
    found = navigator(frame.types).member(focus, "extension")
    return [item for item in found if item.value.__class__ is dict and item.value.get("url") == url]


def has_value(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """hasValue(): a single primitive with a value."""
    if len(focus) != 1:
        return boolean(False)
    value = focus[0].value
    return boolean(value is not None and value.__class__ is not dict)


def get_value(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """getValue(): the System value of a single primitive."""
    if len(focus) != 1 or focus[0].value is None or focus[0].value.__class__ is dict:
        return []
    return navigator(frame.types).member(focus, "value") if focus[0].type[:7] != "System." else focus


def resolve(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """resolve(): what references (Reference, canonical, uri) lead to; those that lead nowhere are left out."""
    found: list[Item] = []
    if focus and frame.env.resolve is None:
        raise CannotTell("fhirpath-resolve", "references cannot be followed here")
    frame.spend(len(focus))
    for item in focus:
        reference = item.value.get("reference") if item.value.__class__ is dict else item.value
        if reference.__class__ is str and frame.env.resolve is not None:
            target = frame.env.resolve(reference)
            if target is not None:
                found.append(Item(target[0], target[1]))
    return found


def member_of(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """memberOf(valueset)"""
    value_set = one_text(arguments[0](frame), "memberOf()")
    if len(focus) != 1 or value_set is None:
        return []
    service = frame.env.member_of
    answer = service(focus[0].value, value_set) if service else None
    return boolean(decided(answer, "fhirpath-member-of", value_set[:200]))


def _subsumption(frame: Frame, one_side: Any, other: Any) -> list[Item]:
    if one_side is None or other is None:
        return []
    service = frame.env.subsumes
    return boolean(decided(service(one_side, other) if service else None, "fhirpath-subsumes", ""))


def subsumes(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """subsumes(code)"""
    return _subsumption(frame, one(focus, "subsumes()"), one(arguments[0](frame), "subsumes()"))


def subsumed_by(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """subsumedBy(code)"""
    return _subsumption(frame, one(arguments[0](frame), "subsumedBy()"), one(focus, "subsumedBy()"))


def conforms_to(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """conformsTo(structure)"""
    canonical = one_text(arguments[0](frame), "conformsTo()")
    if not focus or canonical is None:
        return []
    if len(focus) > 1:
        raise FhirPathError("conformsTo() on several items")
    service = frame.env.conforms_to
    answer = service(focus[0].value, canonical) if service else None
    return boolean(decided(answer, "fhirpath-conforms-to", canonical[:200]))


def html_checks(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """htmlChecks(): whether the text keeps the rules of narratives."""
    if len(focus) != 1 or focus[0].value.__class__ is not str:
        return boolean(False)
    service = frame.env.html_checks
    return boolean(decided(service(focus[0].value) if service else None, "fhirpath-html-checks", ""))


def element_definition(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """elementDefinition(), slice(), checkModifiers(): the definitions are not known here."""
    raise CannotTell("fhirpath-definitions", "the element definitions are not known to expressions")


FUNCTIONS = (
    Function("extension", 1, 1, extension),
    Function("hasValue", 0, 0, has_value),
    Function("getValue", 0, 0, get_value),
    Function("resolve", 0, 0, resolve),
    Function("memberOf", 1, 1, member_of),
    Function("subsumes", 1, 1, subsumes),
    Function("subsumedBy", 1, 1, subsumed_by),
    Function("conformsTo", 1, 1, conforms_to),
    Function("htmlChecks", 0, 0, html_checks),
    Function("elementDefinition", 0, 0, element_definition),
    Function("slice", 2, 2, element_definition),
    Function("checkModifiers", 0, 100, element_definition),
)
