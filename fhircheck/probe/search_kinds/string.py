"""Strings: begin with, whatever the case and accents (http://hl7.org/fhir/R4/search.html#string)."""

import re
import unicodedata
from functools import partial
from typing import Any

from fhircheck.fhirpath import Item
from fhircheck.probe.search_kinds.search import (
    LONGEST,
    NO_SUCH,
    Search,
    SearchKind,
    Told,
    any_of,
    escaped,
    nothing_holds,
)

_PARTS = {
    "HumanName": ("text", "family", "given", "prefix", "suffix"),
    "Address": ("text", "line", "city", "district", "state", "country", "postalCode"),
}
_TEXTS = frozenset({"string", "markdown", "code", "uri", "id", "System.String"})
_SIGNS = re.compile(r"[\W_]+")


def normal(text: str) -> str:
    """`text` without case, accents, punctuation and double blanks, as servers compare."""
    plain = unicodedata.normalize("NFD", text.casefold())
    letters = "".join(each for each in plain if not unicodedata.combining(each))
    return _SIGNS.sub(" ", letters).strip()


def texts(item: Item) -> list[str]:
    """The texts an item is indexed by; none for a type that is no string."""
    value = item.value
    if value.__class__ is str:
        return [value] if item.type in _TEXTS else []
    parts = _PARTS.get(item.type, ())
    return [each for name in parts for each in _strings(value.get(name) if value.__class__ is dict else None)]


def _strings(value: Any) -> list[str]:
    values = value if value.__class__ is list else [value]
    return [each for each in values if each.__class__ is str]


def _begins(wanted: str, items: list[Item]) -> Told:
    """Servers may also look into the middle of a text or at names sounding alike: that cannot be told."""
    plain = normal(wanted)
    return any_of(_compared(plain, normal(each)) for item in items for each in texts(item))


def _compared(wanted: str, there: str) -> Told:
    if there.startswith(wanted):
        return True
    return None if wanted in there or there.replace(" ", "").startswith(wanted.replace(" ", "")) else False


def _contains(wanted: str, items: list[Item]) -> Told:
    plain = normal(wanted)
    return any(plain in normal(each) for item in items for each in texts(item))


def _exactly(wanted: str, items: list[Item]) -> Told:
    return any(each == wanted for item in items for each in texts(item))


def _usable(item: Item) -> list[str]:
    """Plain texts first: what has to be escaped is asked for only where there is nothing else."""
    found = [each for each in texts(item) if normal(each) and len(each) <= LONGEST]
    return sorted(found, key=lambda each: not each.replace(" ", "").isalnum())


def _plain(item: Item) -> list[Search]:
    return [Search(escaped(each), partial(_begins, each)) for each in _usable(item)]


def _further(item: Item) -> list[Search]:
    found: list[Search] = []
    for each in _usable(item):
        found.append(Search(escaped(each), partial(_exactly, each), "exact"))
        other = each.swapcase()
        if normal(other) == normal(each) and other != each:
            found.append(Search(escaped(other), partial(_exactly, other), "exact", finds=False))
        inner = each[1:-1].strip()
        if len(inner) >= 2 and inner.isalnum():
            found.append(Search(inner, partial(_contains, inner), "contains"))
    return found


STRING = SearchKind(
    "string",
    "Texts, names and addresses: what begins with the value.",
    _plain,
    Search(NO_SUCH, nothing_holds, finds=False),
    _further,
)
