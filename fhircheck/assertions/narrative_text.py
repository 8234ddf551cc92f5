"""What the text of one narrative tells: looked through once, whoever asks for what."""

import re
from functools import lru_cache
from html.entities import name2codepoint
from typing import Any

from fhircheck.assertions.html_content import (
    ATTRIBUTES,
    BLOCKS,
    CHILDREN,
    ELEMENTS,
    EMPTY,
    NOT_IN_ITSELF,
    NOT_IN_PARAGRAPH,
    PARENTS,
    TEXT_ONLY,
    XHTML,
)
from fhircheck.assertions.narrative_kinds import (
    ATTRIBUTE,
    DUPLICATE_ID,
    ELEMENT,
    ENTITY,
    LINK,
    MALFORMED,
    MIXED,
    NAMESPACE,
    NESTING,
    ROOT,
)
from fhircheck.assertions.narrative_url import problem_of_url
from fhircheck.model.issue import IssueKind

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}"
_NAMES = {f"{{{XHTML}}}{name}": name for name in ELEMENTS}
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_XML_ENTITIES = frozenset(["amp", "lt", "gt", "quot", "apos"])
_SHOWN = re.compile(r"[A-Za-z][A-Za-z0-9:_-]{0,40}").fullmatch
_BLANK = " \t\r\n"
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

Fault = tuple[IssueKind, dict[str, Any]]


class NarrativeText:
    """What is in a narrative.

    faults: what is wrong. allowed: only what narratives may hold (txt-1). content: some text or an image
    (txt-2). fragments: (element, id) of links and images that name a place in the resource. ids: of its
    elements and anchors. languages: lang and xml:lang of the outermost element.
    """

    __slots__ = ("allowed", "content", "faults", "fragments", "ids", "languages", "root")

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.allowed = True
        self.content = False
        self.fragments: list[tuple[str, str]] = []
        self.ids: dict[str, int] = {}
        self.languages: tuple[str | None, str | None] = (None, None)
        self.root: Any = None


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
        _Walk(found).root(root)
    return found


def _languages(root: Any) -> tuple[str | None, str | None]:
    """lang and xml:lang of the outermost element; where it has neither, of the first section by language."""
    for each in (root, *root[:1]):
        said = each.get("lang"), each.get(f"{_XML_LANG}lang")
        if said != (None, None):
            return said
    return None, None


def _is_plain(root: Any, found: NarrativeText) -> bool:
    """Whether nothing can be wrong, by a look at each element with its children; False where it must be looked into.

    Most narratives are: each child is one that its parent may hold wherever the parent itself stands.
    """
    if root.tag != _DIV or (root.keys() and not _plain_attributes(root, found)):
        return False
    content = False
    for parent in root.iter():
        tag = parent.tag
        if not content:
            text = parent.text
            content = text is not None and bool(text.strip(_BLANK))
        if not len(parent):
            if tag in _STRICT_TAGS and not _blank_below(parent):
                return False
            continue
        if tag in _STRICT_TAGS and not _blank_below(parent):
            return False
        safe = _SAFE.get(tag, ())
        for child in parent:
            if child.tag not in safe or (child.keys() and not _plain_attributes(child, found)):
                return False
    found.content = content or any(text.strip(_BLANK) for text in root.itertext())
    return found.content and not any(count > 1 for count in found.ids.values())


def _blank_below(parent: Any) -> bool:
    """Whether there is no text between the children of `parent`."""
    texts = [parent.text, *[child.tail for child in parent]]
    return not any(text is not None and text.strip(_BLANK) for text in texts)


def _plain_attributes(element: Any, found: NarrativeText) -> bool:
    """Whether nothing is wrong with the attributes; ids and links are noted."""
    keys = element.keys()
    if _HARMLESS.issuperset(keys):
        return True
    walk = _Walk(found)
    walk.attributes(element, _NAMES[element.tag], keys)
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

    def character(match: re.Match[str]) -> str:
        name = match[1]
        if name in _XML_ENTITIES or name not in name2codepoint:
            return match[0]
        found.faults.append((ENTITY, {"name": f"&{name};"}))
        return chr(name2codepoint[name])

    return _ENTITY.sub(character, text)


