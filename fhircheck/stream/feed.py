"""What a follower reads from: portions of what has arrived, each with how far it leads."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from fhircheck.model.facts import Partial
from fhircheck.model.record import Chunk
from fhircheck.stream.notice import Notice
from fhircheck.stream.position import Position


@dataclass(frozen=True, slots=True)
class Portion:
    """A chunk that has arrived. after: where reading goes on once it is counted, None where that moves nothing.

    of: whose position it is. backlog: it was there before following began. found: what came of it, where somebody else
    has checked it already.
    """

    chunk: Chunk
    after: Position | None = None
    of: Any = None
    backlog: bool = False
    found: Partial | None = None


@dataclass(slots=True)
class Bounds:
    """size: bytes of a portion; longest: of a record. settle: seconds a file must rest before it is read whole.

    patience: seconds after which a half-written end is told of.
    """

    size: int = 1 << 20
    longest: int = 64 << 20
    settle: float = 2.0
    patience: float = 60.0


Tell = Callable[[Notice], None]


class Feed(Protocol):
    """A place that data keeps coming to. ended: nothing comes any more. several: portions may be taken ahead."""

    ended: bool
    several: bool

    def take(self, now: float) -> Iterator[Portion]:
        """What has arrived since; nothing of it is done before `moved` says so."""

    def moved(self, portion: Portion) -> None:
        """The portion is counted."""

    def rest(self) -> Iterator[Chunk]:
        """At the end: what waits for its own end, and what is said of a source as a whole. Moves nothing."""

    def waiting(self, now: float) -> int:
        """Bytes that are there by now and not read yet."""

    def changed(self) -> tuple[list[Position], list[tuple[int, int]]]:
        """Positions to be kept and keys to be forgotten since the last call."""

    def committed(self) -> None:
        """What `changed` gave is written."""

    def restore(self, positions: Iterable[Position]) -> None:
        """Go on from there."""

    def close(self) -> None:
        """Let go of threads and files."""


@dataclass(slots=True)
class Changes:
    """Positions that a checkpoint has to be told of."""

    moved: dict[tuple[int, int], Position] = field(default_factory=dict)
    gone: list[tuple[int, int]] = field(default_factory=list)

    def note(self, position: Position) -> None:
        """Keep it."""
        self.moved[position.key] = position

    def forget(self, key: tuple[int, int]) -> None:
        """It is not needed any more."""
        self.moved.pop(key, None)
        self.gone.append(key)

    def taken(self) -> tuple[list[Position], list[tuple[int, int]]]:
        """All since the last call."""
        found = list(self.moved.values()), self.gone
        self.moved, self.gone = {}, []
        return found
