"""The pass over one side: pieces of data -> rows as Arrow tables. A pure function, run in any process."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.definitions.type_table import TypeTable
from fhircheck.measures.portability_counts import PortabilityCounts
from fhircheck.model.issue import has_error
from fhircheck.model.record import Node, Piece, Record
from fhircheck.reconcile.columns import tables_of
from fhircheck.reconcile.rows import RowBatch, RowMaker
from fhircheck.reconcile.rules import Rules
from fhircheck.transport.cycle_search import without_cycle_search
from fhircheck.transport.json_reader import read_records
from fhircheck.transport.record_reader import RecordReader
from fhircheck.transport.xml_reader import is_xml

ROW_BITS, CHUNK_BITS = 22, 20
WHOLE = ("document", "message")
"""Bundles that are a thing of their own; all others only wrap what they bring (R4 bundle.html#code)."""
EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class RowPlan:
    """What a process needs to know to make rows; picklable. bases: addresses of the side's own server, with a slash."""

    rules: Rules
    bases: tuple[str, ...]
    rename: bool


@dataclass(frozen=True, slots=True)
class Portion:
    """Pieces of one unit (a file, a server): the unit's number, the portion's own within it.

    first: number of the first row that may come of them, within the portion. last: no other part of it comes after.
    """

    unit: int
    number: int
    pieces: list[Piece]
    first: int = 0
    last: bool = True

    @property
    def seq(self) -> int:
        """Number of the first row that may come of it, in all data."""
        return ((self.unit << CHUNK_BITS | self.number) << ROW_BITS) + self.first

    @property
    def weight(self) -> int:
        """About the bytes it takes on its way to another process."""
        return sum(piece.weight for piece in self.pieces)


@dataclass(slots=True)
class Unread:
    """What could not be read: kind of the finding -> how often, and the first places (source, record number)."""

    counts: Counter[str] = field(default_factory=Counter)
    places: dict[str, list[tuple[str, int]]] = field(default_factory=dict)

    def add(self, kind: str, source: str, record: int, times: int = 1) -> None:
        """Count a finding."""
        self.counts[kind] += times
        places = self.places.setdefault(kind, [])
        if len(places) < EXAMPLES:
            places.append((source, record))

    def merge(self, other: "Unread") -> None:
        """Add what `other` counted; the smallest places are kept."""
        self.counts.update(other.counts)
        for kind, places in other.places.items():
            self.places[kind] = sorted({*self.places.get(kind, ()), *map(tuple, places)})[:EXAMPLES]


@dataclass(slots=True)
class RowsMade:
    """What one portion or several came to. done: (unit, number) of each; none of what is but a part of one."""

    tables: list[dict[str, Any]] = field(default_factory=list)
    done: list[tuple[int, int]] = field(default_factory=list)
    names: dict[int, tuple[str, str]] = field(default_factory=dict)
    used: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    unread: Unread = field(default_factory=Unread)
    portability: PortabilityCounts = field(default_factory=PortabilityCounts)
    resources: int = 0
    bytes: int = 0

    def merge(self, other: "RowsMade") -> None:
        """Add what another portion came to."""
        self.tables += other.tables
        self.done += other.done
        add_facts(self, other)


def add_facts(held: Any, made: RowsMade) -> None:
    """Add to `held` what a pass has found beside rows."""
    held.names.update(made.names)
    held.used.update(made.used)
    held.unread.merge(made.unread)
    held.portability.merge(made.portability)
    held.resources += made.resources
    held.bytes += made.bytes


def row_pass(plan: RowPlan) -> Callable[[list[Portion]], RowsMade]:
    """The function from portions to their rows, made once in each process."""
    maker = RowMaker(plan.rules, plan.bases, plan.rename, _types().is_resource)
    read = _reader()

    def work(portions: list[Portion]) -> RowsMade:
        made = RowsMade()
        with without_cycle_search():
            for portion in portions:
                _make(portion, maker, read, made)
        return made

    return work


def _make(portion: Portion, maker: RowMaker, read: Callable[[Piece], Iterator[Record]], made: RowsMade) -> None:
    batch = maker.start(portion.seq)
    for piece in portion.pieces:
        made.bytes += piece.size
        for record in read(piece):
            _see_faults(record, made.unread)
            if record.node is not None:
                _add(record, portion.unit, maker, batch, made.unread)
    maker.finish(batch)
    made.resources += len(batch)
    if portion.last:
        made.done.append((portion.unit, portion.number))
    made.used.update(batch.used)
    made.names.update(batch.names)
    made.portability.merge(batch.portability)
    if len(batch):
        made.tables.append(tables_of(batch))


def _see_faults(record: Record, unread: Unread) -> None:
    """Note what makes a record count as not read, or not as it was: errors of reading."""
    if record.issues and has_error(record.issues):
        kinds = {each.kind for each in record.issues if has_error((each,))}
        for kind in sorted(kinds):
            unread.add(kind, record.source, record.record)


def _add(record: Record, unit: int, maker: RowMaker, batch: RowBatch, unread: Unread) -> None:
    node = record.node
    assert node is not None
    if record.form == "bundle-entries":
        number = int(record.root.partition("[")[2].removesuffix("]"))
        _add_entry(node, (unit, record.record, number + 1), maker, batch)
    elif record.form == "bundle-shell":
        if node.get("type") in WHOLE:
            unread.add("compare-bundle-split", record.source, record.record)
    elif node.get("resourceType") == "Bundle" and node.get("type") not in WHOLE:
        _add_entries(node, unit, record.record, maker, batch)
    else:
        plain = b'xtension"' not in record.data and b"\\u" not in record.data and record.data[:1] == b"{"
        maker.add(node, (unit, record.record, 0), batch, plain=plain)


def _add_entries(bundle: Node, unit: int, record: int, maker: RowMaker, batch: RowBatch) -> None:
    """What a Bundle that only wraps brings; its references by urn: lead to the entries' own ids."""
    entries = bundle.get("entry")
    entries = entries if entries.__class__ is list else []
    maker.in_bundle(_urns(entries))
    for number, entry in enumerate(entries):
        if entry.__class__ is dict:
            _add_entry(entry, (unit, record, number + 1), maker, batch)
    maker.in_bundle({})


def _urns(entries: list[Any]) -> dict[str, str]:
    found = {}
    for entry in entries:
        url = entry.get("fullUrl") if entry.__class__ is dict else None
        resource = entry.get("resource") if entry.__class__ is dict else None
        if url.__class__ is str and url.startswith("urn:") and resource.__class__ is dict:
            kind, id_ = resource.get("resourceType"), resource.get("id")
            if kind.__class__ is str and id_.__class__ is str and id_:
                found[url] = f"{kind}/{id_}"
    return found


def _add_entry(entry: Node, place: tuple[int, int, int], maker: RowMaker, batch: RowBatch) -> None:
    resource, search = entry.get("resource"), entry.get("search")
    if resource.__class__ is not dict or (search.__class__ is dict and search.get("mode") == "outcome"):
        return
    maker.add(resource, place, batch, entry.get("fullUrl"))


def _reader() -> Callable[[Piece], Iterator[Record]]:
    """Reads the records of a piece; FHIR's types are loaded when the first XML comes."""
    xml: list[RecordReader] = []

    def read(piece: Piece) -> Iterator[Record]:
        if piece.form == "resource" and is_xml(piece.data):
            if not xml:
                xml.append(RecordReader(_types()))
            return xml[0].records(piece)
        return read_records(piece)

    return read


@cache
def _types() -> TypeTable:
    """R4's own types."""
    return TypeTable(load_definitions(offline=True))
