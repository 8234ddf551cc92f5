"""Tokens: codes, identifiers, booleans (http://hl7.org/fhir/R4/search.html#token)."""

from functools import partial
from typing import Any, NamedTuple

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
    opposite,
)
from fhircheck.probe.search_kinds.string import normal

_TEXTS = frozenset({"code", "string", "uri", "url", "canonical", "id", "oid", "uuid", "markdown", "System.String"})


class Token(NamedTuple):
    """One token of an item; system None: there is none to be said, empty: there is none."""

    system: str | None
    code: str


def tokens(item: Item) -> list[Token]:
    """The tokens an item is indexed by; none for a type that is no token."""
    value = item.value
    if value.__class__ is bool:
        return [Token(None, "true" if value else "false")]
    if value.__class__ is str:
        return [Token(None, value)] if value and item.type in _TEXTS else []
    if value.__class__ is not dict:
        return []
    if item.type == "CodeableConcept":
        return [found for coding in _codings(value) for found in _token(coding, "code")]
    return _token(value, "code" if item.type == "Coding" else "value", item.type == "ContactPoint")


def _token(node: Any, name: str, unsystematic: bool = False) -> list[Token]:
    code, system = (node.get(name), node.get("system")) if node.__class__ is dict else (None, None)
    if code.__class__ is not str or not code:
        return []
    return [Token(None if unsystematic else system if system.__class__ is str else "", code)]


def _codings(node: Any) -> list[Any]:
    found = node.get("coding") if node.__class__ is dict else None
    return found if found.__class__ is list else []


def _holds(wanted: Token, items: list[Item]) -> Told:
    return any_of(_same(wanted, each) for item in items for each in tokens(item))


def _same(wanted: Token, there: Token) -> Told:
    """What differs in case only cannot be told, since it depends on the code system whether it counts."""
    if wanted.system and wanted.system != there.system:
        return False
    if wanted.code == there.code:
        return True
    return None if wanted.code.casefold() == there.code.casefold() else False


def _text(token: Token) -> str:
    return f"{escaped(token.system)}|{escaped(token.code)}" if token.system else escaped(token.code)


def _plain(item: Item) -> list[Search]:
    found = [each for each in tokens(item) if len(each.code) < LONGEST]
    return [Search(_text(each), partial(_holds, each)) for each in found]


def _further(item: Item) -> list[Search]:
    found = [Search(each.text, partial(_holds_not, each), "not") for each in _plain(item)]
    shown = [each for each in _displays(item) if 3 <= len(each) < LONGEST]
    found += [Search(escaped(each), partial(_shows, normal(each)), "text") for each in shown]
    return found + _of_type(item)


def _holds_not(plain: Search, items: list[Item]) -> Told:
    return opposite(plain.holds(items))


def _displays(item: Item) -> list[str]:
    """The texts that belong to a token: of a concept and its codings, of an identifier's type."""
    node = item.value
    if node.__class__ is not dict:
        return []
    holders = [node.get("type")] if item.type == "Identifier" else [node, *_codings(node)]
    texts = [each.get(name) for each in holders if each.__class__ is dict for name in ("text", "display")]
    return [each for each in texts if each.__class__ is str]


def _shows(wanted: str, items: list[Item]) -> Told:
    """What begins with the text is found; what a server's terminology may add to it cannot be told."""
    texts = [normal(each) for item in items for each in _displays(item)]
    if any(each.startswith(wanted) for each in texts):
        return True
    words = set(wanted.split())
    if any(wanted in each or words & set(each.split()) for each in texts):
        return None
    bare = any("display" not in each for item in items for each in _codings(item.value) if each.__class__ is dict)
    return None if bare or not all(_displays(item) for item in items) else False


def _of_type(item: Item) -> list[Search]:
    """``:of-type=system|code|value`` for an identifier whose type is coded."""
    value = item.value.get("value") if item.type == "Identifier" and item.value.__class__ is dict else None
    if value.__class__ is not str or len(value) > LONGEST:
        return []
    kinds = [each for coding in _codings(item.value.get("type")) for each in _token(coding, "code") if each.system]
    return [Search(f"{_text(each)}|{escaped(value)}", partial(_holds_typed, each, value), "of-type") for each in kinds]


def _holds_typed(kind: Token, value: str, items: list[Item]) -> Told:
    nodes = [each.value for each in items if each.value.__class__ is dict and each.value.get("value") == value]
    codings = [coding for node in nodes for coding in _codings(node.get("type"))]
    return any_of(_same(kind, there) for coding in codings for there in _token(coding, "code"))


TOKEN = SearchKind(
    "token",
    "Codes, identifiers and booleans: system|code.",
    _plain,
    Search(NO_SUCH, nothing_holds, finds=False),
    _further,
)
