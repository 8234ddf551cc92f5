"""``=``, ``!=``, ``~``, ``!~`` (http://hl7.org/fhirpath/N1/#equality)."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from fhircheck.fhirpath.item import Item, boolean
from fhircheck.fhirpath.quantity import Quantity, same_base
from fhircheck.fhirpath.temporal import Temporal, compare, key


def equal(left: list[Item], right: list[Item]) -> list[Item]:
    """``left = right``"""
    return boolean(are_equal(left, right))


def not_equal(left: list[Item], right: list[Item]) -> list[Item]:
    """``left != right``"""
    answer = are_equal(left, right)
    return boolean(None if answer is None else not answer)


def equivalent(left: list[Item], right: list[Item]) -> list[Item]:
    """``left ~ right``"""
    return boolean(are_equivalent(left, right))


def not_equivalent(left: list[Item], right: list[Item]) -> list[Item]:
    """``left !~ right``"""
    return boolean(not are_equivalent(left, right))


def are_equal(left: list[Item], right: list[Item]) -> bool | None:
    """Whether the collections are the same, item by item; None where one is empty or a pair cannot be told."""
    if not left or not right:
        return None
    if len(left) != len(right):
        return False
    answer: bool | None = True
    for mine, others in zip(left, right, strict=True):
        same = same_item(mine, others)
        if same is False:
            return False
        if same is None:
            answer = None
    return answer


def same_item(left: Item, right: Item) -> bool | None:
    """Whether two items are equal, None where their precisions do not tell."""
    return same_value(left.plain, right.plain)


def same_value(one: Any, two: Any) -> bool | None:
    """Whether two System values or JSON objects are equal.

    Primitives of different types are compared by their text, as the reference does.
    """
    kind, other = one.__class__, two.__class__
    if kind is str and other is str:
        return bool(one == two)
    if kind is Temporal and other is Temporal:
        return _same_moment(one, two)
    if kind is Quantity or other is Quantity:
        return _same_quantity(one, two)
    if kind is dict or other is dict or one is None or two is None:
        return bool(one == two)
    if kind is not other and str in (kind, other):
        return text_of(one) == text_of(two)
    if kind is bool or other is bool:
        return one is two
    return bool(one == two)


def text_of(value: Any) -> str:
    """The value as FHIRPath text."""
    if value.__class__ is bool:
        return "true" if value else "false"
    if value.__class__ is Decimal:
        return f"{value:f}"
    return str(value)


def _same_moment(one: Temporal, two: Temporal) -> bool | None:
    if one.is_time != two.is_time:
        return False
    order = compare(one, two)
    return None if order is None else order == 0


def _same_quantity(one: Any, two: Any) -> bool | None:
    if one.__class__ in (int, Decimal):
        one = Quantity(Decimal(one), "1")
    if two.__class__ in (int, Decimal):
        two = Quantity(Decimal(two), "1")
    if one.__class__ is not Quantity or two.__class__ is not Quantity:
        return False
    pair = same_base(one, two)
    if pair is None:
        return None if one.calendar != two.calendar and same_base(one, two, like=True) else False
    return pair[0] == pair[1]


def are_equivalent(left: list[Item], right: list[Item]) -> bool:
    """Whether the collections hold equivalent items, in any order."""
    if len(left) != len(right):
        return False
    if len(left) == 1:
        return like_value(left[0].plain, right[0].plain)
    rest = list(right)
    for mine in left:
        found = next((at for at, each in enumerate(rest) if like_value(mine.plain, each.plain)), -1)
        if found < 0:
            return False
        del rest[found]
    return True


def like_value(one: Any, two: Any) -> bool:
    """Whether two values are equivalent: case, white space, precision and order do not count."""
    kind, other = one.__class__, two.__class__
    if kind is str and other is str:
        return " ".join(one.lower().split()) == " ".join(two.lower().split())
    if kind in (int, Decimal) and other in (int, Decimal):
        return _like_number(Decimal(one), Decimal(two))
    if kind is Temporal and other is Temporal:
        return one.is_time == two.is_time and compare(one, two) == 0
    if kind is Quantity or other is Quantity:
        return _like_quantity(one, two)
    if kind is dict and other is dict:
        return one.keys() == two.keys() and all(_like_member(one[each], two[each]) for each in one)
    return same_value(one, two) is True


def _like_member(one: Any, two: Any) -> bool:
    if one.__class__ is list and two.__class__ is list:
        return are_equivalent([Item(each, "") for each in one], [Item(each, "") for each in two])
    return like_value(one, two)


def decimals(number: Decimal) -> int:
    """Digits after the decimal point."""
    return max(0, -int(number.as_tuple().exponent))


def _like_number(one: Decimal, two: Decimal) -> bool:
    digits = Decimal(1).scaleb(-min(decimals(one), decimals(two)))
    return one.quantize(digits, ROUND_HALF_UP) == two.quantize(digits, ROUND_HALF_UP)


def _like_quantity(one: Any, two: Any) -> bool:
    if one.__class__ is not Quantity or two.__class__ is not Quantity:
        return same_value(one, two) is True
    pair = same_base(one, two, like=True)
    if pair is None:
        return False
    if not pair[0]:
        return not pair[1]
    return _like_number(one.value, (one.value * pair[1] / pair[0]).normalize())


def item_key(item: Item) -> Any:
    """Hashable; equal for items that are surely equal. For looking up many items without comparing all pairs."""
    return value_key(item.plain)


def value_key(value: Any) -> Any:
    """The same for a System value or JSON object."""
    kind = value.__class__
    if kind is str:
        return value
    if kind is bool:
        return "true" if value else "false"
    if kind is int or kind is Decimal:
        return Decimal(value)
    if kind is Temporal:
        return key(value)
    if kind is Quantity:
        base = same_base(value, value._replace(unit=value.unit))
        return ("quantity", value.unit, value.calendar, base and base[0])
    if kind is dict:
        return tuple(sorted((name, value_key(each)) for name, each in value.items() if name))
    if kind is list:
        return ("list", *(value_key(each) for each in value))
    return value
