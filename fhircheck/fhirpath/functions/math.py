"""Math (http://hl7.org/fhirpath/N1/#math-1)."""

import math
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from fhircheck.fhirpath.environment import Frame
from fhircheck.fhirpath.errors import FhirPathError
from fhircheck.fhirpath.functions.function import Compiled, Function, one
from fhircheck.fhirpath.item import Item
from fhircheck.fhirpath.operators.arithmetic import calculated
from fhircheck.fhirpath.operators.comparison import NUMBERS
from fhircheck.fhirpath.quantity import Quantity


def _value(items: list[Item], name: str) -> Any:
    value = one(items, f"{name}()")
    if value is not None and value.__class__ not in (*NUMBERS, Quantity):
        raise FhirPathError(f"{name}() takes a number")
    return value


def _on_number(name: str, minimum: int, maximum: int, function: Callable[..., Any]) -> Function:
    """A function of a number and up to one further number; empty where one of them is, or where there is no result."""

    def run(frame: Frame, focus: list[Item], arguments: tuple[Compiled, ...]) -> list[Item]:
        value = _value(focus, name)
        others = [_value(each(frame), name) for each in arguments]
        if value is None or None in others:
            return []
        if value.__class__ is Quantity:
            unit = value
            return calculated(lambda a, b: unit._replace(value=function(a, *b)), value.value, others)
        return calculated(lambda a, b: function(a, *b), value, others)

    return Function(name, minimum, maximum, run)


def _rounded(how: str) -> Callable[[Any], Any]:
    return lambda value: int(Decimal(value).to_integral_value(how))


def _round(value: Any, digits: int = 0) -> Any:
    if digits.__class__ is not int or not 0 <= digits <= 28:
        raise FhirPathError("round() takes a precision from 0 to 28")
    return (
        Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP) if digits else _rounded(ROUND_HALF_UP)(value)
    )


def _real(function: Callable[..., float]) -> Callable[..., Any]:
    def run(*values: Any) -> Decimal | None:
        try:
            found = function(*map(float, values))
        except (ValueError, OverflowError, ZeroDivisionError):
            return None
        return Decimal(repr(found)) if math.isfinite(found) else None

    return run


def _power(base: Any, exponent: Any) -> Any:
    whole = base.__class__ is int and exponent.__class__ is int and 0 <= exponent <= 64
    if whole or (exponent == int(exponent) and abs(exponent) <= 64):
        return base ** int(exponent) if whole else Decimal(base) ** int(exponent)
    return _real(math.pow)(base, exponent)


FUNCTIONS = (
    _on_number("abs", 0, 0, abs),
    _on_number("ceiling", 0, 0, _rounded(ROUND_CEILING)),
    _on_number("floor", 0, 0, _rounded(ROUND_FLOOR)),
    _on_number("truncate", 0, 0, _rounded(ROUND_DOWN)),
    _on_number("round", 0, 1, _round),
    _on_number("exp", 0, 0, _real(math.exp)),
    _on_number("ln", 0, 0, _real(math.log)),
    _on_number("log", 1, 1, _real(math.log)),
    _on_number("power", 1, 1, _power),
    _on_number("sqrt", 0, 0, lambda value: Decimal(value).sqrt() if value >= 0 else None),
)
