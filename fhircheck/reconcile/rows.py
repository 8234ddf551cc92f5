"""A resource -> its row: who it is, a hash of its content, hashes of its leaves, references, attachments.

A pure function of bytes and rules, the same in this process, in others and on a cluster.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from hashlib import blake2b
from typing import Any

from fhircheck.measures.portability_counts import PortabilityCounts
from fhircheck.model.record import Node
from fhircheck.model.remembered import Remembered
from fhircheck.reconcile.clinical_month import month_of
from fhircheck.reconcile.facets import PathNames
from fhircheck.reconcile.members import Attached, Edge, Member, Members, identity, own_base
from fhircheck.reconcile.rules import SETS, VOLATILE, Rules, Steps

NO_TYPE = "(unknown)"
DEFINED = frozenset((
    "ActivityDefinition", "CapabilityStatement", "CodeSystem", "ConceptMap", "ImplementationGuide", "Library",
    "Measure", "MessageDefinition", "NamingSystem", "OperationDefinition", "PlanDefinition", "Questionnaire",
    "SearchParameter", "StructureDefinition", "StructureMap", "ValueSet",
))  # fmt: skip
"""Types whose canonical URL and version are a business identifier."""


class RowBatch:
    """Rows of some resources, column by column. seq: number of the first row; rows after it count on."""

    def __init__(self, seq: int) -> None:
        self.seq = seq
        self.types: list[str] = []
        self.ids: list[str | None] = []
        self.keys: list[bytes] = []
        self.contents: list[bytes] = []
        self.links: list[bytes] = []
        self.versions: list[int] = []
        self.months: list[int] = []
        self.places: list[tuple[int, int, int]] = []
        self.leaves: array[int] = array("q")
        self.ends: list[int] = [0]
        self.edge_rows: list[int] = []
        self.edges: list[Edge] = []
        self.edge_order: list[int] = []
        self.named_rows: list[int] = []
        self.named: list[bytes] = []
        self.attached_rows: list[int] = []
        self.attached_order: list[int] = []
        self.attached: list[Attached] = []
        self.used: Counter[tuple[str, str, str, str]] = Counter()
        self.names: dict[int, tuple[str, str]] = {}
        self.portability = PortabilityCounts()

    def __len__(self) -> int:
        """Number of resources."""
        return len(self.types)


class RowMaker:
    """Makes rows; one for each process and side.

    rename: this side is the one whose names a migration has changed. known: whether R4 has a resource type of that
    name; other names come out of the data and are not shown.
    """

    def __init__(
        self, rules: Rules, bases: tuple[str, ...], rename: bool, known: Callable[[str], bool] = str.isalpha
    ) -> None:
        self.rules = rules
        self._kinds: Remembered[str, str] = Remembered(lambda name: name if known(name) else NO_TYPE)
        self._names = PathNames()
        self._members = Members(rules, bases, self._names, rename)
        self._bases = bases
        self._ignored: Remembered[str, dict[str, tuple[Steps, ...]]] = Remembered(rules.ignored_below)
        self._identifier = blake2b(digest_size=16, key=rules.key)
        self._systems: Mapping[str, str] = rules.renames.identifier_systems if rename else {}
        self._encoded: Remembered[str, bytes] = Remembered(lambda name: name.encode("utf-8", "surrogatepass"))
        self._paths: Remembered[tuple[str, str], str] = Remembered(".".join)
        self._seen: Counter[tuple[tuple[str, str, str, str], ...]] = Counter()
        self._public = PortabilityCounts()

    def in_bundle(self, urns: Mapping[str, str]) -> None:
        """References by ``urn:`` lead to these resources (``Type/id``) from now on."""
        self._members.urns = urns

    def start(self, seq: int) -> RowBatch:
        """A new batch."""
        return RowBatch(seq)

    def finish(self, batch: RowBatch) -> None:
        """Complete a batch: the names of its paths, the codes it uses, and whose codes and extensions they are."""
        for used, times in self._seen.items():
            for each in used:
                batch.used[each] += times
        self._seen.clear()
        batch.names = dict(self._names.names)
        batch.portability = self._public.taken()

    def add(
        self, node: Node, place: tuple[int, int, int], batch: RowBatch, full_url: object = None, plain: bool = False
    ) -> None:
        """Add the row of one resource. place: source, record and entry number. Never raises on any JSON.

        plain: no member of it is an extension.
        """
        named, id_ = node.get("resourceType"), node.get("id")
        named = named if named.__class__ is str else ""
        kind = self._kinds[named]
        base = own_base(full_url, named, id_)
        self._members.bases = (base, *self._bases) if base and base not in self._bases else self._bases
        parts, ignored = [], self._ignored[kind]
        for name, value in node.items():
            if name in {"id", "resourceType"}:
                continue
            found = self._member(kind, name, value, ignored.get(name.removeprefix("_"), ()))
            if found is not None:
                parts.append((name, found))
        parts.sort()
        self._public.add(node, [] if plain else None)
        self._append(batch, (named, kind), id_ if id_.__class__ is str and id_ else None, node, parts)
        batch.places.append(place)

    def _member(self, kind: str, name: str, value: Any, ignored: tuple[Steps, ...]) -> Member | None:
        if value.__class__ is str and name not in ("div", "data"):
            if () in ignored or value == "":
                return None
            return self._members.text(self._paths[kind, name], name, value)
        if name == "meta" and value.__class__ is dict:
            value = self._meta(value)
        elif name == "data" and value.__class__ is str:  # Binary: as if it were an Attachment
            name, value = "data", {"data": value}
        return self._members.member(kind, name, value, ignored)

    def _meta(self, meta: dict[str, Any]) -> dict[str, Any]:
        """Meta without what a server gives anew; lists whose order means nothing in one order."""
        made = {}
        for name, value in meta.items():
            if name.removeprefix("_") in VOLATILE:
                continue
            if name in SETS and value.__class__ is list and len(value) > 1:
                value = [each for _, each in sorted(((repr(each), each) for each in value), key=lambda pair: pair[0])]
            made[name] = value
        return made

    def _append(
        self, batch: RowBatch, kinds: tuple[str, str], id_: str | None, node: Node, parts: list[tuple[str, Member]]
    ) -> None:
        row = batch.seq + len(batch.types)
        named, kind = kinds
        content, attached = [named.encode("utf-8", "surrogatepass")], 0
        linked: list[bytes] = []
        leaves, names = batch.leaves, self._encoded
        for name, (canonical, hashes, edges, attachments, used) in parts:
            content += (names[name], canonical)
            leaves.extend(hashes)
            for edge in edges:
                batch.edge_rows.append(row)
                batch.edges.append(edge)
                batch.edge_order.append(len(linked))
                linked.append(edge.path.to_bytes(4, "big") + edge.target)
            for found in attachments:
                batch.attached_rows.append(row)
                batch.attached.append(found)
                batch.attached_order.append(attached)
                attached += 1
            if used:
                self._seen[used] += 1
        batch.types.append(kind)
        batch.ids.append(self._shown(id_))
        batch.keys.append(identity(f"{named}/{id_}") if id_ is not None else bytes(16))
        batch.contents.append(blake2b(b"\n".join(content), digest_size=16).digest())
        batch.links.append(blake2b(b"".join(linked), digest_size=16).digest() if linked else bytes(16))
        batch.versions.append(self._version(node))
        batch.months.append(month_of(node, kind))
        batch.ends.append(len(leaves))
        if "identifier" in node or kind in DEFINED:
            for each in sorted(set(self._identifiers(node, kind))):
                batch.named_rows.append(row)
                batch.named.append(each)

    def _shown(self, id_: str | None) -> str | None:
        if id_ is None or not self.rules.hash_ids:
            return id_
        return "#" + blake2b(id_.encode("utf-8", "surrogatepass"), digest_size=6, key=self.rules.key).hexdigest()

    def _version(self, node: Node) -> int:
        """32 bits of meta.versionId, 0 without one: tells versions of one id from its being there twice."""
        meta = node.get("meta")
        version = meta.get("versionId") if meta.__class__ is dict else None
        if version.__class__ is not str:
            return 0
        return int.from_bytes(blake2b(version.encode("utf-8", "surrogatepass"), digest_size=4).digest(), "big")

    def _identifiers(self, node: Node, kind: str) -> Iterator[bytes]:
        """Keyed hashes of type, system and value of the business identifiers."""
        found = node.get("identifier")
        for each in found if found.__class__ is list else (found,):
            if each.__class__ is not dict:
                continue
            system, value = each.get("system"), each.get("value")
            if system.__class__ is str and value.__class__ is str and value.strip():
                system = self._systems.get(system, system)
                yield self._named(kind, system.strip().removesuffix("/").lower(), " ".join(value.split()))
        url, version = node.get("url"), node.get("version")
        if kind in DEFINED and url.__class__ is str:
            yield self._named(kind, url.strip(), version if version.__class__ is str else "")

    def _named(self, *parts: str) -> bytes:
        hasher = self._identifier.copy()
        hasher.update("\n".join(parts).encode("utf-8", "surrogatepass"))
        return hasher.digest()
