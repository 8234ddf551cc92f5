"""What a lower stage needs of a higher one comes in as one of these."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol, Self, TypeVar

from fhircheck.model.facts import Partial
from fhircheck.model.issue import Issue, Place
from fhircheck.model.record import Chunk, Lost, Node

Gate = Callable[[Any], bool]
ValueSetAnswers = Callable[[str | None, str], bool | None]
"""(system or None, code) -> whether it is in a value set; None where that cannot be told."""


class Conformance(Protocol):
    """The definitions of one set of packages."""

    def find(self, canonical: str, resource_type: str = "", referrer: str = "") -> Node | None:
        """The conformance resource with this canonical (``url`` or ``url|version``), or None."""

    def structure(self, type_or_url: str) -> Node | None:
        """The StructureDefinition of an R4 type (``Patient``) or of a canonical, or None."""

    def find_version(self, canonical: str, resource_type: str = "", referrer: str = "") -> str:
        """Version of what `find` gives, empty where there is none or it has no version."""

    def fingerprint(self) -> str:
        """Hash over the package set: equal sets give equal definitions."""


class Observed(Protocol):
    """One resource as a measure sees it (read only)."""

    @property
    def source(self) -> str: ...

    @property
    def record(self) -> int: ...

    @property
    def resource(self) -> str: ...

    @property
    def root(self) -> str: ...

    @property
    def valid(self) -> bool | None: ...

    @property
    def claimed(self) -> bool: ...

    @property
    def cannot_tell(self) -> bool: ...

    @property
    def issues(self) -> Sequence[Issue]: ...

    @property
    def profiles(self) -> Sequence[tuple[str, str, bool, bool]]:
        """(url, how it was chosen, found, valid) of each profile it was checked against (validate/checked.py)."""

    def place(self, expression: str) -> Place:
        """The Place of `expression` in this resource."""


class State(Protocol):
    """What was found of some rows: neutral when new, and the same in whatever order and grouping it is merged."""

    def merge(self, other: Self) -> None:
        """Add what `other` found; `other` is not used any more."""


S = TypeVar("S", bound=State)


JoinTask = tuple[Sequence[int], list["array[int]"]]
"""Numbers of buckets, and the rows of each table in them."""


class RowTable(Protocol):
    """A table of rows of unsigned 64-bit numbers, the first of which is the key, as measures across records join it.

    Ours is model/spilled_rows.py: SpilledRows. Another engine that wants the joins to run where its rows are hands in
    RowFacts and LinkFacts (or objects of the same members) with tables of a class of its own, which has to provide:

    - ``width``, ``len(table)``, ``fold``, ``close``;
    - ``fold(part, *others)``: `others` are tables of its own class or SpilledRows (small ones, made by the judge). Rows
      of all tables are grouped so that those with equal keys are in one group; a group may hold many keys. For each
      group ``part(array of this table, array of the first of others, ...)`` is called, an ``array("Q")`` each (empty
      where a table has no rows there), number after number of row after row, in any order of rows. `part` pickles and
      is pure; its State pickles. The States are merged in any order and grouping. Without any rows the result is
      ``part`` of empty arrays. A part that is a model/join.py: Join may be given the rows of one key in pieces.
    - and may provide ``derive(part, *others) -> RowTable``: as fold, where `part` gives a SpilledRows; the new table
      holds the rows of all of them. Without it the rows come to this process.
    """

    @property
    def width(self) -> int:
        """Numbers a row."""

    def __len__(self) -> int: ...

    def fold(self, part: Callable[..., S], *others: "RowTable") -> S:
        """The merged State of `part` over all groups of equal keys."""

    def close(self) -> None:
        """Free memory and disk."""


class JoinWorkers(Protocol):
    """Processes that take parts of large joins (distribute/joining.py). jobs: how many."""

    jobs: int

    def share(self, limit: int) -> int:
        """Bytes of rows that one of them may be given at once, where rows may take `limit` bytes of memory."""

    def results(self, part: Callable[..., S], tasks: Iterable[JoinTask], limit: int) -> Iterator[S | Lost]:
        """`part` of the rows of each task, in their order, some merged; Lost for a task that no process survived."""


class Executor(Protocol):
    """Runs a pure function over chunks, yields results in the chunks' order; knows no FHIR.

    Results of neighbours may come merged into one. Lost stands for a chunk that could not be worked on.
    """

    name: str
    summary: str

    def run(
        self, prepare: Callable[[Any], Callable[[Chunk], Partial]], plan: Any, chunks: Iterable[Chunk], jobs: int
    ) -> Iterable[Partial | Lost]: ...
