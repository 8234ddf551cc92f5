"""What is noted of a resource when it arrives in a stream: hashes, times, and where it says it is from."""

from typing import NamedTuple


class Arrival(NamedTuple):
    """One resource. origin: key of the device or system it names, 0 for none; label: how that is shown, never a person.

    first, last: nanoseconds of what it tells about (measures/date_span.Span), 0 where it does not say; zoned: counted
    in UTC. identity: hash of type and id, 0 without an id. content: hash of its text.
    """

    origin: int
    label: str
    first: int
    last: int
    zoned: bool
    identity: int
    content: int
