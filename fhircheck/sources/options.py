"""How sources are read: bounds in bytes, and what is left out."""

from dataclasses import dataclass, field

from fhircheck.model.connection import DEFAULT_CONNECTION, Connection
from fhircheck.transport.archives import UnpackLimits

MIB = 1 << 20


@dataclass(frozen=True)
class ReadOptions:
    """Bounds of reading; sizes in bytes, times in seconds.

    max_record_bytes: a longer line, document or server answer is a finding and not read.
    max_depth: nesting of JSON containers. chunk_bytes: about what one chunk of work holds.
    split_bytes: Bundles from this size on are split entry by entry while they are read.
    unpack: bounds for archives. sample: check only so many records. offline: refuse URLs.
    page_limit: pages of a search. connection: how servers are spoken to. own_process: servers are read in a process of
    their own where one can be started, so that reading takes no time from the check. since: only what was changed from
    that moment on (ISO 8601 with offset): searches by ``_lastUpdated``, operations by ``_since``, files by when they
    were written or put in their place; empty for all.
    """

    max_record_bytes: int = 64 * MIB
    max_depth: int = 200
    chunk_bytes: int = MIB
    split_bytes: int = 8 * MIB
    unpack: UnpackLimits = field(default_factory=UnpackLimits)
    sample: int | None = None
    offline: bool = False
    page_limit: int = 100_000
    connection: Connection = DEFAULT_CONNECTION
    own_process: bool = False
    since: str = ""
