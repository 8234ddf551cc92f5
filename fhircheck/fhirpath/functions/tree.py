"""Tree navigation, utility, dates, aggregates, iif (http://hl7.org/fhirpath/N1/#tree-navigation and following)."""

from datetime import UTC, datetime

from fhircheck.fhirpath.environment import Frame
from fhircheck.fhirpath.errors import FhirPathError
from fhircheck.fhirpath.functions.function import Compiled, Function, each, one, one_text
from fhircheck.fhirpath.item import Item, boolean
from fhircheck.fhirpath.navigation import navigator
from fhircheck.fhirpath.quantity import Quantity, comparable
from fhircheck.fhirpath.temporal import Temporal, from_datetime

Arguments = tuple[Compiled, ...]


def children(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """children()"""
    found = navigator(frame.types).children(focus)
    frame.spend(len(found))
    return found


def descendants(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """descendants()"""
    return navigator(frame.types).descendants(focus, frame.spend)


def trace(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """trace(name [, projection]): shown only where the environment has a place for it."""
    if frame.env.trace is not None:
        name = one_text(arguments[0](frame), "trace()") or ""
        shown = focus
        if len(arguments) > 1:
            shown = [item for _, found in each(frame, focus, arguments[1]) for item in found]
        frame.env.trace(name, shown)
    return focus


def iif(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """iif(criterion, true-result [, otherwise-result]): only the result that is asked for is evaluated."""
    if len(focus) > 1:
        raise FhirPathError("iif() on several items")
    before, frame.this = frame.this, focus
    try:
        value = one(arguments[0](frame), "the criterion of iif()")
        if value is not None and value.__class__ is not bool:
            raise FhirPathError("the criterion of iif() is a boolean")
        if value:
            return arguments[1](frame)
        return arguments[2](frame) if len(arguments) > 2 else []
    finally:
        frame.this = before


def aggregate(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """aggregate(aggregator [, init])"""
    before = frame.total
    frame.total = arguments[1](frame) if len(arguments) > 1 else []
    try:
        for _, found in each(frame, focus, arguments[0]):
            frame.total = found
        return frame.total
    finally:
        frame.total = before


def define_variable(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """defineVariable(name [, expression]): for the rest of the expression."""
    name = one_text(arguments[0](frame), "defineVariable()")
    if name is None or name in ("resource", "rootResource", "context", "ucum", "sct", "loinc"):
        raise FhirPathError("defineVariable() takes a name that is free")
    value = focus
    if len(arguments) > 1:
        before, frame.this = frame.this, focus
        try:
            value = arguments[1](frame)
        finally:
            frame.this = before
    frame.variables = {**frame.variables, name: value}
    return focus


def _now(frame: Frame) -> Temporal:
    env = frame.env
    if env.now is None:
        env.now = datetime.now(UTC)
    return from_datetime(env.now)


def now(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """now()"""
    return [Item(_now(frame), "System.DateTime")]


def today(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """today()"""
    return [Item(Temporal("System.Date", _now(frame).parts[:3]), "System.Date")]


def time_of_day(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """timeOfDay()"""
    return [Item(Temporal("System.Time", _now(frame).parts[3:], None, 3), "System.Time")]


def comparable_(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """comparable(quantity): whether the units measure the same."""
    mine, other = one(focus, "comparable()"), one(arguments[0](frame), "comparable()")
    if mine is None or other is None:
        return []
    if mine.__class__ is not Quantity or other.__class__ is not Quantity:
        raise FhirPathError("comparable() takes quantities")
    return boolean(comparable(mine, other))


def type_(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """type(): namespace and name of each item's type."""
    found = []
    for item in focus:
        space, _, name = item.type.rpartition(".") if item.type[:7] == "System." else ("FHIR", "", item.type)
        found.append(Item({"namespace": space, "name": name}, "System.ClassInfo"))
    return found


FUNCTIONS = (
    Function("children", 0, 0, children),
    Function("descendants", 0, 0, descendants),
    Function("trace", 1, 2, trace),
    Function("iif", 2, 3, iif),
    Function("aggregate", 1, 2, aggregate),
    Function("defineVariable", 1, 2, define_variable),
    Function("now", 0, 0, now),
    Function("today", 0, 0, today),
    Function("timeOfDay", 0, 0, time_of_day),
    Function("comparable", 1, 1, comparable_),
    Function("type", 0, 0, type_),
)
