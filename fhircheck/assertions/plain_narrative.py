"""Narratives in which nothing can be wrong, told at first sight: one pass over their tags, without a parser.

Most are so: basic formatting only, with attributes that do nothing, each element where it may stand wherever its parent
stands. Tags are looked up as they are written, in a table for each element that they stand in. Whatever else there is,
be it allowed or not, is for the walk that looks at each element (narrative_walk).
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from fhircheck.assertions.html_content import (
    ATTRIBUTES,
    CHILDREN,
    ELEMENTS,
    EMPTY,
    NOT_IN_ITSELF,
    PARENTS,
    TEXT_ONLY,
    XHTML,
)
from fhircheck.assertions.narrative_url import problem_of_url

DEEPEST = 200
LONGEST = 1_000_000
"""Elements in each other, and characters, past which the bounds of the parser decide."""

_ATTRIBUTE = r'\s+([a-z]+)="([^<>&"\s](?:[^<>&"\t\r\n]*[^<>&"\s])?|)"'
_TAG = re.compile(rf"([a-z][a-z0-9]*)((?:{_ATTRIBUTE})*)\s*(/?)", re.ASCII)
_ATTRIBUTES = re.compile(_ATTRIBUTE, re.ASCII)
_ROOT = f'div xmlns="{XHTML}"'
_NO_ENTITY = re.compile("&(?!(?:amp|lt|gt|quot|apos);)").search
_CONTROL = bytes(each for each in range(32) if chr(each) not in "\t\n\r")
_NO_BRACKET = bytes(each for each in range(256) if chr(each) not in "<>")
_NO_CHARACTER = ("\ufffe".encode(), "\uffff".encode())
_BLANK = " \t\r\n"


class _Within(dict[str, "_Within | None"]):
    """What may stand in an element: tag as it is written -> what may stand in that one; None for its own end tag.

    A tag without content (`<br/>`) leads to NOTHING, one that is not known to be harmless to REFUSED. Tags are parsed
    when they are first met; so many are kept, up to a length.
    """

    __slots__ = ("_children", "text")
    KEPT = 200
    LONGEST = 200

    def __init__(self, name: str, children: dict[str, str]) -> None:
        element = name.removeprefix(_RUN)
        super().__init__({f"/{element}": None} if name else {})
        self._children = children
        self.text = bool(name) and element not in CHILDREN

    def __missing__(self, tag: str) -> "_Within | None":
        found = _TAG.fullmatch(tag)
        if found is None:
            return REFUSED
        type_ = self._children.get(found[1])
        if type_ is None or not _harmless(found[1], found[2]):
            return REFUSED
        below = NOTHING if found[5] else REFUSED if type_ in EMPTY else _types()[type_]
        self._keep(tag, below)
        return below

    def _keep(self, tag: str, below: "_Within") -> None:
        if len(self) < self.KEPT and len(tag) < self.LONGEST:
            self[tag] = below


_RUN = "run-"
"""Prefix of the types of elements within a run of text, which hold but text and line breaks."""
NOTHING = _Within("", {})
REFUSED = _Within("", {})


def ids_in_plain(text: str) -> dict[str, int] | None:
    """How often each id and anchor stands in the narrative with which nothing is wrong, and which has some text; None
    where it must be looked into."""
    if not _is_plain(text):
        return None
    if "id=" not in text and "name=" not in text and "href=" not in text:
        return {}
    ids = Counter[str]()
    for identity, anchor, url in _marks(text):
        if url is not None and (url.startswith("#") or problem_of_url(url, True)):
            return None
        if identity is not None:
            ids[identity] += 1
        if anchor is not None and anchor != identity:
            ids[anchor] += 1
    return ids if ids.total() == len(ids) else None


def _is_plain(text: str) -> bool:
    """Whether `text` is a well-formed XHTML div of harmless tags in harmless places, with some text."""
    if len(text) > LONGEST or ("&" in text and _NO_ENTITY(text)) or not _readable(text):
        return False
    pieces = text.replace(">", "<").split("<")  # text, tag, text, ... text: the brackets come by turns
    if pieces[0]:
        return False
    tags, texts = iter(pieces[1::2]), iter(pieces[2::2])
    within = end = _end()
    waiting: list[_Within] = []
    shown = False
    for tag, after in zip(tags, texts, strict=True):
        below = within[tag]
        if below is None:
            within = waiting.pop()
            if within is end:
                return shown and not after.strip(_BLANK) and next(tags, None) is None
        elif below is not NOTHING:
            if below is REFUSED or len(waiting) > DEEPEST:
                return False
            waiting.append(within)
            within = below
        if after and not (shown and within.text) and after.strip(_BLANK):
            if not within.text:
                return False
            shown = True
    return False


def _readable(text: str) -> bool:
    """Whether all are characters of XML (https://www.w3.org/TR/xml/#charsets), and the brackets come in
    pairs; none stands in a text by itself."""
    try:
        data = text.encode()
    except UnicodeEncodeError:
        return False
    if len(data.translate(None, _CONTROL)) < len(data):
        return False
    if len(data) > len(text) and any(each in data for each in _NO_CHARACTER):
        return False
    brackets = data.translate(None, _NO_BRACKET)
    return brackets == b"<>" * (len(brackets) // 2)


def _harmless(name: str, attributes: str) -> bool:
    """Whether an element has only attributes that it may have and of which nothing is asked, each once."""
    names = [each for each, _ in _ATTRIBUTES.findall(attributes)]
    return len(set(names)) == len(names) and "lang" not in names and ATTRIBUTES[name].issuperset(names)


def _marks(text: str) -> Iterator[tuple[str | None, str | None, str | None]]:
    """id, name and href of each element that has one of them."""
    for tag in text.split("<"):
        if "=" in tag:
            values = dict(_ATTRIBUTES.findall(tag.partition(">")[0]))
            yield values.get("id"), values.get("name"), values.get("href")


@lru_cache(1)
def _end() -> _Within:
    """What stands around the outermost element: nothing else."""
    return _Outside("", {})


class _Outside(_Within):
    """Where the outermost element begins, which names the namespace of all."""

    __slots__ = ()

    def __missing__(self, tag: str) -> "_Within | None":
        found = _TAG.fullmatch(f"div{tag[len(_ROOT) :]}") if tag.startswith(_ROOT) else None
        if found is None or found[5] or not _harmless("div", found[2]):
            return REFUSED
        below = _types()["div"]
        self._keep(tag, below)
        return below


@lru_cache(1)
def _types() -> dict[str, _Within]:
    """Name of an element, or of one within a run of text -> what may stand in it."""
    types = {name: {each: each for each in _safe_children(name)} for name in ELEMENTS - NOT_IN_ITSELF}
    for name in NOT_IN_ITSELF:
        types[name] = {each: f"{_RUN}{each}" for each in NOT_IN_ITSELF | {"span"} if each != name} | {"br": "br"}
    types |= {f"{_RUN}{name}": {"br": "br"} for name in NOT_IN_ITSELF | {"span"}}
    return {name: _Within(name, children) for name, children in types.items()}


def _safe_children(parent: str) -> frozenset[str]:
    """Elements that may stand in `parent` wherever that stands; what depends on more is left out."""
    if parent in EMPTY:
        return frozenset()
    if parent in TEXT_ONLY:
        return NOT_IN_ITSELF | {"span", "br"}
    held = CHILDREN.get(parent)
    if held is not None:
        return frozenset(name for name in held if parent in PARENTS.get(name, {parent}))
    return frozenset(name for name in ELEMENTS if name not in PARENTS and name not in {"map", "area", "img"})
