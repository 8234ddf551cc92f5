"""lowBoundary, highBoundary, precision (http://hl7.org/fhirpath/#boundary-functions)."""

from calendar import monthrange
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

from fhircheck.fhirpath.environment import Frame
from fhircheck.fhirpath.errors import FhirPathError
from fhircheck.fhirpath.functions.function import Compiled, Function, one, one_integer
from fhircheck.fhirpath.item import Item, integer, system
from fhircheck.fhirpath.operators.arithmetic import number
from fhircheck.fhirpath.operators.equality import decimals
from fhircheck.fhirpath.quantity import Quantity
from fhircheck.fhirpath.temporal import EARLIEST, FIRST, LATEST, Temporal

DECIMALS = 8
MOST_DECIMALS = 31
DATE_LEVELS = {4: 1, 6: 2, 8: 3, 10: 4, 12: 5, 14: 6, 17: 6}
"""Digits of a date-time -> number of its parts."""
TIME_LEVELS = {2: 1, 4: 2, 6: 3, 9: 3}


def _boundary(high: bool) -> Function:
    name = "highBoundary" if high else "lowBoundary"

    def run(frame: Frame, focus: list[Item], arguments: tuple[Compiled, ...]) -> list[Item]:
        value = one(focus, f"{name}()")
        digits = one_integer(arguments[0](frame), f"{name}()") if arguments else None
        if value is None:
            return []
        if value.__class__ is Quantity:
            bound = decimal_boundary(value.value, DECIMALS if digits is None else digits, high)
            return [] if bound is None else [Item(value._replace(value=bound), "System.Quantity")]
        if value.__class__ in (int, Decimal):
            return number(decimal_boundary(Decimal(value), DECIMALS if digits is None else digits, high))
        if value.__class__ is Temporal:
            if digits is None:
                digits = _usual_digits(value, focus[0].type)
            found = moment_boundary(value, digits, high)
            return system(found, found.type if found else "")
        raise FhirPathError(f"{name}() takes a number, a quantity, a date or a time")

    return Function(name, 0, 1, run)


def decimal_boundary(value: Decimal, digits: int, high: bool) -> Decimal | None:
    """The least or greatest number that `value` may stand for, with `digits` decimals; None where that is no precision.

    Cut off towards zero at the near boundary and rounded at the far one, as the reference does.
    """
    if not 0 <= digits <= MOST_DECIMALS:
        return None
    half = Decimal(5).scaleb(-decimals(value) - 1)
    negative = value.is_signed()
    outward = high is not negative
    bound = value.copy_abs() + (half if outward else -half)
    if bound < 0:
        return (-half if high is negative else half).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    bound = bound.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP if outward else ROUND_DOWN)
    return bound.copy_negate() if negative else bound


def _usual_digits(moment: Temporal, type_name: str) -> int:
    if moment.is_time:
        return 9
    return 8 if moment.type == "System.Date" and type_name not in ("dateTime", "instant") else 17


def moment_boundary(moment: Temporal, digits: int, high: bool) -> Temporal | None:
    """The first or last moment that `moment` may stand for, to `digits` digits; None where that is no precision."""
    levels = TIME_LEVELS if moment.is_time else DATE_LEVELS
    length = levels.get(digits)
    if length is None:
        return None
    parts = list(moment.parts)
    first = FIRST[3:] if moment.is_time else FIRST
    while len(parts) < len(first):
        parts.append(_last_part(parts, moment.is_time) if high else first[len(parts)])
    if high and moment.digits < 3 and len(moment.parts) == len(first):
        parts[-1] += Decimal(1).scaleb(-moment.digits) - Decimal("0.001")
    if moment.is_time:
        return Temporal(moment.type, tuple(parts[:length]), None, 3 if digits == 9 else 0)
    kind = "System.Date" if length <= 3 else "System.DateTime"
    offset = moment.offset if moment.offset is not None else LATEST if high else EARLIEST
    return Temporal(kind, tuple(parts[:length]), offset if length > 3 else None, 3 if digits == 17 else 0)


def _last_part(parts: list[Any], is_time: bool) -> Any:
    length = len(parts) + (3 if is_time else 0)
    if length == 2:
        return monthrange(parts[0], parts[1])[1]
    return {1: 12, 3: 23, 4: 59, 5: Decimal("59.999")}[length]


def precision(frame: Frame, focus: list[Item], arguments: tuple[Compiled, ...]) -> list[Item]:
    """precision(): decimals of a number, digits of a date or time."""
    value = one(focus, "precision()")
    if value.__class__ is Quantity:
        value = value.value
    if value.__class__ in (int, Decimal):
        return integer(decimals(Decimal(value)))
    if value.__class__ is Temporal:
        length = len(value.parts)
        if value.is_time:
            return integer(2 * length + value.digits)
        return integer(2 + 2 * length + value.digits)
    if value is None:
        return []
    raise FhirPathError("precision() takes a number, a date or a time")


FUNCTIONS = (_boundary(False), _boundary(True), Function("precision", 0, 0, precision))
