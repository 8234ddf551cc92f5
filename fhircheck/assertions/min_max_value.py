"""minValue[x] and maxValue[x]: a number, quantity, date or time stays within its bounds."""

import re
from calendar import monthrange
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from fhircheck.assertions.assertion import Spot, Surroundings
from fhircheck.assertions.fixed_value import polymorphic
from fhircheck.fhirpath.units import in_base_units
from fhircheck.model.issue import IssueKind
from fhircheck.model.protocols import Gate

CLAUSE = "http://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.minValue_x_"
KIND = IssueKind(
    name="min-max-value",
    severity="error",
    code="value",
    summary="A value lies outside the bounds that the profile sets.",
    why="Values outside the bounds are documentation or unit errors more often than true extremes.",
    clause=CLAUSE,
    fix="Check the value and its unit at the source.",
    english="Value is {side} {bound}",
    german="Wert ist {side} {bound}",
    failing='{"valueInteger": 11}',
    passing='{"valueInteger": 10}',
)
_SECONDS = re.compile(r"(T\d\d:\d\d:\d\d)(?:\.(\d+))?")
# UCUM code of a duration: its months, its days.
UCUM = "http://unitsofmeasure.org"
UNITS = {"a": (12, 0), "mo": (1, 0), "wk": (0, 7), "d": (0, 1)}
NOT_COMPARABLE = "in a unit that does not compare with"
# Each bound: name in the definition, its side in a text.
BOUNDS = (("minValue", "below"), ("maxValue", "above"))
# Quantity.comparator: what the true value's order is where the number's own order is the key.
COMPARATORS = {"<": {-1: -1, 0: -1}, "<=": {-1: -1}, ">=": {1: 1}, ">": {0: 1, 1: 1}}


def compare(value: Any, bound: Any) -> int | None:
    """-1, 0 or 1 as `value` is below, at or above `bound`; None where that cannot be told.

    Dates of different precision compare by what both state. Quantities compare with the same system
    and code, or in UCUM units that measure the same; one with a comparator only where all that it
    may stand for lies on one side.
    """
    if isinstance(value, int | Decimal) and isinstance(bound, int | Decimal) and not isinstance(value, bool):
        return (value > bound) - (value < bound)
    if value.__class__ is str and bound.__class__ is str:
        return _compare_times(value, bound)
    if value.__class__ is not dict or bound.__class__ is not dict:
        return None
    same_unit = all(name in value and value[name] == bound.get(name) for name in ("system", "code"))
    order = compare(value.get("value"), bound.get("value")) if same_unit else _compare_units(value, bound)
    if order is None or "comparator" not in value:
        return order
    return COMPARATORS.get(str(value["comparator"]), {}).get(order)


def _compare_units(value: dict[str, Any], bound: dict[str, Any]) -> int | None:
    """The order of two quantities in different UCUM units of one dimension, None for others."""
    numbers = value.get("value"), bound.get("value")
    codes = value.get("code"), bound.get("code")
    if not all(each.get("system") == UCUM for each in (value, bound)) or not all(
        each.__class__ is str for each in codes
    ):
        return None
    if not all(isinstance(each, int | Decimal) and not isinstance(each, bool) for each in numbers):
        return None
    mine, theirs = (in_base_units(str(code)) for code in codes)
    if mine is None or theirs is None or mine.dimension != theirs.dimension:
        return None
    return compare(mine.of(Decimal(str(numbers[0]))), theirs.of(Decimal(str(numbers[1]))))


def _of_another_kind(value: Any, bound: Any) -> bool:
    """Whether both are quantities in UCUM units that do not measure the same, so that no bound can hold."""
    if value.__class__ is not dict or bound.__class__ is not dict or "value" not in value:
        return False
    codes = value.get("code"), bound.get("code")
    if not all(each.get("system") == UCUM for each in (value, bound)) or not all(
        each.__class__ is str for each in codes
    ):
        return False
    mine, theirs = (in_base_units(str(code)) for code in codes)
    return mine is not None and theirs is not None and mine.dimension != theirs.dimension


