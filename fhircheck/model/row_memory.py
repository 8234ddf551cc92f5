"""How much memory the tables of rows of one run may hold together, and which of them goes to disk when it is more."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from typing import TYPE_CHECKING
from weakref import WeakSet

if TYPE_CHECKING:
    from fhircheck.model.protocols import JoinWorkers
    from fhircheck.model.spilled_rows import SpilledRows

DEFAULT = 320 << 20
"""Bytes, where nothing is asked for."""
LEAST = 1 << 20
"""Bytes that can be asked for: below, the rows of a single resource may not fit."""
GROWTH = 20
"""Bytes that a join holds at its peak for each byte of rows that it looks at (benchmarks/index_memory.py)."""


class RowMemory:
    """The memory of one run. limit: bytes; half is for tables, half for the join that is under way.

    workers: who takes parts of large joins, None where all is joined in this process; they share the join's half.
    Tables report what they hold when they settle. Where it is more than their half, the largest go to disk first,
    until what is left is a quarter of the limit.
    """

    __slots__ = ("_held", "_tables", "limit", "workers")

    def __init__(self, limit: int = DEFAULT) -> None:
        self.limit = limit
        self.workers: JoinWorkers | None = None
        self._held = 0
        self._tables: WeakSet[SpilledRows] = WeakSet()

    @property
    def piece(self) -> int:
        """Bytes of rows that a join may look at in one piece."""
        return self.limit // 2 // GROWTH

    def settle(self, table: "SpilledRows", grown: int) -> None:
        """Take note that `table` holds so many bytes more than it last said."""
        self._tables.add(table)
        self._held += grown
        if self._held > self.limit // 2:
            self._make_room()

    def _make_room(self) -> None:
        """What tables hold is counted anew: of those that are gone nobody was told."""
        tables = sorted(self._tables, key=lambda each: each.held, reverse=True)
        self._held = sum(each.held for each in tables)
        for table in tables if self._held > self.limit // 2 else ():
            if self._held <= self.limit // 4:
                break
            self._held -= table.held
            table.spill()


_current: ContextVar[RowMemory | None] = ContextVar("row memory", default=None)
_of_process = RowMemory()


def row_memory() -> RowMemory:
    """The memory that new tables belong to: of the run under way, else of the process."""
    return _current.get() or _of_process


def limit_rows(limit: int | None) -> Token[RowMemory | None]:
    """All tables made in this context from now on hold together no more than `limit` bytes (None: DEFAULT)."""
    return _current.set(RowMemory(limit or DEFAULT))


@contextmanager
def limited_rows(limit: int | None) -> Iterator[RowMemory]:
    """All tables made inside hold together no more than `limit` bytes (None: DEFAULT), joins included."""
    token = limit_rows(limit)
    try:
        yield row_memory()
    finally:
        _current.reset(token)
