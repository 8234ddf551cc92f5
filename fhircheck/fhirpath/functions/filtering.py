"""Filtering, projection, subsetting, combining (http://hl7.org/fhirpath/N1/#filtering-and-projection and following)."""

from functools import cmp_to_key

from fhircheck.fhirpath.environment import CRITERION, MAX_ITEMS, Frame
from fhircheck.fhirpath.errors import FhirPathError, TooMuch
from fhircheck.fhirpath.functions.function import Compiled, Function, each, one_integer
from fhircheck.fhirpath.item import Item
from fhircheck.fhirpath.operators.collections import Seen, distinct, union
from fhircheck.fhirpath.operators.comparison import value_order
from fhircheck.fhirpath.operators.logic import criterion

Arguments = tuple[Compiled, ...]


def where(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """where(criteria)"""
    return [item for item, found in each(frame, focus, arguments[0]) if criterion(found)]


def select(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """select(projection)"""
    result: list[Item] = []
    for _, found in each(frame, focus, arguments[0]):
        result += found
        bounded(result)
    return result


def bounded(items: list[Item]) -> list[Item]:
    """`items`; raises TooMuch where there are too many."""
    if len(items) > MAX_ITEMS:
        raise TooMuch(f"a collection of more than {MAX_ITEMS} items")
    return items


def repeat(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """repeat(projection): until nothing new comes."""
    seen = Seen()
    result: list[Item] = []
    level = focus
    while level:
        added = [new for _, found in each(frame, level, arguments[0]) for new in found]
        frame.spend(8 * CRITERION * len(added))  # each is held against all that was seen, by all that is in it
        level = [item for item in added if seen.add(item)]
        result += level
        bounded(result)
    return result


def single(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """single()"""
    if len(focus) > 1:
        raise FhirPathError("single() on several items")
    return focus


def first(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """first()"""
    return focus[:1]


def last(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """last()"""
    return focus[-1:]


def tail(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """tail()"""
    return focus[1:]


def skip(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """skip(number)"""
    number = one_integer(arguments[0](frame), "skip()")
    return [] if number is None else focus[max(number, 0) :]


def take(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """take(number)"""
    number = one_integer(arguments[0](frame), "take()")
    return [] if number is None else focus[: max(number, 0)]


def intersect(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """intersect(other)"""
    seen = Seen(arguments[0](frame))
    return distinct([item for item in focus if item in seen])


def exclude(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """exclude(other)"""
    seen = Seen(arguments[0](frame))
    return [item for item in focus if item not in seen]


def union_(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """union(other)"""
    return union(focus, arguments[0](frame))


def combine(frame: Frame, focus: list[Item], arguments: Arguments) -> list[Item]:
    """combine(other): with duplicates."""
    return bounded([*focus, *arguments[0](frame)])


def sorted_items(frame: Frame, focus: list[Item], keys: tuple[tuple[Compiled, bool], ...]) -> list[Item]:
    """sort(keys): by (expression, descending) pairs, or by the items themselves.

    Items without a key come first.
    """
    rows = [(item, _keys(frame, item, keys)) for item in focus]
    frame.spend(len(focus))
    signs = [-1 if descending else 1 for _, descending in keys] or [1]

    def order(one: tuple[Item, list[list[Item]]], two: tuple[Item, list[list[Item]]]) -> int:
        for mine, others, sign in zip(one[1], two[1], signs, strict=True):
            if not mine or not others:
                answer = bool(mine) - bool(others)
            else:
                answer = sign * (value_order(mine[0].plain, others[0].plain) or 0)
            if answer:
                return answer
        return 0

    return [item for item, _ in sorted(rows, key=cmp_to_key(order))]


def _keys(frame: Frame, item: Item, keys: tuple[tuple[Compiled, bool], ...]) -> list[list[Item]]:
    if not keys:
        return [[item]]
    found = [next(each(frame, [item], key))[1] for key, _ in keys]
    if any(len(each_key) > 1 for each_key in found):
        raise FhirPathError("a key of sort() is one item")
    return found


FUNCTIONS = (
    Function("where", 1, 1, where),
    Function("select", 1, 1, select),
    Function("repeat", 1, 1, repeat),
    Function("single", 0, 0, single),
    Function("first", 0, 0, first),
    Function("last", 0, 0, last),
    Function("tail", 0, 0, tail),
    Function("skip", 1, 1, skip),
    Function("take", 1, 1, take),
    Function("intersect", 1, 1, intersect),
    Function("exclude", 1, 1, exclude),
    Function("union", 1, 1, union_),
    Function("combine", 1, 1, combine),
)
