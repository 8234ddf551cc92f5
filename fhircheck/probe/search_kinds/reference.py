"""References (http://hl7.org/fhir/R4/search.html#reference)."""

import re

from fhircheck.fhirpath import Item
from fhircheck.probe.search_kinds.search import (
    NO_SUCH,
    Search,
    SearchKind,
    Told,
    any_of,
    escaped,
    escaped_url,
    nothing_holds,
)

_LITERAL = re.compile(r"(?:.*/)?([A-Z][A-Za-z]+)/([A-Za-z0-9.-]{1,64})(?:/_history/[A-Za-z0-9.-]{1,64})?")


def literal(item: Item) -> tuple[str, str] | None:
    """(type, id) of what an item refers to, None where it says no more than an identifier or a fragment."""
    found = _LITERAL.fullmatch(_url(item))
    return (found[1], found[2]) if found else None


def _url(item: Item) -> str:
    value = item.value.get("reference") if item.value.__class__ is dict else item.value
    return value if value.__class__ is str else ""


def _holds(wanted: str, item: Item) -> Told:
    url = _url(item)
    if url == wanted:
        return True
    if url.partition("|")[0] == wanted.partition("|")[0]:
        return None
    mine, there = _LITERAL.fullmatch(wanted), _LITERAL.fullmatch(url)
    if mine and there and mine.groups() == there.groups():
        return True
    return False if url and not url.startswith("#") else None


def _identifier(item: Item) -> tuple[str, str] | None:
    node = item.value.get("identifier") if item.value.__class__ is dict else None
    if node.__class__ is not dict or node.get("value").__class__ is not str:
        return None
    system = node.get("system")
    return (system if system.__class__ is str else "", node["value"])


def _plain(item: Item) -> list[Search]:
    url = _url(item)
    if not url or url.startswith("#"):
        return []
    relative = literal(item)
    text = "/".join(relative) if relative and not url.startswith("http") else url
    return [Search(escaped_url(text), lambda items: any_of(_holds(text, each) for each in items))]


def _further(item: Item) -> list[Search]:
    found = []
    relative, identifier = literal(item), _identifier(item)
    if relative and not _url(item).startswith("http"):
        text = "/".join(relative)
        found.append(Search(relative[1], lambda items: any_of(_holds(text, each) for each in items), relative[0]))
    if identifier:
        system, value = identifier
        text = f"{escaped(system)}|{escaped(value)}" if system else escaped(value)

        def holds(items: list[Item]) -> Told:
            there = [_identifier(each) for each in items]
            return any(each is not None and each[1] == value and system in ("", each[0]) for each in there)

        found.append(Search(text, holds, "identifier"))
    return found


REFERENCE = SearchKind(
    "reference",
    "References: Type/id.",
    _plain,
    Search(NO_SUCH, nothing_holds, finds=False),
    _further,
)
