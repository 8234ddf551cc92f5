"""``+``, ``-``, ``*``, ``/``, ``div``, ``mod``, ``&`` (http://hl7.org/fhirpath/N1/#math)."""

from collections.abc import Callable
from decimal import ROUND_DOWN, Context, Decimal, DecimalException, localcontext
from typing import Any

from fhircheck.fhirpath.environment import MAX_TEXT
from fhircheck.fhirpath.errors import FhirPathError
from fhircheck.fhirpath.item import Item, string
from fhircheck.fhirpath.operators.comparison import NUMBERS, type_shown
from fhircheck.fhirpath.quantity import Quantity, calendar_unit, product, ratio, sum_of
from fhircheck.fhirpath.temporal import Temporal
from fhircheck.fhirpath.temporal import add as moved

DIGITS = Context(prec=40)
LARGEST = Decimal(10) ** 40
LARGEST_INTEGER = 2**63


def one_each(left: list[Item], right: list[Item]) -> tuple[Any, Any] | None:
    """The two operands; None where one is empty. Raises FhirPathError for more than one item."""
    if not left or not right:
        return None
    if len(left) > 1 or len(right) > 1:
        raise FhirPathError("an operator takes one item on each side")
    one, two = left[0].plain, right[0].plain
    return None if one is None or two is None else (one, two)


def number(value: Any) -> list[Item]:
    """A collection of one number or quantity; empty where it is too large or None."""
    if value.__class__ is int:
        return [Item(value, "System.Integer")] if abs(value) < LARGEST_INTEGER else []
    if value.__class__ is Decimal:
        return [Item(value, "System.Decimal")] if value.is_finite() and abs(value) < LARGEST else []
    if value.__class__ is Quantity:
        return [Item(value, "System.Quantity")] if number(value.value) else []
    return []


def calculated(calculate: Callable[[Any, Any], Any], one: Any, two: Any) -> list[Item]:
    """The result of a calculation with bounded digits; empty where it has none (division by zero, overflow)."""
    with localcontext(DIGITS):
        try:
            return number(calculate(one, two))
        except (DecimalException, ZeroDivisionError, OverflowError):
            return []


def add(left: list[Item], right: list[Item]) -> list[Item]:
    """``left + right``"""
    pair = one_each(left, right)
    if pair is None:
        return []
    one, two = pair
    if one.__class__ is str and two.__class__ is str:
        return _text(one, two)
    return _sum(one, two, 1)


def subtract(left: list[Item], right: list[Item]) -> list[Item]:
    """``left - right``"""
    pair = one_each(left, right)
    return [] if pair is None else _sum(pair[0], pair[1], -1)


def _sum(one: Any, two: Any, sign: int) -> list[Item]:
    if one.__class__ in NUMBERS and two.__class__ in NUMBERS:
        return calculated(lambda a, b: a + sign * b, one, two)
    if one.__class__ is Quantity and two.__class__ is Quantity:
        return calculated(lambda a, b: sum_of(a, b, sign), one, two)
    if one.__class__ is Temporal and two.__class__ is Quantity:
        unit = calendar_unit(two)
        if unit is None:
            raise FhirPathError("a date can be moved by calendar units only (days, months ...)")
        found = moved(one, sign * two.value, unit)
        return [] if found is None else [Item(found, found.type)]
    raise _wrong("+" if sign > 0 else "-", one, two)


def _wrong(operator: str, one: Any, two: Any) -> FhirPathError:
    return FhirPathError(f"{operator!r} does not take {type_shown(one)} and {type_shown(two)}")


def multiply(left: list[Item], right: list[Item]) -> list[Item]:
    """``left * right``"""
    return _scaled("*", left, right, lambda a, b: a * b, product)


def divide(left: list[Item], right: list[Item]) -> list[Item]:
    """``left / right``: always a decimal."""
    return _scaled("/", left, right, lambda a, b: Decimal(a) / b, ratio)


def _scaled(
    operator: str, left: list[Item], right: list[Item], plain: Callable[[Any, Any], Any], units: Callable[..., Any]
) -> list[Item]:
    pair = one_each(left, right)
    if pair is None:
        return []
    one, two = pair
    if one.__class__ in NUMBERS and two.__class__ in NUMBERS:
        return calculated(plain, one, two)
    quantities = [Quantity(Decimal(each), "1") if each.__class__ in NUMBERS else each for each in pair]
    if all(each.__class__ is Quantity for each in quantities):
        return calculated(units, *quantities)
    raise _wrong(operator, one, two)


def divide_whole(left: list[Item], right: list[Item]) -> list[Item]:
    """``left div right``: truncated towards zero."""
    return _numbers("div", left, right, lambda a, b: int((Decimal(a) / b).to_integral_value(ROUND_DOWN)))


def remainder(left: list[Item], right: list[Item]) -> list[Item]:
    """``left mod right``: of the truncated division."""
    return _numbers("mod", left, right, _remainder)


def _remainder(one: Any, two: Any) -> Any:
    rest = Decimal(one) % Decimal(two)
    return int(rest) if one.__class__ is int and two.__class__ is int else rest


def _numbers(operator: str, left: list[Item], right: list[Item], calculate: Callable[[Any, Any], Any]) -> list[Item]:
    pair = one_each(left, right)
    if pair is None:
        return []
    if pair[0].__class__ not in NUMBERS or pair[1].__class__ not in NUMBERS:
        raise _wrong(operator, *pair)
    return calculated(calculate, *pair)


def concatenate(left: list[Item], right: list[Item]) -> list[Item]:
    """``left & right``: an empty side counts as an empty string."""
    texts: list[str] = []
    for side in (left, right):
        if len(side) > 1:
            raise FhirPathError("'&' takes one item on each side")
        value = side[0].plain if side else None
        if value is not None and value.__class__ is not str:
            raise FhirPathError(f"'&' takes strings, not {type_shown(value)}")
        texts.append(value or "")
    return _text(texts[0], texts[1])


def _text(one: str, two: str) -> list[Item]:
    if len(one) + len(two) > MAX_TEXT:
        raise FhirPathError(f"a string of more than {MAX_TEXT} characters")
    return string(one + two)


def negative(operand: list[Item]) -> list[Item]:
    """``-operand``"""
    if not operand:
        return []
    value = operand[0].plain
    if len(operand) > 1 or value.__class__ not in (*NUMBERS, Quantity):
        raise FhirPathError("a sign takes one number or quantity")
    return number(value._replace(value=-value.value) if isinstance(value, Quantity) else -value)
