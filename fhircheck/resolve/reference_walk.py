"""First pass: who one resource is, where it points to, and which extensions it has: one walk for all of them."""

import re
from collections.abc import Iterator
from typing import Any

from fhircheck.model.link_facts import LinkFacts, key_of
from fhircheck.model.path import shown_name
from fhircheck.model.protocols import Observed
from fhircheck.model.record import Node
from fhircheck.model.remembered import Remembered
from fhircheck.resolve.known_places import EXTENSIONS, Extensions, Found, found_again, learn

_MASK = (1 << 64) - 1
_UNKNOWABLE = key_of("?")
_RELATIVE = re.compile(r"([A-Z][A-Za-z]*/[^/?#]+)(?:/_history/[^/?#]+)?")
_ABSOLUTE = re.compile(r"(https?://[^?#]+)/([A-Z][A-Za-z]*/[^/?#]+)(?:/_history/[^/?#]+)?")
_VERSION = re.compile(r"/_history/[^/?#]+\Z")

Target = tuple[int, int | None, bool]
"""key, key of the base of an absolute URL (None: decided by the key alone), whether the key counts in a scope only."""

_keys: Remembered[str, int] = Remembered(key_of)

_latest: tuple[str, int] = "", 0


def collect_links(
    node: Node,
    seen: Observed,
    links: LinkFacts,
    *,
    full_url: object = None,
    bundle: int | None = None,
    text: bytes = b"",
) -> Extensions:
    """Add identity and references of one resource to `links` (R4 references.html#literal, bundle.html#references).

    Gives the extensions that were come by, those of contained resources too.

    Called once for each record and each Bundle entry's resource; contained resources are entered
    from here, the entries of a Bundle are not. `full_url`: Bundle.entry.fullUrl. `bundle`: what
    tells the Bundle apart within its source where `node` is an entry: the Bundle's record number,
    -1 for a Bundle that was split while it was read. `text`: the JSON of `node` alone, where it is at
    hand: it spares most of the walk. Never raises on any JSON.
    """
    kind = node.get("resourceType")
    if type(kind) is not str:
        return []
    name, place = seen.source, seen.record << 24
    if "[" in seen.root:
        place |= entry_of(seen.root)
    source = _keys[name]
    links.sources[source] = name
    number = -2 if bundle is None else bundle
    _identify(node, kind, links, full_url, (source, number))
    if kind == "Bundle" or "contained" in node:
        found = Found()
        _walk_parts(node, kind, found, links, scope_of(source, place))
    else:
        found = found_again(node, kind, text) or _walked(node, kind)
    if found.references:
        _add_edges(found, (source, place, number), links)
    return found.extensions


def extensions_of(node: Node) -> Extensions:
    """The extensions of one resource and of those it contains, for whoever asks for nothing else. Never raises."""
    kind = node.get("resourceType")
    found = Found()
    if type(kind) is str:
        _walk(_alone(node, kind), kind, found)
        for inner, inner_kind in _contained(node):
            _walk(inner, f"{kind}.contained.ofType({inner_kind})", found)
    return found.extensions


def _walked(node: Node, kind: str) -> Found:
    found = Found()
    _walk(node, kind, found)
    learn(kind, found)
    return found


def _identify(node: Node, kind: str, links: LinkFacts, full_url: object, bundle: tuple[int, int]) -> None:
    type_key = _keys[kind]
    if type_key not in links.names:
        _name(kind, links)
    identities = links.identities.fresh
    id_ = node.get("id")
    if id_.__class__ is str:
        identities += (identity_key(kind, id_), type_key)
    if full_url.__class__ is str and full_url:
        key, base, scoped = target_of(full_url)
        identities += (key ^ scope_of(*bundle) if scoped else key, type_key)
        if base is not None:
            links.bases.fresh.append(base)


def identity_key(kind: str, id_: str) -> int:
    """Key of ``Type/id``, as references to it have it; the latest one is kept, as several ask for it in turn."""
    global _latest  # noqa: PLW0603
    text = f"{kind}/{id_}"
    if _latest[0] != text:
        _latest = text, key_of(text)
    return _latest[1]


