"""Pieces together until they are worth their way to another process."""

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar


class Weighed(Protocol):
    """A Piece, or several that stay together."""

    @property
    def weight(self) -> int:
        """About the bytes it takes on its way."""


W = TypeVar("W", bound=Weighed)


def chunked(items: Iterable[W], weight: int) -> Iterator[list[W]]:
    """Items together until they weigh `weight` or more; the last may weigh less.

    Where chunks end depends on the data alone.
    """
    chunk: list[W] = []
    held = 0
    for item in items:
        chunk.append(item)
        held += item.weight
        if held >= weight:
            yield chunk
            chunk, held = [], 0
    if chunk:
        yield chunk
