"""Goes through the elements of a narrative once and says what is wrong with each, whatever it is in."""

import re
from typing import Any

from fhircheck.assertions.html_content import (
    ANYWHERE,
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
    LINK,
    MIXED,
    NAMESPACE,
    NESTING,
    ROOT,
)
from fhircheck.assertions.narrative_url import problem_of_url
from fhircheck.model.issue import IssueKind

XML_LANG = "{http://www.w3.org/XML/1998/namespace}"
NAMES = {f"{{{XHTML}}}{name}": name for name in ELEMENTS}
BLANK = " \t\r\n"
_SHOWN = re.compile(r"[A-Za-z][A-Za-z0-9:_-]{0,40}").fullmatch

Fault = tuple[IssueKind, dict[str, Any]]


class NarrativeText:
    """What is in a narrative.

    faults: what is wrong. allowed: only what narratives may hold (txt-1). content: some text or an image
    (txt-2). fragments: (element, id) of links and images that name a place in the resource. ids: of its
    elements and anchors. languages: lang and xml:lang of the outermost element. readable: it is well-formed.
    """

    __slots__ = ("allowed", "content", "faults", "fragments", "ids", "languages", "readable")

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.allowed = True
        self.content = False
        self.fragments: list[tuple[str, str]] = []
        self.ids: dict[str, int] = {}
        self.languages: tuple[str | None, str | None] = (None, None)
        self.readable = True


class Walk:
    """Goes through the elements once; what holds of all that encloses an element is handed down."""

    def __init__(self, found: NarrativeText) -> None:
        self._found = found
        self._text_only: list[list[Any]] = []
        self._open: dict[str, int] = {}
        self._said: set[tuple[Any, ...]] = set()

    def root(self, root: Any) -> None:
        """The outermost element, then all below it."""
        found = self._found
        name = self._name(root, None)
        if name != "div":
            found.faults.append((ROOT, {"element": shown(name)}))
        if name not in ELEMENTS or not all(self._known(name, key) for key in root.keys()):  # noqa: SIM118
            found.allowed = False
        self._ids(root, name)
        self._inside(root, name)
        self._languages_mixed(root)
        twice = sum(count > 1 for count in found.ids.values())
        if twice:
            found.faults.append((DUPLICATE_ID, {"count": twice}))

    def _add(self, kind: IssueKind, *where: str, **params: str | int) -> None:
        """One more fault; the same again (with the same `where`) is said once."""
        key = (kind.name, where, tuple(params.values()))
        if key not in self._said:
            self._said.add(key)
            self._found.faults.append((kind, params))

    def _name(self, element: Any, namespace: str | None) -> str:
        """Local name; a namespace other than XHTML's, or none, is said where it begins. namespace: of the parent."""
        tag: str = element.tag
        name = NAMES.get(tag)
        if name is not None:
            return name
        own, _, local = tag.rpartition("}")
        if own[1:] not in (XHTML, namespace):
            self._add(NAMESPACE, element=shown(local))
        return local

    def _known(self, name: str, key: str) -> bool:
        if key.startswith(XML_LANG):
            key = f"xml:{key[len(XML_LANG) :]}"
        return key in ATTRIBUTES.get(name, ANYWHERE)

    def _inside(self, element: Any, name: str) -> None:
        """The children of `element`, and what it may hold."""
        only = CHILDREN.get(name)
        refused: set[str] = set()
        self._text(element.text, only, refused)
        for child in element:
            inner = NAMES.get(child.tag) or self._name(child, element.tag.rpartition("}")[0][1:])
            if only is not None and inner not in only:
                refused.add(shown(inner))
            self._element(child, inner, name)
            self._text(child.tail, only, refused)
        if name in EMPTY and (len(element) or element.text):
            self._add(NESTING, inner="content", outer=name)
        elif refused:
            self._add(NESTING, path_of(element), inner=", ".join(sorted(refused)), outer=name)

    def _text(self, text: str | None, only: frozenset[str] | None, refused: set[str]) -> None:
        if text is not None and (only is not None or not self._found.content) and text.strip(BLANK):
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
            self._add(NESTING, path_of(element), inner=name, outer=shown(parent))
        if name in NOT_IN_PARAGRAPH and self._open.get("p"):
            self._add(NESTING, inner=name, outer="p")
        if name in BLOCKS:
            self._mark(name)
        if name == "img":
            self._found.content = True
        if name in TEXT_ONLY:
            self._text_run(element, name)
        elif name != "script":  # what is in it is code, however it looks
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
            self._add(NESTING, path_of(element), inner=name, outer=name)
        self._open[name] = count + 1
        self._text_only.append(entry)
        self._inside(element, name)
        self._text_only.pop()
        self._open[name] = count
        if entry[1]:
            self._add(NESTING, path_of(element), inner=entry[1], outer=name)

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
            if url.startswith("#") and (len(url) > 1 or name == "img"):
                link = (url, path_of(element), "".join(element.itertext()).strip())
                if link not in self._said:
                    self._said.add(link)
                    found.fragments.append((name, url[1:]))
            problem = problem_of_url(url, name == "a")
            if problem:
                self._add(LINK, url, path_of(element), element=name, problem=problem)
            if name == "a" and not url:
                self._add(LINK, "", path_of(element), element=name, problem="it leads nowhere")

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
        loose = any(text and text.strip(BLANK) for text in outside)
        others = any(f"{XML_LANG}lang" not in each.attrib for each in root)
        if sections and (loose or others):
            self._add(MIXED, count=len(set(sections)))


def path_of(element: Any) -> str:
    """Names of the elements that lead to `element`."""
    return "/".join(each.tag.rpartition("}")[2] for each in (element, *element.iterancestors()))


def language_sections(root: Any) -> list[str]:
    """xml:lang of each div directly below the outermost one that has it."""
    found = (each.get(f"{XML_LANG}lang") for each in root if each.tag == f"{{{XHTML}}}div")
    return [each for each in found if each is not None]


def shown(name: str) -> str:
    """A name out of HTML as it may be shown: one that looks like a name."""
    return name if _SHOWN(name) else "(name)"
