"""One member of a resource -> its canonical bytes and what a comparison needs of it, with hashes instead of values.

Most members of a store are written thousands of times (codes, categories, status): what is found of one is kept by its
bytes, so that only members not seen before are walked.
"""

import binascii
import re
from base64 import b64decode
from collections.abc import Mapping
from decimal import Decimal
from hashlib import blake2b, sha1
from typing import Any, NamedTuple

from fhircheck.model.path import shown_name, shown_term
from fhircheck.model.reference_text import rest_url
from fhircheck.model.remembered import Remembered
from fhircheck.reconcile.canonical import Canonical, by_value, narrative
from fhircheck.reconcile.facets import PathNames, facet_of_name, facets_of
from fhircheck.reconcile.rules import Rules, Steps

OWN, EXTERNAL, IN_BUNDLE, SEARCHED = range(4)
"""Where a reference points: into its own store, to another address, within a Bundle by urn:, to what a search finds."""
INLINE, BY_ADDRESS, STORED = range(3)
"""Where an attachment's bytes are: in the resource, at an address elsewhere, in the same store (a Binary)."""

_RELATIVE = re.compile(r"([A-Z][A-Za-z]{1,63}/[A-Za-z0-9.\-]{1,64})(?:/_history/[^/?#]+)?(#.*)?")
_SEARCH = re.compile(r"([A-Z][A-Za-z]{1,63})\?")
_UNIT = re.compile(r"[!-~µΩ°]{0,20}").fullmatch
"""What a unit looks like; anything else may be a text about somebody."""
_NO_ATTACHMENT = frozenset(("origin", "sigFormat", "who", "dimensions"))
_KEPT_BYTES = 4_096
_KEPT = 40_000


class Edge(NamedTuple):
    """A reference: number of its path, 16 bytes for what it points to, where that is (OWN ...)."""

    path: int
    target: bytes
    where: int


class Attached(NamedTuple):
    """An attachment: its path, where its bytes are, their SHA-1 (what `hash` says where they are not here), size.

    sound: what the element `hash` and `size` say is true; None where they say nothing or the bytes are not here.
    """

    path: int
    where: int
    digest: bytes
    size: int
    sound: bool | None


class Member(NamedTuple):
    """What one member comes to.

    content: canonical bytes without ids of the own store. leaves: path number << 32 | 32 bits of a keyed hash.
    used: (path, ``code`` or ``unit``, system, unit) of each code and unit.
    """

    content: bytes
    leaves: tuple[int, ...]
    edges: tuple[Edge, ...] = ()
    attached: tuple[Attached, ...] = ()
    used: tuple[tuple[str, str, str, str], ...] = ()


