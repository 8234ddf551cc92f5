"""Quantities: a number with a UCUM unit or a calendar word (http://hl7.org/fhirpath/N1/#quantity)."""

import re
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from fhircheck.fhirpath.units import in_base_units

_UNITS = ("year", "month", "week", "day", "hour", "minute", "second", "millisecond")
CALENDAR = {name: unit for unit in _UNITS for name in (unit, unit + "s")}
"""Calendar word -> its unit in the singular."""
UCUM_OF = {"week": "wk", "day": "d", "hour": "h", "minute": "min", "second": "s", "millisecond": "ms"}
"""Calendar units that are the same as a UCUM unit; a year and a month are not ('a' is 365.25 days)."""
LIKE = UCUM_OF | {"year": "a", "month": "mo"}
CALENDAR_OF = {code: unit for unit, code in LIKE.items()}
_TEXT = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*(?:'([^']+)'|([a-zA-Z]+))?")


class Quantity(NamedTuple):
    """value and unit; calendar: the unit is a word such as ``days``, not a UCUM code."""

    value: Decimal
    unit: str
    calendar: bool = False

    def __str__(self) -> str:
        return f"{self.value:f} {self.unit}" if self.calendar else f"{self.value:f} '{self.unit}'"


def parse_quantity(text: str) -> Quantity | None:
    """The quantity that `text` says (``4 days``, ``1.5 'mg'``, ``3``), or None."""
    match = _TEXT.fullmatch(text)
    if match is None or (match[3] and match[3] not in CALENDAR):
        return None
    return Quantity(Decimal(match[1]), match[2] or match[3] or "1", bool(match[3]))


def _months(quantity: Quantity) -> Decimal | None:
    unit = CALENDAR.get(quantity.unit) if quantity.calendar else None
    return quantity.value * (12 if unit == "year" else 1) if unit in ("year", "month") else None


def _code(quantity: Quantity, table: dict[str, str]) -> str | None:
    if not quantity.calendar:
        return quantity.unit
    return table.get(CALENDAR[quantity.unit])


def same_base(left: Quantity, right: Quantity, *, like: bool = False) -> tuple[Decimal, Decimal] | None:
    """Both values in one unit, None where there is none. like: a calendar year counts as the UCUM year."""
    if left.unit == right.unit and left.calendar == right.calendar:
        return left.value, right.value
    if left.calendar and right.calendar:
        one, two = _months(left), _months(right)
        if one is not None and two is not None:
            return one, two
    table = LIKE if like else UCUM_OF
    first, second = _code(left, table), _code(right, table)
    if first is None or second is None:
        return None
    if first == second:
        return left.value, right.value
    mine, others = in_base_units(first), in_base_units(second)
    if mine is None or others is None or mine.dimension != others.dimension:
        return None
    return mine.of(left.value), others.of(right.value)


def comparable(left: Quantity, right: Quantity) -> bool:
    """Whether the two units measure the same."""
    return same_base(left, right) is not None


def sum_of(left: Quantity, right: Quantity, sign: int) -> Quantity | None:
    """left + sign * right, in the unit of `left`, or the base unit where they differ."""
    pair = same_base(left, right)
    if pair is None:
        return None
    if left.unit == right.unit or pair == (left.value, right.value):
        return left._replace(value=pair[0] + sign * pair[1])
    base = in_base_units(_code(left, UCUM_OF) or "")
    if base is None or not base.factor:
        return None
    return left._replace(value=base.back(pair[0] + sign * pair[1]))


def product(left: Quantity, right: Quantity) -> Quantity:
    """left * right"""
    return Quantity(left.value * right.value, _joined(left, right, "."))


def ratio(left: Quantity, right: Quantity) -> Quantity | None:
    """left / right, None for a division by zero"""
    try:
        value = left.value / right.value
    except (InvalidOperation, ZeroDivisionError):
        return None
    return Quantity(value, "1" if left.unit == right.unit else _joined(left, right, "/"))


def _joined(left: Quantity, right: Quantity, operator: str) -> str:
    one, two = (_code(each, LIKE) or "1" for each in (left, right))
    if two == "1":
        return one
    if one == "1" and operator == ".":
        return two
    return one + operator + (f"({two})" if "/" in two or "." in two else two)


def calendar_unit(quantity: Quantity) -> str | None:
    """The calendar unit by which a date can be moved, None for any other: UCUM's year and month are none."""
    if quantity.calendar or quantity.unit in CALENDAR:
        return CALENDAR[quantity.unit]
    unit = CALENDAR_OF.get(quantity.unit)
    return unit if unit in UCUM_OF else None
