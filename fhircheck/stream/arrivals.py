"""What the resources of a pane say of time: how late they came, whose clock is ahead, what came twice. It merges."""

from array import array
from dataclasses import dataclass, field

from fhircheck.model.quantiles import Quantiles

KEPT = 100_000
"""Resources of which it is remembered that they came; what comes again after more than so many others is not known."""


@dataclass(slots=True)
class ArrivalFacts:
    """late: measured longer before they came than is bearable; ahead: after they came, so that a clock is wrong.

    duplicates: the same resource with the same content as before; changed: the same one with another content.
    timed: those that say when they were measured and came while they were waited for. delays: seconds until they came.
    silences, gap: how often a device or system was silent too long, and the longest such time in seconds.
    keys: identity and content of the last KEPT, one after the other.
    """

    seen: int = 0
    timed: int = 0
    late: int = 0
    ahead: int = 0
    duplicates: int = 0
    changed: int = 0
    silences: int = 0
    gap: float = 0.0
    delays: Quantiles = field(default_factory=Quantiles)
    keys: "array[int]" = field(default_factory=lambda: array("Q"))

    def merge(self, other: "ArrivalFacts") -> None:
        """Add what `other` counted, which came later."""
        self.seen += other.seen
        self.timed += other.timed
        self.late += other.late
        self.ahead += other.ahead
        self.duplicates += other.duplicates
        self.changed += other.changed
        self.silences += other.silences
        self.gap = max(self.gap, other.gap)
        self.delays.merge(other.delays)
        self.keys.extend(other.keys)
        del self.keys[: -2 * KEPT]
