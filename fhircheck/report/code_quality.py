"""Findings as a Code Quality report, which GitLab shows in a merge request beside the lines they are about.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format: a list of findings, each with a path from
the repository's root on and a fingerprint of its own. At most 5,000, the most severe ones; that some are left out is an
entry of its own.
"""

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from fhircheck.model.issue import Issue
from fhircheck.model.report import RunReport
from fhircheck.report.collected import Collectors
from fhircheck.report.form_words import say
from fhircheck.report.messages import message
from fhircheck.report.ndjson import encoded
from fhircheck.report.sarif_places import relative
from fhircheck.report.sarif_results import same_place
from fhircheck.report.shown import View, clean
from fhircheck.report.words import severity
from fhircheck.report.worst_findings import WorstFindings, examples

MOST = 5_000
SEVERITIES = {"fatal": "blocker", "error": "critical", "warning": "minor", "information": "info"}


class CodeQuality:
    """A list that GitLab reads."""

    name = "code-quality"
    summary = "Findings as a Code Quality report for GitLab; at most 5,000, the most severe ones."

    def __init__(self) -> None:
        self._kept: Collectors[WorstFindings] = Collectors()

    def sink(self, view: View, write: Callable[[str], None]) -> Callable[[list[Issue]], None] | None:
        """Keep the most severe findings until the end."""
        return self._kept.begin(write, WorstFindings(MOST))

    def finish(self, report: RunReport, view: View, write: Callable[[str], None]) -> None:
        """Write the list."""
        kept = self._kept.end(write)
        if kept is None:
            kept = WorstFindings(MOST)
            kept(examples(report))
        write(encoded([*_entries(kept, view), *_left_out(kept, report, view)], indent=2) + "\n")


def _entries(issues: WorstFindings, view: View) -> Iterator[dict[str, Any]]:
    """One entry a finding; those that are alike are told apart by their number."""
    seen: Counter[str] = Counter()
    folder = os.getcwd()
    for issue in issues:
        same = same_place(issue, view)
        seen[same] += 1
        yield {
            "description": message(issue, view),
            "check_name": clean(issue.kind),
            "fingerprint": same if seen[same] == 1 else _numbered(same, seen[same]),
            "severity": SEVERITIES[issue.severity],
            "location": {
                "path": relative(view.names.source(issue.place.source).partition("!")[0], folder),
                "lines": {"begin": issue.place.line or 1},
            },
        }


def _left_out(kept: WorstFindings, report: RunReport, view: View) -> Iterator[dict[str, Any]]:
    source = report.sources.names[0] if report.sources.names else ""
    for level, count in kept.missing(report).items():
        yield {
            "description": say(view, "left-out", count=count, severity=severity(view, level)),
            "check_name": "left-out",
            "fingerprint": _numbered(f"left-out {level}", 0),
            "severity": "info",
            "location": {"path": relative(view.names.source(source), os.getcwd()), "lines": {"begin": 1}},
        }


def _numbered(text: str, number: int) -> str:
    return hashlib.blake2b(f"{text} {number}".encode(), digest_size=8).hexdigest()
