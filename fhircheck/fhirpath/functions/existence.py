"""Existence (http://hl7.org/fhirpath/N1/#existence)."""

from fhircheck.fhirpath.environment import Frame
from fhircheck.fhirpath.errors import FhirPathError
from fhircheck.fhirpath.functions.function import Compiled, Function, each
from fhircheck.fhirpath.item import Item, boolean, integer
from fhircheck.fhirpath.operators.collections import Seen, distinct
from fhircheck.fhirpath.operators.logic import criterion, single_boolean

Arguments = tuple[Compiled, ...]


def empty(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """empty()"""
    return boolean(not focus)


def exists(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """exists([criteria])"""
    if not arguments:
        return boolean(bool(focus))
    return boolean(any(criterion(found) for _, found in each(frame, focus, arguments[0])))


def all_(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """all(criteria)"""
    return boolean(all(criterion(found) for _, found in each(frame, focus, arguments[0])))


def _booleans(focus: list[Item]) -> list[bool]:
    values = [item.plain for item in focus]
    if any(value.__class__ is not bool for value in values):
        raise FhirPathError("booleans expected")
    return values


def all_true(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """allTrue()"""
    return boolean(all(_booleans(focus)))


def any_true(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """anyTrue()"""
    return boolean(any(_booleans(focus)))


def all_false(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """allFalse()"""
    return boolean(not any(_booleans(focus)))


def any_false(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """anyFalse()"""
    return boolean(not all(_booleans(focus)))


def subset_of(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """subsetOf(other)"""
    seen = Seen(arguments[0](frame))
    return boolean(all(item in seen for item in focus))


def superset_of(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """supersetOf(other)"""
    seen = Seen(focus)
    return boolean(all(item in seen for item in arguments[0](frame)))


def count(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """count()"""
    return integer(len(focus))


def distinct_(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """distinct()"""
    return distinct(focus)


def is_distinct(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """isDistinct()"""
    return boolean(len(distinct(focus)) == len(focus))


def not_(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """not()"""
    value = single_boolean(focus)
    return boolean(None if value is None else not value)


FUNCTIONS = (
    Function("empty", 0, 0, empty),
    Function("exists", 0, 1, exists),
    Function("all", 1, 1, all_),
    Function("allTrue", 0, 0, all_true),
    Function("anyTrue", 0, 0, any_true),
    Function("allFalse", 0, 0, all_false),
    Function("anyFalse", 0, 0, any_false),
    Function("subsetOf", 1, 1, subset_of),
    Function("supersetOf", 1, 1, superset_of),
    Function("count", 0, 0, count),
    Function("distinct", 0, 0, distinct_),
    Function("isDistinct", 0, 0, is_distinct),
    Function("not", 0, 0, not_),
)