def _compare_times(value: str, bound: str) -> int | None:
    if not value[:2].isdecimal():  # no date and no time
        return None
    if "T" in value and "T" in bound:
        try:
            left, right = _moment(value), _moment(bound)
            return (left > right) - (left < right)
        except (ValueError, TypeError):  # no time at all, or only one of them with a time zone
            return None
    if value[2:3] == bound[2:3] == ":":
        value, bound = _trimmed(value), _trimmed(bound)
        return (value > bound) - (value < bound)
    shortest = min(len(value.partition("T")[0]), len(bound.partition("T")[0]))
    left_text, right_text = value[:shortest], bound[:shortest]
    return (left_text > right_text) - (left_text < right_text)


def _moment(text: str) -> tuple[datetime, str]:
    """Instant to the second, and the digits after it, which datetime would cut off.

    It keeps its own time zone: in UTC the first and the last day of the calendar would overflow.
    """
    fraction = _SECONDS.search(text)
    digits = (fraction[2] or "").rstrip("0") if fraction else ""
    whole = _SECONDS.sub(r"\1", text).replace(":60", ":59")
    return datetime.fromisoformat(whole), digits


def _trimmed(time: str) -> str:
    """A time of day without zeros that end its fraction: so written, texts sort as times do."""
    return time.rstrip("0").rstrip(".") if "." in time else time


def _relative(duration: dict[str, Any], sign: int, now: datetime) -> str | None:
    """The day that lies `duration` (calendar years, months, weeks or days) before or after `now`, None for others."""
    months, days = UNITS.get(str(duration.get("code") or duration.get("unit")), (0, 0))
    number = duration.get("value")
    if not (months or days) or number.__class__ is not int:
        return None
    count = now.year * 12 + now.month - 1 + sign * months * number
    if not 12 <= count < 9999 * 12:
        return None
    year, month = divmod(count, 12)
    day = min(now.day, monthrange(year, month + 1)[1])
    try:
        moved = now.replace(year=year, month=month + 1, day=day) + timedelta(sign * days * number)
    except OverflowError:
        return None
    return moved.date().isoformat()


class MinMaxValue:
    """The value is not below minValue[x] and not above maxValue[x]."""

    name = "min_max_value"
    summary = KIND.summary
    clause = CLAUSE
    kinds = (KIND,)
    applies: frozenset[str] | None = None

    def compile(self, definition: dict[str, Any], types: list[str]) -> Any | None:
        """``{"minValue": ..., "maxValue": ...}`` with the bounds that are there, or None."""
        bounds = {name: polymorphic(definition, name) for name, _ in BOUNDS}
        there = {name: bound for name, bound in bounds.items() if bound is not None}
        return there or None

    def _bound(self, name: str, bound: Any, value: Any, around: Surroundings) -> Any:
        """The bound itself; for a duration against a date, the day that lies so far before or after now."""
        if value.__class__ is str and bound.__class__ is dict:
            return _relative(bound, -1 if name == "minValue" else 1, around.now)
        return bound

    def _crossed(self, facet: Any, value: Any, around: Surroundings) -> list[tuple[str, Any]]:
        found = []
        for name, side in BOUNDS:
            if name not in facet:
                continue
            bound = self._bound(name, facet[name], value, around)
            order = compare(value, bound)
            if order is None and _of_another_kind(value, bound):
                found.append((NOT_COMPARABLE, bound))
            elif order is None:
                around.undecided("value-not-comparable", name)
            elif order == (-1 if name == "minValue" else 1):
                found.append((side, bound))
        return found

    def gate(self, facet: Any, around: Surroundings) -> Gate:
        """True where no bound is crossed."""
        return lambda value: not self._crossed(facet, value, around)

    def explain(self, facet: Any, value: Any, spot: Spot, around: Surroundings) -> None:
        """Report each bound that is crossed."""
        for side, bound in self._crossed(facet, value, around):
            shown = bound.get("value") if bound.__class__ is dict else bound
            spot.add(KIND, side=side, bound=str(shown))
