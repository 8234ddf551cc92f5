"""What a follower is asked for beside what a run is asked for."""

from dataclasses import dataclass, field
from datetime import datetime

from fhircheck.stream.feed import Bounds
from fhircheck.stream.watch import Limits


@dataclass(frozen=True, slots=True)
class FollowOptions:
    """window, every: seconds. checkpoint: a folder, None for none; restart: forget what it holds.

    until: when following ends; lasts: after so many seconds; idle: after so many without data; None for no such end.
    limits: what is told of. bounds: how files are read. poll: seconds between looks where the system tells nothing.
    commit: seconds between checkpoints. replay: standard input begins again after a restart. totals: at most this share
    of the time goes into figures since the start while following goes on.
    """

    window: float = 86400.0
    every: float = 300.0
    checkpoint: str | None = None
    restart: bool = False
    until: datetime | None = None
    lasts: float | None = None
    idle: float | None = None
    limits: Limits = field(default_factory=Limits)
    bounds: Bounds = field(default_factory=Bounds)
    poll: float = 1.0
    commit: float = 5.0
    replay: bool = False
    totals: float = 0.05
