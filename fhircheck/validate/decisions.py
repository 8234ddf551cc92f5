"""Decisions about findings: another severity, or known and borne. Which findings they are about is a pattern."""

import re
from collections.abc import Iterable
from functools import lru_cache

from fhircheck.definitions.canonical import TYPE_PREFIX
from fhircheck.model.decision_facts import DecisionFacts
from fhircheck.model.issue import ERRORS, Issue, has_error
from fhircheck.model.path import without_indexes
from fhircheck.model.settings import AcceptedIssue, IssuePattern, SeverityRule
from fhircheck.validate.checked import Checked, ProfileCheck


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


class Decisions:
    """Applies severity rules (the first that fits counts), then accepted issues, to findings.

    today: ``YYYY-MM-DD``; an entry that expired before does not count any more and its findings are noted.
    """

    def __init__(self, severities: Iterable[SeverityRule], accepted: Iterable[AcceptedIssue], today: str) -> None:
        self._severities = list(enumerate(severities))
        self._accepted = list(enumerate(accepted))
        self._today = today

    def __bool__(self) -> bool:
        return bool(self._severities or self._accepted)

    def judge(self, issues: Iterable[Issue], facts: DecisionFacts, root: str = "") -> list[Issue]:
        """What is left of `issues` of the resource at `root`, with severities as decided; counted in `facts`."""
        left = []
        for issue in issues:
            decided = self._severity(issue, root, facts)
            if not self._is_accepted(decided, root, facts):
                left.append(decided)
        return left

    def apply(self, checked: Checked, facts: DecisionFacts) -> None:
        """Judge the findings of a resource; its verdicts follow what is left."""
        had_error = has_error(checked.issues)
        checked.issues = self.judge(checked.issues, facts, checked.root)
        if checked.valid is None:
            return
        checked.valid = not has_error(checked.issues)
        if checked.valid and had_error:
            checked.profiles = [each._replace(valid=each.found) for each in checked.profiles]
        elif not checked.valid and not had_error:
            broken = {issue.profile for issue in checked.issues if issue.severity in ERRORS}
            checked.profiles = [
                each._replace(valid=each.valid and not _concerns(each, broken)) for each in checked.profiles
            ]

    def _severity(self, issue: Issue, root: str, facts: DecisionFacts) -> Issue:
        for number, rule in self._severities:
            if (not rule.was or rule.was == issue.severity) and fits(rule.pattern, issue, root):
                facts.overridden[number] += 1
                facts.softened += issue.severity in ERRORS and rule.severity not in ERRORS
                return issue._replace(severity=rule.severity)
        return issue

    def _is_accepted(self, issue: Issue, root: str, facts: DecisionFacts) -> bool:
        for number, entry in self._accepted:
            if fits(entry.pattern, issue, root):
                if self._today <= entry.expires:
                    facts.accepted[number] += 1
                    facts.accepted_errors += issue.severity in ERRORS
                    return True
                facts.returned[number] += 1
        return False


def _concerns(profile: ProfileCheck, broken: set[str]) -> bool:
    """Whether an error was found by this profile, or by the type itself, which every profile stands on."""
    urls = {each.partition("|")[0] for each in broken}
    return profile.url.partition("|")[0] in urls or any(each in ("", TYPE_PREFIX + profile.url) for each in urls)


_FINGERPRINT = re.compile(r"[0-9a-f]{16}")


def is_fingerprint(text: str) -> bool:
    """Whether `text` has the form of a finding's fingerprint."""
    return _FINGERPRINT.fullmatch(text) is not None
