"""What an engine that joins rows has to offer; the statements of `matching` are in the SQL that all of them read."""

from collections.abc import Iterator
from typing import Any, Protocol


class Engine(Protocol):
    """Runs SQL over the rows of both sides; memory is bounded by its own means.

    What a statement takes, and in which order, depends on the data and its places alone, never on ``seq``, which is
    only a row's name. The rows of a side are the views ``b_resources``, ``b_edges``, ``b_identifiers``,
    ``b_attachments`` (before) and the same with ``a_`` (after).
    """

    name: str

    def given(self, pairs: Iterator[tuple[int, int, int, int]]) -> None:
        """Make the table ``given`` (b1, b2, a1, a2): keys of ids and what a migration has made of them."""

    def view(self, name: str, sql: str) -> None:
        """Give a query a name."""

    def table(self, name: str, sql: str) -> None:
        """Run a query and keep its rows under a name; the same name again replaces them."""

    def number(self, sql: str) -> int:
        """The one number a query gives."""

    def rows(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, a batch at a time in memory."""

    def mixed(self, *columns: str) -> str:
        """An expression: 64 bits that columns of whole numbers come to."""

    def slices(self, table: str, columns: tuple[str, ...], number: int) -> Iterator[tuple[int, list[bytes]]]:
        """Columns of 64-bit numbers as their bytes (null as 0), sorted by all of them, a batch at a time.

        They come in slices by the lowest bits of ``c1``, of which there are `number`, a power of two, each with its
        number.
        """

    def close(self) -> None:
        """Free what is held."""