class _Walk:
    """Goes through the elements once; what holds of all that encloses an element is handed down."""

    def __init__(self, found: NarrativeText) -> None:
        self._found = found
        self._text_only: list[list[Any]] = []
        self._open: dict[str, int] = {}
        self._languages: set[str] = set()

    def root(self, root: Any) -> None:
        """The outermost element, then all below it."""
        found = self._found
        name = self._name(root, "")
        if name != "div":
            found.faults.append((ROOT, {"element": shown(name)}))
        found.allowed = name in ELEMENTS and all(self._known(name, key) for key in root.keys())  # noqa: SIM118
        self._inside(root, name)
        self._languages_mixed(root)
        twice = sum(count > 1 for count in found.ids.values())
        if twice:
            found.faults.append((DUPLICATE_ID, {"count": twice}))

    def _add(self, kind: IssueKind, **params: str | int) -> None:
        self._found.faults.append((kind, params))

    def _name(self, element: Any, namespace: str) -> str:
        """Local name; a namespace other than XHTML's is said where it begins."""
        tag: str = element.tag
        name = _NAMES.get(tag)
        if name is not None:
            return name
        own, _, local = tag.rpartition("}")
        if own[1:] not in (XHTML, namespace) or (not namespace and own[1:] != XHTML):
            self._add(NAMESPACE, element=shown(local))
        return local

    def _known(self, name: str, key: str) -> bool:
        if key.startswith(_XML_LANG):
            key = f"xml:{key[len(_XML_LANG) :]}"
        return key in ATTRIBUTES.get(name, ())

    def _inside(self, element: Any, name: str) -> None:
        """The children of `element`, and what it may hold."""
        only = CHILDREN.get(name)
        refused: set[str] = set()
        self._text(element.text, only, refused)
        for child in element:
            inner = _NAMES.get(child.tag) or self._name(child, element.tag.rpartition("}")[0][1:])
            if only is not None and inner not in only:
                refused.add(shown(inner))
            self._element(child, inner, name)
            self._text(child.tail, only, refused)
        if name in EMPTY and (len(element) or element.text):
            self._add(NESTING, inner="content", outer=name)
        elif refused:
            self._add(NESTING, inner=", ".join(sorted(refused)), outer=name)

    def _text(self, text: str | None, only: frozenset[str] | None, refused: set[str]) -> None:
        if text is not None and (only is not None or not self._found.content) and text.strip(_BLANK):
            self._found.content = True
            if only is not None:
                refused.add("text")

    def _element(self, element: Any, name: str, parent: str) -> None:
        if name not in ELEMENTS:
            self._found.allowed = False
            self._add(ELEMENT, element=shown(name))
        keys = element.keys()
        if keys:
            self.attributes(element, name, keys)
        wanted = PARENTS.get(name)
        if wanted is not None and parent not in wanted:
            self._add(NESTING, inner=name, outer=shown(parent))
        if name in NOT_IN_PARAGRAPH and self._open.get("p"):
            self._add(NESTING, inner=name, outer="p")
        if name in BLOCKS:
            self._mark(name)
        if name == "img":
            self._found.content = True
        if name in TEXT_ONLY:
            self._text_run(element, name)
        else:
            self._inside(element, name)

    def _mark(self, name: str) -> None:
        """A block is within runs of text: the innermost ones up to the first that is marked already."""
        for entry in reversed(self._text_only):
            if entry[1]:
                break
            entry[1] = name

    def _text_run(self, element: Any, name: str) -> None:
        """An element that holds a run of text: no blocks, and itself no second time."""
        entry: list[Any] = [name, ""]
        count = self._open.get(name, 0)
        if count == 1 and name in NOT_IN_ITSELF:
            self._add(NESTING, inner=name, outer=name)
        self._open[name] = count + 1
        self._text_only.append(entry)
        self._inside(element, name)
        self._text_only.pop()
        self._open[name] = count
        if entry[1]:
            self._add(NESTING, inner=entry[1], outer=name)

    def attributes(self, element: Any, name: str, keys: list[str]) -> None:
        """Names of attributes, ids, and the URL of a link or image."""
        found = self._found
        for key in keys:
            if not self._known(name, key):
                found.allowed = False
                self._add(ATTRIBUTE, name=shown(key.rpartition("}")[2]), element=shown(name))
        self._ids(element, name)
        url = element.get("href") if name == "a" else element.get("src") if name == "img" else None
        if url is not None:
            if url.startswith("#") and len(url) > 1:
                found.fragments.append((name, url[1:]))
            problem = problem_of_url(url, name == "a")
            if problem:
                self._add(LINK, element=name, problem=problem)

    def _ids(self, element: Any, name: str) -> None:
        identity, ids = element.get("id"), self._found.ids
        if identity is not None:
            ids[identity] = ids.get(identity, 0) + 1
        anchor = element.get("name") if name == "a" else None
        if anchor is not None and anchor != identity:
            ids[anchor] = ids.get(anchor, 0) + 1

    def _languages_mixed(self, root: Any) -> None:
        """Sections by language beside text that is in none of them."""
        sections = language_sections(root)
        outside = [root.text, *(each.tail for each in root)]
        loose = any(text and text.strip(_BLANK) for text in outside)
        others = any(f"{_XML_LANG}lang" not in each.attrib for each in root)
        if sections and (loose or others):
            self._add(MIXED, count=len(set(sections)))


def language_sections(root: Any) -> list[str]:
    """xml:lang of each div directly below the outermost one that has it."""
    found = (each.get(f"{_XML_LANG}lang") for each in root if each.tag == f"{{{XHTML}}}div")
    return [each for each in found if each is not None]


def shown(name: str) -> str:
    """A name out of HTML as it may be shown: one that looks like a name."""
    return name if _SHOWN(name) else "(name)"
