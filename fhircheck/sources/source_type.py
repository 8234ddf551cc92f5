"""What an entry of the table SOURCES is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fhircheck.model.record import Piece
from fhircheck.sources.options import ReadOptions


def _no_check(name: str, options: ReadOptions) -> None:
    """Nothing can be said before it is opened."""


@dataclass(frozen=True, slots=True)
class SourceType:
    """A type of place instances come from.

    claims: whether a name as given by the user is of this type. check: raises SourceUnusable where
    it is clear before reading that nothing can be read. pieces: what is in it, lazily and in a
    stable order. size: bytes it will give, None where unknown.
    """

    name: str
    summary: str
    claims: Callable[[str], bool]
    pieces: Callable[[str, ReadOptions], Iterator[Piece]]
    check: Callable[[str, ReadOptions], None] = _no_check
    size: Callable[[str], int | None] = lambda _: None
