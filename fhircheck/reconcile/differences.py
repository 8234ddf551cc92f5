"""The differences one by one: who, and which elements, found from hashes of leaves; no values are known here."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Any, get_args

from fhircheck.model.reconcile import Change, Difference, ElementChange
from fhircheck.reconcile.engine import Engine

Names = dict[int, tuple[str, str]]
Elements = tuple[tuple[str, Change], ...]
EXAMPLES = 3
LISTED = 5
"""Differences of one status and type that the report itself holds."""
_CHANGES = frozenset(get_args(Change))
_MANY = 5_000


class Listing:
    """Takes differences in, one at a time: hands them on, and keeps the first few and the counts by element."""

    def __init__(self, sink: Callable[[Difference], None] | None) -> None:
        self._sink = sink
        self._seen: Counter[tuple[str, str]] = Counter()
        self.examples: list[Difference] = []
        self._elements: dict[tuple[str, Change], tuple[int, tuple[str, ...]]] = {}

    def add(self, found: Difference) -> None:
        """Take one in."""
        key = found.status, found.type
        self._seen[key] += 1
        if self._seen[key] <= LISTED:
            self.examples.append(found)
        for element in found.elements:
            if element not in self._elements and len(self._elements) >= _MANY:
                continue
            count, names = self._elements.get(element, (0, ()))
            self._elements[element] = count + 1, names if len(names) >= EXAMPLES else (*names, found.after)
        if self._sink is not None:
            self._sink(found)

    def elements(self) -> tuple[ElementChange, ...]:
        """Changes by element, most frequent first."""
        found = [ElementChange(path, change, *rest) for (path, change), rest in self._elements.items()]
        return tuple(sorted(found, key=lambda each: (-each.resources, each.path, each.change)))


def list_differences(
    engine: Engine,
    listing: Listing,
    names: Names,
    sources: tuple[dict[int, str], dict[int, str]],
    *,
    listed: bool,
) -> None:
    """Hand all differences to `listing`, sorted by status, type and id. sources: names of both sides' sources.

    listed: list those too that are the same under another id.
    """
    for kind, id_, copies in _one_sided(engine, "missing", "b", sources[0]):
        listing.add(Difference("missing-copy" if copies else "missing", kind, id_, ""))
    for kind, id_, copies in _one_sided(engine, "extra", "a", sources[1]):
        listing.add(Difference("extra-copy" if copies else "extra", kind, "", id_))
    for found in _changed(engine, names, sources):
        listing.add(found)
    if listed:
        for found in _moved(engine, sources):
            listing.add(found)


def _one_sided(engine: Engine, table: str, side: str, sources: dict[int, str]) -> Iterator[tuple[str, str, int]]:
    sql = f"""SELECT m.copies, s.type, s.id, s.source, s.record, s.entry FROM {table} m
        JOIN {side} s ON s.seq = m.seq ORDER BY m.copies, s.type, s.id NULLS LAST, s.source, s.record, s.entry"""
    for copies, kind, id_, *place in engine.rows(sql):
        yield kind, _shown(kind, id_, place, sources), copies


_PLACES = "b.id, b.source, b.record, b.entry, a.id, a.source, a.record, a.entry"


def _changed(engine: Engine, names: Names, sources: tuple[dict[int, str], dict[int, str]]) -> Iterator[Difference]:
    engine.table("differing", "SELECT bs, rs, type, links FROM judged WHERE content * links = 0")
    sql = f"""SELECT d.type, d.links, x.leaves, y.leaves, {_PLACES} FROM differing d
        JOIN b ON b.seq = d.bs JOIN a ON a.seq = d.rs
        JOIN b_resources x ON x.seq = d.bs JOIN a_resources y ON y.seq = d.rs
        ORDER BY d.type, b.id NULLS LAST, b.source, b.record, b.entry"""
    for kind, links, before, after, *places in engine.rows(sql):
        elements = element_changes(kind, before or (), after or (), names, linked=bool(links))
        yield Difference("changed", kind, _shown(kind, places[0], places[1:4], sources[0]),
                         _shown(kind, places[4], places[5:], sources[1]), elements)  # fmt: skip


def _moved(engine: Engine, sources: tuple[dict[int, str], dict[int, str]]) -> Iterator[Difference]:
    sql = f"""SELECT j.type, {_PLACES} FROM judged j JOIN b ON b.seq = j.bs JOIN a ON a.seq = j.rs
        WHERE j.renamed = 1 AND j.content * j.links = 1 ORDER BY j.type, b.id NULLS LAST, b.source, b.record, b.entry"""
    for kind, *places in engine.rows(sql):
        yield Difference("moved", kind, _shown(kind, places[0], places[1:4], sources[0]),
                         _shown(kind, places[4], places[5:], sources[1]))  # fmt: skip


def _shown(kind: str, id_: str | None, place: Any, sources: dict[int, str]) -> str:
    """``Type/id``, or the place of a resource without an id: source, record and entry counted from one."""
    if id_ is not None:
        return f"{kind}/{id_}"
    source, record, entry = place
    return f"{kind} ({sources.get(source, f'#{source}')}:{record + 1}{f'.{entry}' if entry else ''})"


def element_changes(kind: str, before: Any, after: Any, names: Names, *, linked: bool = False) -> Elements:
    """What has changed between two resources, by element path, out of their leaves.

    linked: their references lead to the same things, whatever these are called now.
    """
    left, right = Counter(before), Counter(after)
    gone, new = left - right, right - left
    sides: dict[str, list[set[str]]] = defaultdict(lambda: [set(), set()])
    for number, differing in enumerate((gone, new)):
        for leaf in differing:
            path, facet = names.get(leaf >> 32, ("", "value"))
            if path and not (linked and facet in ("reference", "links")):
                sides[path][number].add(facet)
    found: dict[str, Change] = {}
    for path, (old, fresh) in sides.items():
        change = _change(old, fresh)
        if change:
            found[path] = change
    for path, (old, fresh) in sides.items():
        if old | fresh <= {"order", "links"} and not any(each.startswith(f"{path}.") or each == path for each in found):
            found[path] = "order"
    if not linked and not {"reference", "order"} & set(found.values()):
        found[kind] = "reference"
    return tuple(sorted(found.items())) or ((kind, "unknown"),)


def _change(old: set[str], fresh: set[str]) -> Change | None:
    """What happened at one path, by the facets of the leaves that only one side has; None for order alone."""
    old, fresh = old - {"order", "links"}, fresh - {"order", "links"}
    if not old and not fresh:
        return None
    if not old:
        return "added"
    if not fresh:
        return "removed"
    facets = old | fresh
    if "unit" in facets:
        return "unit"
    if "number" in facets:
        return "value" if "amount" in facets else "precision"
    for facet in ("code", "reference", "attachment", "date", "narrative"):
        if facet in facets:
            return facet
    return "value"
