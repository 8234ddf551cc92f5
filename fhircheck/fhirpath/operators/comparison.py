"""``<``, ``<=``, ``>``, ``>=`` (http://hl7.org/fhirpath/N1/#comparison)."""

from decimal import Decimal
from typing import Any

from fhircheck.fhirpath.errors import FhirPathError
from fhircheck.fhirpath.item import Item, boolean
from fhircheck.fhirpath.quantity import Quantity, same_base
from fhircheck.fhirpath.temporal import Temporal, compare
from fhircheck.fhirpath.types import QUANTITIES

NUMBERS = (int, Decimal)


def less(left: list[Item], right: list[Item]) -> list[Item]:
    """``left < right``"""
    order = order_of(left, right)
    return boolean(None if order is None else order < 0)


def less_or_equal(left: list[Item], right: list[Item]) -> list[Item]:
    """``left <= right``"""
    order = order_of(left, right)
    return boolean(None if order is None else order <= 0)


def greater(left: list[Item], right: list[Item]) -> list[Item]:
    """``left > right``"""
    order = order_of(left, right)
    return boolean(None if order is None else order > 0)


def greater_or_equal(left: list[Item], right: list[Item]) -> list[Item]:
    """``left >= right``"""
    order = order_of(left, right)
    return boolean(None if order is None else order >= 0)


def order_of(left: list[Item], right: list[Item]) -> int | None:
    """-1, 0, 1; None where a side is empty or it cannot be told. Raises FhirPathError for more than one item."""
    if not left or not right:
        return None
    if len(left) > 1 or len(right) > 1:
        raise FhirPathError("a comparison takes one item on each side")
    one, two = left[0].plain, right[0].plain
    for side, value in ((left[0], one), (right[0], two)):
        if value.__class__ is dict and side.type in QUANTITIES:
            return None
    return value_order(one, two)


def value_order(one: Any, two: Any) -> int | None:
    """The same for two System values. Raises FhirPathError for types that have no order between them."""
    kind, other = one.__class__, two.__class__
    if (kind is str and other is str) or (kind in NUMBERS and other in NUMBERS):
        return 0 if one == two else -1 if one < two else 1
    if kind is Temporal and other is Temporal and one.is_time == two.is_time:
        return compare(one, two)
    if kind is Quantity and other is Quantity:
        pair = same_base(one, two)
        return None if pair is None else value_order(pair[0], pair[1])
    if one is None or two is None:
        return None
    raise FhirPathError(f"{type_shown(one)} and {type_shown(two)} cannot be compared")


def type_shown(value: Any) -> str:
    """The type of a value for a message."""
    if value.__class__ is Temporal:
        return str(value.type[7:])
    names = {str: "String", int: "Integer", bool: "Boolean", Decimal: "Decimal", Quantity: "Quantity"}
    return names.get(value.__class__, "a complex value")
