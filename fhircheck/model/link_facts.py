"""Who is there and who points to whom: small facts that references between files are judged by."""

from dataclasses import dataclass


@dataclass(slots=True)
class LinkFacts:
    """Placeholder shape: identities and reference edges, to be filled in by the resolve stage."""

    def merge(self, other: "LinkFacts") -> None:
        """Add what `other` holds."""