def _walk_parts(node: Node, kind: str, found: Found, links: LinkFacts, own: int) -> None:
    """References of a Bundle without its entries, or of a resource and those it contains, known as ``#id`` in `own`."""
    _walk(_alone(node, kind), kind, found)
    identities = links.identities.fresh
    identities += (key_of("#") ^ own, _name(kind, links))
    for inner, inner_kind in _contained(node):
        id_ = inner.get("id")
        if type(id_) is str:
            identities += (key_of(f"#{id_}") ^ own, _name(inner_kind, links))
        _walk(inner, f"{kind}.contained.ofType({inner_kind})", found)


def _alone(node: Node, kind: str) -> Node:
    """The resource without those it contains, a Bundle without its entries."""
    left_out = ("contained", "entry") if kind == "Bundle" else ("contained",)
    return {name: value for name, value in node.items() if name not in left_out}


def _contained(node: Node) -> Iterator[tuple[Node, str]]:
    """The contained resources that say their type, with it."""
    contained = node.get("contained")
    for inner in contained if type(contained) is list else ():
        inner_kind = inner.get("resourceType") if type(inner) is dict else None
        if type(inner_kind) is str:
            yield inner, inner_kind


def _walk(node: Node, path: str, found: Found) -> None:
    """All ``reference`` strings and extensions below `node`. Objects with text members only are not entered: most are
    such."""
    for name, value in node.items():
        kind = type(value)
        if kind is str:
            if name == "reference":
                found.references.append((path, value))
        elif kind is list:
            if name in EXTENSIONS:
                found.extensions.append((f"{path}.{name}", value))
            for item in value:
                if type(item) is dict:
                    _look(item, path, name, found)
        elif kind is dict:
            for inner in value.values():
                if type(inner) is not str:
                    _walk(value, f"{path}.{name}", found)
                    break
            else:
                if "reference" in value:
                    found.references.append((f"{path}.{name}", value["reference"]))


def _look(item: dict[str, Any], path: str, name: str, found: Found) -> None:
    for inner in item.values():
        if type(inner) is not str:
            _walk(item, f"{path}.{name}", found)
            return
    if "reference" in item:
        found.references.append((f"{path}.{name}", item["reference"]))


def _add_edges(found: Found, at: tuple[int, int, int], links: LinkFacts) -> None:
    source, place, bundle = at
    edges, names = links.edges.fresh, links.names
    for path, reference in found.references:
        path_key = _keys[path]
        if path_key not in names:
            _name(path, links)
        key, base, scoped = _targets[reference]
        if base is not None:
            links.absolute.fresh += (base, key, path_key, source, place)
            continue
        if scoped:
            key ^= scope_of(source, place if reference[0] == "#" else bundle)
            links.scoped.fresh += (key, path_key, source, place)
        else:
            edges += (key, path_key, source, place)


def target_of(reference: str) -> Target:
    """What `reference` points to, remembered for as long as memory for it is small."""
    return _targets[reference]


def _read(reference: str) -> Target:
    relative = _RELATIVE.fullmatch(reference)
    if relative is not None:
        return key_of(relative[1]), None, False
    if reference.startswith(("#", "urn:")):
        return key_of(reference), None, True
    absolute = _ABSOLUTE.fullmatch(reference)
    if absolute is not None:
        return key_of(absolute[2]), key_of(absolute[1]), False
    if "?" in reference:
        return _UNKNOWABLE, _UNKNOWABLE, False
    if ":" in reference:
        key = key_of(_VERSION.sub("", reference))
        return key, key, False
    return key_of(f"?{reference}"), None, False


_targets: Remembered[str, Target] = Remembered(_read)


def _name(text: str, links: LinkFacts) -> int:
    """Key of a path or a resource type; odd names out of the data are not kept."""
    key = _keys[text]
    if key not in links.names:
        links.names[key] = ".".join(map(shown_step, text.split(".")))
    return key


def shown_step(name: str) -> str:
    """One step of a path as it may be shown: a member, or ``ofType(...)``."""
    inner = name[7:-1]
    return f"ofType({shown_name(inner)})" if name == f"ofType({inner})" else shown_name(name)


def entry_of(root: str) -> int:
    """Number of the entry that `root` leads to, counted from one; 0 where there is none."""
    digits = root[root.index("[") + 1 : root.find("]")]
    return min(int(digits) + 1, 0xFF_FFFF) if digits.isdecimal() else 0


def scope_of(source: int, number: int) -> int:
    """Keys that hold within one Bundle or one resource only are mixed with its scope."""
    return (source * 0x9E3779B97F4A7C15 + (number + 2) * 0xC2B2AE3D27D4EB4F) & _MASK
