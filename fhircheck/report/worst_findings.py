"""A bounded number of findings: the most severe ones, of equal ones the first by place in the data's order."""

from collections.abc import Iterable, Iterator

from fhircheck.model.issue import SEVERITIES, Issue, Severity
from fhircheck.model.report import RunReport


class WorstFindings:
    """Keeps up to `limit` findings of all it is handed; how many it left out, by severity, is in `left_out`."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: dict[Severity, list[tuple[int, Issue]]] = {each: [] for each in SEVERITIES}
        self._taken = 0
        self._size = 0
        self.left_out: dict[Severity, int] = dict.fromkeys(SEVERITIES, 0)

    def __call__(self, issues: Iterable[Issue]) -> None:
        """Take findings, in the data's order."""
        for issue in issues:
            self._taken += 1
            self._kept[issue.severity].append((self._taken, issue))
            if self._size < self._limit:
                self._size += 1
            else:
                self._drop()

    def _drop(self) -> None:
        """Leave out the last of the mildest."""
        mildest = next(each for each in reversed(SEVERITIES) if self._kept[each])
        self._kept[mildest].pop()
        self.left_out[mildest] += 1

    def __iter__(self) -> Iterator[Issue]:
        """What was kept, in the order it came."""
        every = sorted((pair for kept in self._kept.values() for pair in kept), key=lambda pair: pair[0])
        return (issue for _, issue in every)

    def missing(self, report: RunReport) -> dict[Severity, int]:
        """How many findings of the report are not among those kept, by severity: left out here, or never handed over,
        as where a stored report holds examples only."""
        short = {each: report.count(each) - len(self._kept[each]) for each in SEVERITIES}
        return {each: count for each, count in short.items() if count > 0}


def examples(report: RunReport) -> list[Issue]:
    """The findings that a report itself holds, each once, in the order of their places."""
    found = {issue for each in report.issues for issue in each.examples}
    return sorted(found, key=lambda issue: (issue.place, issue.kind, issue.definition, issue.profile, repr(issue)))
