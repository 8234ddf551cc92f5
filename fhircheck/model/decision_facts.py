"""What became of findings by decisions, and how often each fingerprint was seen. Merges in any order."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import nsmallest

from fhircheck.model.issue import Issue

FINGERPRINTS = 20_000


@dataclass(slots=True)
class DecisionFacts:
    """Counts by the number of the rule or entry.

    overridden: findings that got another severity; softened: errors among them that are none any more.
    accepted: findings borne; accepted_errors: errors among them. returned: findings whose acceptance has expired.
    fingerprints: findings by fingerprint, the FINGERPRINTS smallest exact; findings: number of all.
    """

    overridden: Counter[int] = field(default_factory=Counter)
    softened: int = 0
    accepted: Counter[int] = field(default_factory=Counter)
    accepted_errors: int = 0
    returned: Counter[int] = field(default_factory=Counter)
    fingerprints: Counter[str] = field(default_factory=Counter)
    findings: int = 0

    def see(self, issues: Iterable[Issue]) -> None:
        """Count the fingerprints of findings."""
        for issue in issues:
            self.fingerprints[issue.fingerprint] += 1
            self.findings += 1
        if len(self.fingerprints) > 2 * FINGERPRINTS:
            self.trim()

    def merge(self, other: "DecisionFacts") -> None:
        """Add what `other` counted."""
        self.overridden.update(other.overridden)
        self.softened += other.softened
        self.accepted.update(other.accepted)
        self.accepted_errors += other.accepted_errors
        self.returned.update(other.returned)
        self.fingerprints.update(other.fingerprints)
        self.findings += other.findings
        if len(self.fingerprints) > 2 * FINGERPRINTS:
            self.trim()

    def trim(self) -> None:
        """Keep the FINGERPRINTS smallest: those of all data are among the smallest of each part, so they stay exact."""
        if len(self.fingerprints) > FINGERPRINTS:
            kept = nsmallest(FINGERPRINTS, self.fingerprints)
            self.fingerprints = Counter({each: self.fingerprints[each] for each in kept})

    @property
    def complete(self) -> bool:
        """Whether every finding's fingerprint is among those kept."""
        return self.findings == sum(self.fingerprints.values())
