"""Decisions about findings: another severity, or known and borne. Which findings they are about is a pattern."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from fhircheck.model.issue import Issue
from fhircheck.model.path import without_indexes
from fhircheck.model.settings import AcceptedIssue, IssuePattern, SeverityRule


@lru_cache(1_000)
def _fits(pattern: str, text: str) -> bool:
    """Whether `text` is what `pattern` says; ``*`` stands for any run of characters."""
    if "*" not in pattern:
        return pattern == text
    first, *rest = pattern.split("*")
    if not text.startswith(first):
        return False
    at = len(first)
    for part in rest[:-1]:
        at = text.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return text.endswith(rest[-1]) and len(text) - len(rest[-1]) >= at


def paths(issue: Issue, root: str) -> tuple[str, ...]:
    """All that a path in a pattern is held against: from the record on, from the resource on, the definition's id.

    root: expression of the resource the finding is about, from the record on.
    """
    whole = without_indexes(issue.place.expression)
    base = without_indexes(root)
    kind = issue.place.resource.partition("/")[0]
    if base and kind and whole.startswith(base):
        return whole, kind + whole[len(base) :], issue.definition
    return whole, issue.definition


def fits(pattern: IssuePattern, issue: Issue, root: str) -> bool:
    """Whether a finding is one of those that `pattern` is about."""
    if pattern.kind and not _fits(pattern.kind, issue.kind):
        return False
    if pattern.profile and not (
        _fits(pattern.profile, issue.profile) or _fits(pattern.profile, issue.profile.partition("|")[0])
    ):
        return False
    if pattern.path and not any(_fits(pattern.path, each) for each in paths(issue, root)):
        return False
    return not pattern.fingerprint or pattern.fingerprint == issue.fingerprint


@dataclass(slots=True)
class Judged:
    """Findings after the decisions, and how often each decision was used: number of the rule -> findings."""

    issues: list[Issue]
    overridden: list[int] = field(default_factory=list)
    softened: int = 0
    accepted: list[int] = field(default_factory=list)
    expired: list[int] = field(default_factory=list)


class Decisions:
    """Applies severity rules (the first that fits counts), then accepted issues, to findings.

    today: ``YYYY-MM-DD``; an entry that expired before does not count any more and is noted.
    """

    def __init__(self, severities: Iterable[SeverityRule], accepted: Iterable[AcceptedIssue], today: str) -> None:
        self._severities = list(enumerate(severities))
        self._accepted = list(enumerate(accepted))
        self._today = today

    def __bool__(self) -> bool:
        return bool(self._severities or self._accepted)

    def judge(self, issues: Iterable[Issue], root: str = "") -> Judged:
        """What is left of `issues` of the resource at `root`, with their severities as decided."""
        judged = Judged([])
        for issue in issues:
            decided = self._severity(issue, root, judged)
            if not self._is_accepted(decided, root, judged):
                judged.issues.append(decided)
        return judged

    def _severity(self, issue: Issue, root: str, judged: Judged) -> Issue:
        for number, rule in self._severities:
            if (not rule.was or rule.was == issue.severity) and fits(rule.pattern, issue, root):
                judged.overridden.append(number)
                judged.softened += issue.severity in ("fatal", "error") and rule.severity not in ("fatal", "error")
                return issue._replace(severity=rule.severity)
        return issue

    def _is_accepted(self, issue: Issue, root: str, judged: Judged) -> bool:
        for number, entry in self._accepted:
            if fits(entry.pattern, issue, root):
                if self._today <= entry.expires:
                    judged.accepted.append(number)
                    return True
                judged.expired.append(number)
        return False


_FINGERPRINT = re.compile(r"[0-9a-f]{16}")


def is_fingerprint(text: str) -> bool:
    """Whether `text` has the form of a finding's fingerprint."""
    return _FINGERPRINT.fullmatch(text) is not None
