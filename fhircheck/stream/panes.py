"""Windows are made of panes: the smallest step of time, by when data arrived; old panes go.

Sliding windows as merges of panes: Li et al. 2005, SIGMOD Record 34(1):39-44.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from fhircheck.model.errors import UsageError

MOST = 2_000
"""Panes of a window."""


@dataclass(frozen=True, slots=True)
class Panes:
    """step: seconds of a pane, which begins at a multiple of it since 1970 (UTC). count: panes of a window."""

    step: float
    count: int

    def of(self, moment: float) -> int:
        """Number of the pane a moment is in."""
        return int(moment // self.step)

    def end(self, pane: int) -> float:
        """When a pane is over."""
        return (pane + 1) * self.step

    def first(self, pane: int) -> int:
        """The first pane of the window that ends with `pane`."""
        return pane - self.count + 1


def panes_of(window: float, every: float) -> Panes:
    """Windows of `window` seconds every `every` seconds. Raises UsageError where they do not fit together."""
    if every < 1:
        raise UsageError("every: a step of at least one second is asked for")
    count = round(window / every)
    if count < 1 or abs(count * every - window) > 1e-6:
        raise UsageError("window: must be a whole number of steps (--window 24h --every 5m)")
    if count > MOST:
        raise UsageError(f"window: more than {MOST} steps; take longer ones (--every)")
    return Panes(every, count)


def iso(moment: float) -> str:
    """Seconds since 1970 as ISO 8601 in UTC."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")
