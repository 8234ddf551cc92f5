"""Dates and periods with prefixes (http://hl7.org/fhir/R4/search.html#prefix)."""

from collections.abc import Callable
from functools import partial
from typing import Any

from fhircheck.fhirpath import Item
from fhircheck.probe.search_kinds.date_span import Span, span_of, zones
from fhircheck.probe.search_kinds.search import Search, SearchKind, Told, any_of, nothing_holds

IMPOSSIBLE = "1801-02-03"
_DATES = frozenset({"date", "dateTime", "instant", "Period"})


def _within(wanted: Span, there: Span) -> bool:
    return wanted.low <= there.low and there.high <= wanted.high


def _or_meets(told: bool, wanted: Span, there: Span) -> Told:
    """What only meets the span that is asked for may be found by ``le`` and ``ge``, or not."""
    return told or (None if there.low < wanted.high and wanted.low < there.high else False)


PREFIXES: dict[str, Callable[[Span, Span], Told]] = {
    "eq": _within,
    "ne": lambda wanted, there: not _within(wanted, there),
    "lt": lambda wanted, there: there.low < wanted.low,
    "le": lambda wanted, there: _or_meets(there.low < wanted.low or _within(wanted, there), wanted, there),
    "gt": lambda wanted, there: there.high > wanted.high,
    "ge": lambda wanted, there: _or_meets(there.high > wanted.high or _within(wanted, there), wanted, there),
    "sa": lambda wanted, there: there.low >= wanted.high,
    "eb": lambda wanted, there: there.high <= wanted.low,
}
"""Prefix -> whether it holds of (what is asked for, what is there); None where servers may differ."""


def holds(text: str, prefix: str, items: list[Item]) -> Told:
    """Whether one of the items is as ``prefix+text`` asks; None where that depends on the server's time zone."""
    return any_of(_one(text, prefix, item) for item in items)


def _one(text: str, prefix: str, item: Item) -> Told:
    wanted, there = span_of(text), span_of(item.value) if item.type in _DATES else None
    if wanted is None or there is None:
        return None
    spans = [_at(text, item.value, zone) for zone in zones(wanted, there)]
    if any(there.high <= there.low for _, there in spans):
        return None  # a period that ends before it begins
    told = {PREFIXES[prefix](*each) for each in spans}
    return told.pop() if len(told) == 1 else None


def _at(text: str, value: Any, zone: int) -> tuple[Span, Span]:
    wanted, there = span_of(text, zone), span_of(value, zone)
    assert wanted is not None
    assert there is not None
    return wanted, there


def _texts(item: Item) -> list[str]:
    """What may be asked for to find the item: itself, its day, month and year."""
    value = item.value
    if item.type == "Period" and value.__class__ is dict:
        value = value.get("start", value.get("end"))
    if value.__class__ is not str or item.type not in _DATES or span_of(value) is None:
        return []
    found = [value, value[:10], value[:7], value[:4]] if item.type != "Period" else [value[:7], value[:4]]
    return list(dict.fromkeys(found))


def _plain(item: Item) -> list[Search]:
    return [Search(each, partial(holds, each, "eq")) for each in _texts(item) if holds(each, "eq", [item])]


def _prefixed(item: Item) -> list[Search]:
    value = item.value.get("start", item.value.get("end")) if item.value.__class__ is dict else item.value
    if value.__class__ is not str or item.type not in _DATES or span_of(value) is None:
        return []
    return [Search(value, partial(holds, value, prefix), prefix=prefix) for prefix in PREFIXES]


DATE = SearchKind(
    "date",
    "Dates, moments and periods, with prefixes.",
    _plain,
    Search(IMPOSSIBLE, nothing_holds, finds=False),
    prefixed=_prefixed,
)
