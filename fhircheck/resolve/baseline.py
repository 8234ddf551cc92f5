"""Baseline: the findings of an earlier run. Only what is new beside them is shown."""

import json
from collections import Counter
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from fhircheck.model.errors import UsageError
from fhircheck.model.facts import Groups, Partial
from fhircheck.model.issue import Issue
from fhircheck.model.report import BaselineSummary
from fhircheck.transport.bounded_file import read_bounded

LARGEST = 1 << 28


class Baseline:
    """Findings known before, by fingerprint with their number: so many of each are known, in the data's order.

    Past findings are told from new ones by their number alone where their fingerprints are equal.
    """

    def __init__(self, name: str, counts: Counter[str]) -> None:
        self._name = name
        self._left = counts
        self._known = 0
        self.errors = 0
        """Errors among the known ones that were met."""

    def new(self, issues: Iterable[Issue]) -> list[Issue]:
        """Those of `issues` that the baseline does not have."""
        found = []
        for issue in issues:
            fingerprint = issue.fingerprint
            if self._left[fingerprint] > 0:
                self._left[fingerprint] -= 1
                self._known += 1
                self.errors += issue.severity in ("fatal", "error")
            else:
                found.append(issue)
        return found

    def reduce(self, partial: Partial) -> None:
        """Leave only what is new among the findings of `partial` and in its counts of findings."""
        partial.issues = self.new(partial.issues)
        partial.groups = Groups()
        for _, group in groupby(partial.issues, key=lambda issue: (issue.place.source, issue.place.record)):
            partial.groups.add(list(group))

    def summary(self) -> BaselineSummary:
        """How many findings were known, and how many known ones are gone."""
        return BaselineSummary(self._name, self._known, sum(count for count in self._left.values() if count > 0))


def load_baseline(path: str) -> Baseline:
    """The baseline in a file: a report (--format json) or its findings (--format ndjson).

    Raises UsageError where the file cannot be read, is neither, or is a report that could not hold all
    fingerprints.
    """
    data = read_bounded(path, LARGEST, f"baseline {path}")
    try:
        report = json.loads(data)
    except ValueError:
        report = None
    if isinstance(report, dict) and "fingerprint" not in report:
        return Baseline(path, _of_report(report, path))
    return Baseline(path, _of_lines(data, path))


def _of_report(report: dict[str, Any], path: str) -> Counter[str]:
    said = report.get("fingerprints")
    if not isinstance(said, dict) or not isinstance(said.get("counts"), list):
        raise UsageError(f"baseline {path}: no report of fhircheck (--format json), nor its findings (--format ndjson)")
    if said.get("complete") is not True:
        raise UsageError(f"baseline {path}: the report has too many different findings: use those of --format ndjson")
    try:
        return Counter({str(each["fingerprint"]): int(each["count"]) for each in said["counts"]})
    except (TypeError, ValueError, KeyError):
        raise UsageError(f"baseline {path}: fingerprints.counts: not as fhircheck writes them") from None


def _of_lines(data: bytes, path: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for number, line in enumerate(data.splitlines(), 1):
        if not line.strip():
            continue
        try:
            counts[json.loads(line)["fingerprint"]] += 1
        except (ValueError, TypeError, KeyError, RecursionError):
            raise UsageError(f"baseline {path}: line {number}: no finding of fhircheck") from None
    return counts
