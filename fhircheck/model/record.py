"""What travels from the sources to the check: bytes with their origin, then parsed records."""

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from fhircheck.model.issue import Issue

Form = Literal["resource", "ndjson", "bundle-entries", "bundle-shell", "problem"]
Node = dict[str, Any]
Gap = tuple[()] | tuple[int, int, int, int]
"""Where entries were cut out of a Bundle: line and column in the text that is left, line and column in the source."""


class Piece(NamedTuple):
    """Some bytes of one source, as cut by the reader; picklable, so that any process can check it.

    form: ``resource`` one JSON document; ``ndjson`` whole lines; ``bundle-entries`` the texts of
    consecutive Bundle.entry items separated by newlines are in `parts`; ``bundle-shell`` a big
    Bundle without its entries; ``problem`` nothing to parse, only `issues`.
    offset, line, first: where the first byte stands in the source (line one-based; first is the
    zero-based number of the first record, for entries the number of the first entry).
    parts: for ``bundle-entries``, (offset, line, text) of each entry; columns: one-based column of each.
    """

    source: str
    form: Form
    data: bytes = b""
    offset: int = 0
    line: int = 1
    first: int = 0
    parts: tuple[tuple[int, int, bytes], ...] = ()
    entries: int = 0
    issues: tuple[Issue, ...] = ()
    columns: tuple[int, ...] = ()
    gap: Gap = ()

    @property
    def size(self) -> int:
        """Bytes of its data."""
        return len(self.data) + sum(len(text) for _, _, text in self.parts)

    @property
    def weight(self) -> int:
        """About the bytes it takes on its way: its data, and 256 for what it is called and where it stands."""
        return self.size + 256


Chunk = list[Piece]


OUT_OF_MEMORY = 77
"""Exit code of a process whose memory ran out while it worked on a chunk."""


class Lost(NamedTuple):
    """A chunk that no result came of: each process that worked on it died.

    code: how the last one ended: its exit code, below zero the number of the signal that ended it.
    """

    chunk: Chunk
    code: int


@dataclass(slots=True)
class Record:
    """One JSON document that should be a resource (or an entry of a big Bundle), as read.

    node: the parsed JSON object, None where it could not be read.
    root: expression of `node`: the resource type, or ``Bundle.entry[12]``.
    data, offset, line: its text and where it starts, to find line and column of a finding.
    column: one-based column of its first byte in that line.
    issues: what reading found.
    """

    source: str
    record: int
    node: Node | None
    root: str
    data: bytes
    offset: int = 0
    line: int = 1
    column: int = 1
    form: Form = "resource"
    entries: int = 0
    issues: list[Issue] = field(default_factory=list)
    gap: Gap = ()
