"""Narratives in which nothing can be wrong, told at first sight: an XML schema of what is harmless everywhere.

Most are so: basic formatting only, with attributes that do nothing, each element where it may stand wherever its parent
stands. Whatever else there is, be it allowed or not, is for the walk that looks at each element (narrative_walk).
"""

import re
from collections import Counter
from functools import lru_cache
from typing import Any

from fhircheck.assertions.html_content import CHILDREN, ELEMENTS, EMPTY, NOT_IN_ITSELF, PARENTS, TEXT_ONLY, XHTML
from fhircheck.assertions.narrative_url import problem_of_url

_HARMLESS = ["class", "style", "title", "id", "align", "valign", "width", "colspan", "rowspan", "scope", "dir"]
_LINK = ["name", "href"]
_ANCHOR = f"{{{XHTML}}}a"
_BEHIND_TAG = re.compile(r">[ \t\r\n]*+[^ \t\r\n<]").search
_RUN = "run-"
"""Prefix of the types of elements within a run of text, which hold but text and line breaks."""


def ids_in_plain(text: str, root: Any) -> dict[str, int] | None:
    """How often each id and anchor stands in the narrative with which nothing is wrong, and which has some text; None
    where it must be looked into. root: `text` as an lxml element."""
    valid, has_text, all_ids = _tools()
    if not valid(root) or not (_shows_text(text) or has_text(root)):
        return None
    ids = Counter(map(str, all_ids(root))) if "id=" in text else Counter[str]()
    if "name=" in text or "href=" in text:
        for anchor in root.iter(_ANCHOR):
            name, url = anchor.get("name"), anchor.get("href")
            if url is not None and (url.startswith("#") or problem_of_url(url, True)):
                return None
            if name is not None and name != anchor.get("id"):
                ids[name] += 1
    return ids if ids.total() == len(ids) else None


def _shows_text(text: str) -> bool:
    """Whether there is a character behind a tag: where brackets come in pairs, each ``>`` ends one."""
    return "&#" not in text and text.count("<") == text.count(">") and _BEHIND_TAG(text) is not None


@lru_cache(1)
def _tools() -> tuple[Any, Any, Any]:
    from lxml import etree

    schema = etree.XMLSchema(etree.fromstring(_schema()))
    return schema.validate, etree.XPath("boolean(normalize-space())"), etree.XPath("//@id")


def _schema() -> str:
    types = [_type(name, {each: each for each in _safe_children(name)}) for name in sorted(ELEMENTS - NOT_IN_ITSELF)]
    for name in sorted(NOT_IN_ITSELF):
        within = {each: f"{_RUN}{each}" for each in NOT_IN_ITSELF | {"span"} if each != name}
        types += [_type(name, within | {"br": "br"}), _type(f"{_RUN}{name}", {"br": "br"})]
    types.append(_type(f"{_RUN}span", {"br": "br"}))
    return (
        f'<schema xmlns="http://www.w3.org/2001/XMLSchema" xmlns:h="{XHTML}" elementFormDefault="qualified"'
        f' targetNamespace="{XHTML}"><element name="div" type="h:div"/>{"".join(types)}</schema>'
    )


def _type(name: str, children: dict[str, str]) -> str:
    """The type `name`, which may hold elements of the names and types of `children`, in any order."""
    inside = "".join(f'<element name="{each}" type="h:{type_}"/>' for each, type_ in sorted(children.items()))
    element = name.removeprefix(_RUN)
    mixed = "false" if element in CHILDREN or element in EMPTY else "true"
    names = [*_HARMLESS, *(_LINK if element == "a" else ())]
    attributes = "".join(f'<attribute name="{each}"/>' for each in names)
    return (
        f'<complexType name="{name}" mixed="{mixed}">'
        f'<choice minOccurs="0" maxOccurs="unbounded">{inside}</choice>{attributes}</complexType>'
    )


def _safe_children(parent: str) -> frozenset[str]:
    """Elements that may stand in `parent` wherever that stands; what depends on more is left out."""
    if parent in EMPTY:
        return frozenset()
    if parent in TEXT_ONLY:
        return NOT_IN_ITSELF | {"span", "br"} if parent != "span" else frozenset(["br"])
    held = CHILDREN.get(parent)
    if held is not None:
        return frozenset(name for name in held if parent in PARENTS.get(name, {parent}))
    return frozenset(name for name in ELEMENTS if name not in PARENTS and name not in {"map", "area", "img"})
