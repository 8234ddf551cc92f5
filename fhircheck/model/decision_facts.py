"""What became of findings by decisions, and how often each fingerprint was seen. Merges in any order."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import nsmallest

from fhircheck.model.issue import SEVERITIES, Issue
from fhircheck.model.path import without_indexes

FINGERPRINTS = 20_000
Identity = tuple[str, str, str, str, str]
"""What a fingerprint is made of: kind, definition, profile, expression without indexes; and the worst severity."""


@dataclass(slots=True)
class DecisionFacts:
    """Counts by the number of the rule or entry.

    overridden: findings that got another severity; softened: errors among them that are none any more.
    accepted: findings borne; accepted_errors: errors among them. returned: findings whose acceptance has expired.
    fingerprints: findings by fingerprint, the FINGERPRINTS smallest exact; findings: number of all.
    identities: what each of these fingerprints stands for.
    """

    overridden: Counter[int] = field(default_factory=Counter)
    softened: int = 0
    accepted: Counter[int] = field(default_factory=Counter)
    accepted_errors: int = 0
    returned: Counter[int] = field(default_factory=Counter)
    fingerprints: Counter[str] = field(default_factory=Counter)
    findings: int = 0
    identities: dict[str, Identity] = field(default_factory=dict)

    def see(self, issues: Iterable[Issue]) -> None:
        """Count the fingerprints of findings."""
        for issue in issues:
            name = issue.fingerprint
            self.fingerprints[name] += 1
            self.findings += 1
            known = self.identities.get(name)
            if known is None or known[4] != issue.severity:
                expression = without_indexes(issue.place.expression)
                self._meet(name, (issue.kind, issue.definition, issue.profile, expression, issue.severity))
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
        for name, identity in other.identities.items():
            self._meet(name, identity)
        if len(self.fingerprints) > 2 * FINGERPRINTS:
            self.trim()

    def _meet(self, name: str, identity: Identity) -> None:
        """Keep what `name` stands for, with the worse severity where two are known."""
        known = self.identities.get(name)
        if known is None or SEVERITIES.index(identity[4]) < SEVERITIES.index(known[4]):
            self.identities[name] = identity

    def trim(self) -> None:
        """Keep the FINGERPRINTS smallest: those of all data are among the smallest of each part, so they stay exact."""
        if len(self.fingerprints) > FINGERPRINTS:
            kept = nsmallest(FINGERPRINTS, self.fingerprints)
            self.fingerprints = Counter({each: self.fingerprints[each] for each in kept})
            self.identities = {each: self.identities[each] for each in kept}

    @property
    def complete(self) -> bool:
        """Whether every finding's fingerprint is among those kept."""
        return self.findings == sum(self.fingerprints.values())