class Members:
    """Finds out about members of resources by one set of rules; one object for each process and side."""

    def __init__(self, rules: Rules, bases: tuple[str, ...], names: PathNames, rename: bool) -> None:
        self._canonical = Canonical(rules.decimals == "value")
        self._names = names
        self._hasher = blake2b(digest_size=4, key=rules.key)
        self._hashes: Remembered[str, int] = Remembered(self._hash, 50_000)
        self._texts: Remembered[tuple[str, str], int] = Remembered(
            lambda of: names.number(of[0], facet_of_name(of[1])) << 32
        )
        self._targets: Remembered[str, tuple[str, bytes, int]] = Remembered(self._target, 50_000)
        self.bases = bases
        self._bare = rules.ignored_extensions()
        renames = rules.renames
        self._renames: tuple[Mapping[str, str], ...] | None = None
        if rename and renames.texts:
            self._renames = renames.identifier_systems, renames.code_systems, renames.canonicals
        self._kept: dict[tuple[str, str], dict[bytes, Member]] = {}
        self._count = 0
        self.urns: Mapping[str, str] = {}
        self._leaves: list[int] = []
        self._edges: list[Edge] = []
        self._attached: list[Attached] = []
        self._used: list[tuple[str, str, str, str]] = []

    def member(self, kind: str, name: str, value: Any, ignored: tuple[Steps, ...] = ()) -> Member | None:
        """What the member `name` of a resource of type `kind` comes to; None where the rules leave it out."""
        raw = self._canonical(value)
        kept = self._kept.get((kind, name))
        if kept is None:
            kept = self._kept[kind, name] = {}
        found = kept.get(raw) if not self.urns else None
        if found is None:
            if ignored:
                value = without(value, ignored)
            if self._bare:
                value = without_extensions(value, self._bare, name)
            if value is None or value in ([], {}):
                return None
            found = self._found(kind, name, value)
            if len(raw) <= _KEPT_BYTES and not self.urns:
                self._count += 1
                if self._count > _KEPT:
                    self._kept, self._count = {}, 0
                else:
                    kept[raw] = found
        return found

    def text(self, path: str, name: str, value: str) -> Member:
        """The same for a member that is a text, which needs no keeping."""
        if self._renames is not None:
            value = self._renamed(value, name, "")
        return Member(self._canonical(value), (self._texts[path, name] | self._hashes[value],))

    def _found(self, kind: str, name: str, value: Any) -> Member:
        self._leaves, self._edges, self._attached, self._used = [], [], [], []
        path = f"{kind}.{name}"
        content = self._canonical(self._walk(value, name, path, "", ""))
        if value.__class__ is list or value.__class__ is dict:
            order = self._names.number(path, "order")
            self._leaves.append(order << 32 | self._hash(content.decode("utf-8", "replace")))
        if len(self._edges) > 1:
            links = self._names.number(path, "links")
            self._leaves.append(links << 32 | self._hash("".join(each.target.hex() for each in self._edges)))
        return Member(content, tuple(self._leaves), tuple(self._edges), tuple(self._attached), tuple(self._used))

    # -- the walk ------------------------------------------------------------------------------

    def _walk(self, value: Any, name: str, path: str, facet: str, parent: str) -> Any:
        """`value` as it counts; its leaves, references, attachments and codes are noted on the way."""
        cls = value.__class__
        if cls is dict:
            return self._object(value, name, path)
        if cls is list:
            return [self._walk(each, name, path, facet, parent) for each in value]
        if cls is str:
            if name == "div":
                value, facet = narrative(value), "narrative"
            elif self._renames is not None:
                value = self._renamed(value, name, parent)
            self._leaf(path, facet or facet_of_name(name), value)
        elif cls is int or cls is Decimal:
            self._leaf(path, facet if facet == "unit" else "number", self._canonical.number(value))
            self._leaf(path, "amount", by_value(value))
        else:
            self._leaf(path, facet or "value", f"\x00{value}")
        return value

    def _object(self, node: dict[str, Any], name: str, path: str) -> dict[str, Any]:
        facets = facets_of(node)
        if facets:
            self._use(node, path, "unit" if facets.get("unit") else "code")
        data, url = node.get("data"), node.get("url")
        is_attachment = (data.__class__ is str or (url.__class__ is str and _looks_attached(node))) and not (
            _NO_ATTACHMENT & node.keys()
        )
        made: dict[str, Any] = {}
        for each in sorted(node):
            value = node[each]
            if value.__class__ is str:
                if each == "reference":
                    made[each] = self._reference(value, f"{path}.{each}")
                    continue
                if is_attachment and each in ("data", "url"):
                    made[each] = self._attachment(node, each, value, f"{path}.{each}")
                    continue
            made[each] = self._walk(value, each, f"{path}.{each}", facets.get(each, ""), name)
        return made

    def _leaf(self, path: str, facet: str, text: str) -> None:
        self._leaves.append(self._names.number(path, facet) << 32 | self._hashes[text])

    def _hash(self, text: str) -> int:
        hasher = self._hasher.copy()
        hasher.update(text.encode("utf-8", "surrogatepass"))
        return int.from_bytes(hasher.digest(), "big")

    def _use(self, node: dict[str, Any], path: str, facet: str) -> None:
        system, unit = node.get("system"), (node.get("code") or node.get("unit")) if facet == "unit" else ""
        system = system if system.__class__ is str else ""
        if self._renames is not None:
            system = self._renames[1].get(system, system)
        shown = ".".join(map(shown_name, path.split(".")))
        unit = unit if unit.__class__ is str else ""
        self._used.append((shown, facet, shown_term(system), unit if _UNIT(unit) else "(text)"))

    # -- what is not just text -----------------------------------------------------------------

    def _renamed(self, text: str, name: str, parent: str) -> str:
        assert self._renames is not None
        identifiers, codes, canonicals = self._renames
        if name == "system":
            table = identifiers if "dentifier" in parent else codes
            return table.get(text, text)
        if text in canonicals:
            return canonicals[text]
        bare, bar, version = text.partition("|")
        return canonicals[bare] + bar + version if bar and bare in canonicals else text

    def _reference(self, text: str, path: str) -> str:
        shown, target, where = self._targets[self.urns.get(text, text)]
        if where >= 0:
            self._edges.append(Edge(self._names.number(path, "reference"), target, where))
        self._leaf(path, "reference", shown if where else target.hex())
        return shown

    def _target(self, text: str) -> tuple[str, bytes, int]:
        """(text as it counts in the content, target, where); the target of what is in the own store is not content."""
        if text.startswith("#"):
            return text, b"", -1
        local = self.local(text)
        relative = _RELATIVE.fullmatch(local)
        if relative is not None:
            kind = relative[1].partition("/")[0]
            return f"{kind}/\x00{relative[2] or ''}", identity(relative[1]), OWN
        if text.startswith("urn:"):
            return text, identity(text), IN_BUNDLE
        return text, identity(text), SEARCHED if _SEARCH.match(local) else EXTERNAL

    def local(self, text: str) -> str:
        """`text` without the address of the own server, where it begins with that."""
        for base in self.bases:
            if text.startswith(base):
                return text[len(base) :]
        return text

    def _attachment(self, node: dict[str, Any], name: str, value: str, path: str) -> str:
        if name == "url" and node.get("data").__class__ is str:
            self._leaf(path, "attachment", value)
            return value
        said = _declared(node)
        number = self._names.number(path.rpartition(".")[0], "attachment")
        if name == "url":
            local = self.local(value)
            stored = _RELATIVE.fullmatch(local) is not None
            self._leaf(path, "attachment", "" if stored else value)
            self._attached.append(
                Attached(number, STORED if stored else BY_ADDRESS, said[0] or b"", said[1] or 0, None)
            )
            if stored:
                return self._reference(local, path)
            return value
        data = decoded(value)
        digest = sha1(data, usedforsecurity=False).digest()
        sound = None if said == (None, None) else said[0] in (None, digest) and said[1] in (None, len(data))
        self._attached.append(Attached(number, INLINE, digest, len(data), sound))
        content = "\x00" + blake2b(data, digest_size=16).hexdigest()
        self._leaf(path, "attachment", content)
        return content


