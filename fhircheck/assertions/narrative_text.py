"""What the text of one narrative tells: looked through once, whoever asks for what."""

import re
from functools import lru_cache
from html import escape
from html.entities import html5
from typing import Any

from fhircheck.assertions.narrative_kinds import ENTITY, MALFORMED
from fhircheck.assertions.narrative_walk import XML_LANG, Fault, NarrativeText, Walk, language_sections
from fhircheck.assertions.plain_narrative import ids_in_plain

_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_DOCTYPE = re.compile(r"<!DOCTYPE[^<>\[\]]*>")
"""A document type declaration that declares nothing itself."""

_XML_ENTITIES = frozenset(["amp", "lt", "gt", "quot", "apos"])
_KEPT = 8


@lru_cache(_KEPT)
def examine(text: str) -> NarrativeText:
    """Look through a narrative; the last ones are remembered, since several rules ask about each."""
    found = NarrativeText()
    ids = ids_in_plain(text)
    if ids is not None:
        found.ids, found.content = ids, True
        return found
    root = _parsed(text, found)
    if root is None:
        found.allowed = found.readable = False
        return found
    found.languages = _languages(root)
    Walk(found).root(root)
    return found


def document(text: str) -> Any:
    """The outermost element of a narrative, None where it cannot be read."""
    return _parsed(text, NarrativeText())


def _languages(root: Any) -> tuple[str | None, str | None]:
    """lang and xml:lang of the outermost element; where it has neither, of the first section by language."""
    for each in (root, *root[:1]):
        said = each.get("lang"), each.get(f"{XML_LANG}lang")
        if said != (None, None):
            return said
    return None, None


def _parsed(text: str, found: NarrativeText) -> Any:
    """The outermost element, None where the text is not well-formed even with HTML's entities replaced."""
    from lxml import etree

    if "<!" in text and "<!DOCTYPE" in text:
        found.faults.append((MALFORMED, {"fault": "document type declaration"}))
        found.allowed = False
        text = _DOCTYPE.sub("", text)
        if "<!DOCTYPE" in text:
            return None
    try:
        return etree.fromstring(text.encode("utf-8", "surrogatepass"), _parser())
    except (etree.XMLSyntaxError, ValueError):
        pass
    try:
        return etree.fromstring(_without_entities(text, found).encode(), _parser())
    except (etree.XMLSyntaxError, ValueError) as fault:
        line, column = getattr(fault, "position", (1, 1))
        found.faults.append((MALFORMED, {"fault": f"line {line}, column {column}"}))
        return None


@lru_cache(1)
def _parser() -> Any:
    from lxml import etree

    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _without_entities(text: str, found: NarrativeText) -> str:
    """`text` with HTML's named entities as characters, or as XML's entities; each is a fault."""

    said: set[str] = set()

    def character(match: re.Match[str]) -> str:
        name = match[1]
        known = html5.get(f"{name};")
        if name in _XML_ENTITIES or known is None:
            return match[0]
        if name not in said:
            said.add(name)
            found.faults.append((ENTITY, {"name": f"&{name};"}))
        return escape(known)

    return _ENTITY.sub(character, text)


__all__ = ["Fault", "NarrativeText", "examine", "language_sections"]
