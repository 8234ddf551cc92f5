"""Numbers and quantities with prefixes (http://hl7.org/fhir/R4/search.html#number, #quantity)."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from fhircheck.fhirpath import Item
from fhircheck.fhirpath.quantity import Quantity, same_base
from fhircheck.fhirpath.types import QUANTITIES, UCUM, decimal
from fhircheck.probe.search_kinds.search import Search, SearchKind, Told, any_of, escaped, nothing_holds

_NUMBERS = frozenset({"decimal", "integer", "positiveInt", "unsignedInt", "System.Decimal", "System.Integer"})
IMPOSSIBLE = "-98765432.125"


def _about(wanted: Decimal, there: Decimal) -> bool:
    """Equal in the digits that are asked for: 100 means 99.5 to 100.5."""
    exponent = wanted.as_tuple().exponent
    half = Decimal(5).scaleb(int(exponent) - 1)
    return wanted - half <= there < wanted + half


PREFIXES: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "eq": _about,
    "ne": lambda wanted, there: not _about(wanted, there),
    "lt": lambda wanted, there: there < wanted,
    "le": lambda wanted, there: there <= wanted,
    "gt": lambda wanted, there: there > wanted,
    "ge": lambda wanted, there: there >= wanted,
}
"""Prefix -> whether it holds of (what is asked for, what is there)."""


def _number(value: Any) -> Decimal | None:
    if value.__class__ in (bool, str) or value is None:
        return None
    found = decimal(value)
    return found if isinstance(found, Decimal) and found.is_finite() and abs(found.adjusted()) < 30 else None


def _numbers_hold(wanted: Decimal, prefix: str, items: list[Item]) -> Told:
    found = [_number(item.value) if item.type in _NUMBERS else None for item in items]
    return any_of(None if each is None else PREFIXES[prefix](wanted, each) for each in found)


def _searched_number(item: Item, prefix: str) -> list[Search]:
    number = _number(item.value) if item.type in _NUMBERS else None
    if number is None:
        return []
    asked = prefix or "eq"
    return [Search(f"{number:f}", lambda items: _numbers_hold(number, asked, items), prefix=prefix)]


def _quantity_holds(wanted: dict[str, Any], prefix: str, item: Item) -> Told:
    """In the same unit; what can be converted into it cannot be told, another dimension is no hit."""
    there = item.value
    number, other = _number(wanted.get("value")), _number(there.get("value")) if there.__class__ is dict else None
    if number is None or other is None or item.type not in QUANTITIES or "comparator" in there:
        return None
    if not wanted.get("code") or (wanted.get("system"), wanted["code"]) == (there.get("system"), there.get("code")):
        return PREFIXES[prefix](number, other)
    if there.get("system") != UCUM or wanted.get("system") != UCUM or there.get("code").__class__ is not str:
        return None
    both = same_base(Quantity(number, str(wanted["code"])), Quantity(other, there["code"]))
    return False if both is None else None


def _searched_quantity(item: Item, prefix: str) -> list[Search]:
    value = item.value
    number = _number(value.get("value")) if item.type in QUANTITIES and value.__class__ is dict else None
    if number is None or "comparator" in value:
        return []
    unit = ""
    if value.get("system").__class__ is str and value.get("code").__class__ is str:
        unit = f"|{escaped(value['system'])}|{escaped(value['code'])}"
    wanted = {"value": number, "system": value.get("system"), "code": value.get("code") if unit else None}
    asked = prefix or "eq"

    def holds(items: list[Item]) -> Told:
        return any_of(_quantity_holds(wanted, asked, each) for each in items)

    return [Search(f"{number:f}{unit}", holds, prefix=prefix)]


NUMBER = SearchKind(
    "number",
    "Numbers, with prefixes.",
    lambda item: _searched_number(item, ""),
    Search(IMPOSSIBLE, nothing_holds, finds=False),
    prefixed=lambda item: [found for prefix in PREFIXES for found in _searched_number(item, prefix)],
)
QUANTITY = SearchKind(
    "quantity",
    "Quantities: number|system|code, with prefixes.",
    lambda item: _searched_quantity(item, ""),
    Search(IMPOSSIBLE, nothing_holds, finds=False),
    prefixed=lambda item: [found for prefix in PREFIXES for found in _searched_quantity(item, prefix)],
)