def identity(text: str) -> bytes:
    """The 16 bytes that stand for ``Type/id`` or another address."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def decoded(text: str) -> bytes:
    """The bytes of a base64Binary, white space and missing padding borne; of anything else its text."""
    packed = "".join(text.split())
    try:
        return b64decode(packed + "=" * (-len(packed) % 4), validate=True)
    except (binascii.Error, ValueError):
        return text.encode("utf-8", "surrogatepass")


def own_base(full_url: object, kind: str, id_: object) -> str:
    """The server's address in a fullUrl that ends in the resource's own type and id, with a slash; else empty."""
    if full_url.__class__ is not str or not full_url.startswith("http"):
        return ""
    found = rest_url(full_url)
    return found.base if found is not None and (found.type, found.id) == (kind, id_) else ""


def _looks_attached(node: dict[str, Any]) -> bool:
    return "contentType" in node or "hash" in node or ("size" in node and "title" in node)


def _declared(node: dict[str, Any]) -> tuple[bytes | None, int | None]:
    """What an Attachment says of its bytes: SHA-1 and size (R4 datatypes.html#Attachment)."""
    text, size = node.get("hash"), node.get("size")
    digest = decoded(text) if text.__class__ is str else b""
    return digest if len(digest) == 20 else None, size if size.__class__ is int else None


def without(value: Any, ignored: tuple[Steps, ...]) -> Any:
    """`value` without what stands at `ignored` below it; None where nothing is left."""
    if () in ignored:
        return None
    if value.__class__ is list:
        items = [without(each, ignored) for each in value]
        return [each for each in items if each not in (None, {}, [])] or None
    if value.__class__ is not dict:
        return value
    below: dict[str, tuple[Steps, ...]] = {}
    for steps in ignored:
        for name in (steps[0], f"_{steps[0]}"):
            below[name] = (*below.get(name, ()), steps[1:])
    left = {name: without(each, below[name]) if name in below else each for name, each in value.items()}
    return {name: each for name, each in left.items() if name not in below or each not in (None, {}, [])} or None


def without_extensions(value: Any, urls: frozenset[str], name: str = "") -> Any:
    """`value` without extensions of these URLs, and without the lists that are empty then."""
    if value.__class__ is list:
        items = value
        if name in ("extension", "modifierExtension"):
            items = [each for each in value if not (each.__class__ is dict and each.get("url") in urls)]
        left = [without_extensions(each, urls) for each in items]
        return [each for each in left if each not in ({}, [])]
    if value.__class__ is not dict:
        return value
    made = {each: without_extensions(inner, urls, each) for each, inner in value.items()}
    return {each: inner for each, inner in made.items() if inner not in ([], {}) or inner == value[each]}
