"""What comes back from a server: whole, or while it arrives."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer. url: where it came from after redirects. headers: names in lower case.

    seconds: from sending the last try to the last byte.
    """

    url: str
    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer whose body is still arriving. blocks: unpacked, unbounded in sum; ServerFault where it breaks off."""

    url: str
    status: int
    content_type: str
    headers: Mapping[str, str]
    blocks: Iterator[bytes]


def lower(headers: Mapping[str, str]) -> dict[str, str]:
    """`headers` with names in lower case."""
    return {name.lower(): value for name, value in headers.items()}
