"""What the text of one narrative tells: looked through once, whoever asks for what."""

import re
from functools import lru_cache
from html.entities import name2codepoint
from typing import Any

from fhircheck.assertions.html_content import CHILDREN, ELEMENTS, EMPTY, NOT_IN_ITSELF, PARENTS, TEXT_ONLY, XHTML
from fhircheck.assertions.narrative_kinds import ENTITY, MALFORMED
from fhircheck.assertions.narrative_walk import BLANK, NAMES, XML_LANG, Fault, NarrativeText, Walk, language_sections

_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_XML_ENTITIES = frozenset(["amp", "lt", "gt", "quot", "apos"])
_KEPT = 8
_DIV = f"{{{XHTML}}}div"
_HARMLESS = frozenset(["class", "style", "title", "align", "valign", "width", "colspan", "rowspan", "scope", "dir"])
_STRICT_TAGS = frozenset(f"{{{XHTML}}}{name}" for name in [*CHILDREN, *EMPTY])


def _safe_children(parent: str) -> frozenset[str]:
    """Elements that may stand in `parent` wherever that stands; what depends on more is left out."""
    if parent in NOT_IN_ITSELF:
        return frozenset(["br", "img"])
    if parent in EMPTY:
        return frozenset()
    inline = (TEXT_ONLY - {"p", "caption", "dd", "dt", "pre", "address"}) | {"br", "hr", "img"}
    if parent in TEXT_ONLY:
        return inline - {f"h{number}" for number in range(1, 7)}
    held = CHILDREN.get(parent)
    if held is not None:
        return frozenset(name for name in held if parent in PARENTS.get(name, {parent}))
    return frozenset(name for name in ELEMENTS if name not in PARENTS and name not in {"map", "area"})


_SAFE = {f"{{{XHTML}}}{name}": frozenset(f"{{{XHTML}}}{each}" for each in _safe_children(name)) for name in ELEMENTS}


@lru_cache(_KEPT)
def examine(text: str) -> NarrativeText:
    """Look through a narrative; the last ones are remembered, since several rules ask about each."""
    found = NarrativeText()
    root = _parsed(text, found)
    if root is None:
        found.allowed = False
        return found
    found.languages = _languages(root)
    found.root = root
    if found.faults or not _is_plain(root, found):
        found.fragments, found.ids, found.content, found.allowed = [], {}, False, True
        found.faults = [each for each in found.faults if each[0] is ENTITY]
        Walk(found).root(root)
    return found


def _languages(root: Any) -> tuple[str | None, str | None]:
    """lang and xml:lang of the outermost element; where it has neither, of the first section by language."""
    for each in (root, *root[:1]):
        said = each.get("lang"), each.get(f"{XML_LANG}lang")
        if said != (None, None):
            return said
    return None, None


def _is_plain(root: Any, found: NarrativeText) -> bool:
    """Whether nothing can be wrong, by a look at each element with its children; False where it must be looked into.

    Most narratives are: each child is one that its parent may hold wherever the parent itself stands.
    """
    walk, harmless, content = Walk(found), _HARMLESS.issuperset, False
    if root.tag != _DIV or (root.keys() and not _plain_attributes(root, found, walk)):
        return False
    waiting = [(root, _DIV)]
    while waiting:
        parent, tag = waiting.pop()
        if tag in _STRICT_TAGS:
            if not _blank_below(parent):
                return False
        elif not content:
            text = parent.text
            content = text is not None and bool(text.strip(BLANK))
        safe = _SAFE[tag]
        for child in parent:
            inner = child.tag
            if inner not in safe:
                return False
            keys = child.keys()
            if keys and not harmless(keys) and not _plain_attributes(child, found, walk):
                return False
            if len(child) or not content or inner in _STRICT_TAGS:
                waiting.append((child, inner))
    found.content = content or any(text.strip(BLANK) for text in root.itertext())
    return found.content and not any(count > 1 for count in found.ids.values())


def _blank_below(parent: Any) -> bool:
    """Whether there is no text between the children of `parent`."""
    texts = [parent.text, *[child.tail for child in parent]]
    return not any(text is not None and text.strip(BLANK) for text in texts)


def _plain_attributes(element: Any, found: NarrativeText, walk: "Walk") -> bool:
    """Whether nothing is wrong with the attributes; ids and links are noted."""
    keys = element.keys()
    if _HARMLESS.issuperset(keys):
        return True
    walk.attributes(element, NAMES[element.tag], keys)
    return found.allowed and not found.faults and not any(key.startswith("{") for key in keys)


def _parsed(text: str, found: NarrativeText) -> Any:
    """The outermost element, None where the text is not well-formed even with HTML's entities replaced."""
    from lxml import etree

    if "<!" in text and "<!DOCTYPE" in text:
        found.faults.append((MALFORMED, {"fault": "document type declaration"}))
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
    """`text` with HTML's named entities as characters; each is a fault."""

    said: set[str] = set()

    def character(match: re.Match[str]) -> str:
        name = match[1]
        if name in _XML_ENTITIES or name not in name2codepoint:
            return match[0]
        if name not in said:
            said.add(name)
            found.faults.append((ENTITY, {"name": f"&{name};"}))
        return chr(name2codepoint[name])

    return _ENTITY.sub(character, text)


__all__ = ["Fault", "NarrativeText", "examine", "language_sections"]
