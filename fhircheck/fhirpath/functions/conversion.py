"""Conversion (http://hl7.org/fhirpath/N1/#conversion)."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from fhircheck.fhirpath.environment import Frame
from fhircheck.fhirpath.functions.function import Compiled, Function, one
from fhircheck.fhirpath.item import Item, boolean, system
from fhircheck.fhirpath.operators.equality import text_of
from fhircheck.fhirpath.quantity import CALENDAR, Quantity, parse_quantity
from fhircheck.fhirpath.temporal import Temporal, parse_temporal

_TRUE = frozenset({"true", "t", "yes", "y", "1", "1.0"})
_FALSE = frozenset({"false", "f", "no", "n", "0", "0.0"})
_INTEGER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d{1,28}(?:\.\d{1,28})?", re.ASCII)


def to_boolean(value: Any) -> bool | None:
    """The boolean that a value means, or None."""
    if value.__class__ is bool:
        return bool(value)
    if value.__class__ in (int, Decimal):
        return True if value == 1 else False if value == 0 else None
    text = value.lower() if value.__class__ is str else ""
    return True if text in _TRUE else False if text in _FALSE else None


def to_integer(value: Any) -> int | None:
    """The integer that a value means, or None."""
    if value.__class__ is bool or value.__class__ is int:
        return int(value)
    return int(value) if value.__class__ is str and _INTEGER.fullmatch(value) else None


def to_decimal(value: Any) -> Decimal | None:
    """The decimal that a value means, or None."""
    if value.__class__ in (bool, int, Decimal):
        return Decimal(value)
    return Decimal(value) if value.__class__ is str and _DECIMAL.fullmatch(value) else None


def to_date(value: Any) -> Temporal | None:
    """The date that a value means, or None."""
    if value.__class__ is str and len(value) <= 40:
        value = parse_temporal(value)
    if value.__class__ is not Temporal or value.is_time:
        return None
    return Temporal("System.Date", value.parts[:3])


def to_date_time(value: Any) -> Temporal | None:
    """The date-time that a value means, or None."""
    if value.__class__ is str and len(value) <= 40:
        value = parse_temporal(value)
    if value.__class__ is not Temporal or value.is_time:
        return None
    return Temporal("System.DateTime", value.parts, value.offset, value.digits)


def to_time(value: Any) -> Temporal | None:
    """The time of day that a value means, or None."""
    if value.__class__ is str and len(value) <= 40:
        value = parse_temporal(value if value.startswith("T") else "T" + value)
    return value if value.__class__ is Temporal and value.is_time else None


def to_quantity(value: Any) -> Quantity | None:
    """The quantity that a value means, or None."""
    if value.__class__ is Quantity:
        return value
    if value.__class__ in (bool, int, Decimal):
        return Quantity(Decimal(value), "1")
    return parse_quantity(value) if value.__class__ is str and len(value) <= 200 else None


def to_string(value: Any) -> str | None:
    """The value as text; None for a complex one."""
    return None if value.__class__ in (dict, list) else text_of(value)


CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "Boolean": to_boolean,
    "Integer": to_integer,
    "Decimal": to_decimal,
    "Date": to_date,
    "DateTime": to_date_time,
    "Time": to_time,
    "Quantity": to_quantity,
    "String": to_string,
}


def _converted(name: str, frame: Frame, focus: list[Item], arguments: tuple[Compiled, ...]) -> Any:
    value = one(focus, f"to{name}()")
    found = None if value is None else CONVERSIONS[name](value)
    if name == "Quantity" and found is not None and arguments:
        return _in_unit(found, one(arguments[0](frame), "toQuantity()"))
    return found


def _in_unit(quantity: Quantity, unit: Any) -> Quantity | None:
    from fhircheck.fhirpath.quantity import same_base

    if unit.__class__ is not str:
        return None
    wanted = Quantity(Decimal(1), unit, unit in CALENDAR)
    pair = same_base(quantity, wanted)
    return None if pair is None or not pair[1] else wanted._replace(value=pair[0] / pair[1])


def _to(name: str) -> Function:
    def run(frame: Frame, focus: list[Item], arguments: tuple[Compiled, ...]) -> list[Item]:
        return system(_converted(name, frame, focus, arguments), "System." + name)

    return Function("to" + name, 0, 1 if name == "Quantity" else 0, run)


def _converts_to(name: str) -> Function:
    def run(frame: Frame, focus: list[Item], arguments: tuple[Compiled, ...]) -> list[Item]:
        if not focus:
            return []
        return boolean(_converted(name, frame, focus, arguments) is not None)

    return Function("convertsTo" + name, 0, 1 if name == "Quantity" else 0, run)


FUNCTIONS = (*map(_to, CONVERSIONS), *map(_converts_to, CONVERSIONS))
