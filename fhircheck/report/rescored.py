"""Another rubric for a stored report: new scores, statuses and actions from its counts, without the data."""

from dataclasses import dataclass, replace
from typing import Any

from fhircheck.model.report import RunHeader, RunReport, Score, SourceSummary
from fhircheck.report.rubric_page import Changed, applied_text, changed
from fhircheck.report.shown import View
from fhircheck.report.stored_report import load_report, with_scores
from fhircheck.score import load_rubric, rethresholded, score, what_to_fix


@dataclass(frozen=True, slots=True)
class Rescored:
    """What a rubric makes of a stored report. document: the report with all of it in place."""

    report: RunReport
    changes: list[Changed]
    document: dict[str, Any]

    @property
    def scores(self) -> tuple[Score, ...]:
        """The new scores."""
        return self.report.scores

    def text(self, view: View) -> str:
        """Scores, actions and changed statuses to read."""
        return applied_text(self.report, self.changes, view)


def rescored(rubric_name: str, path: str, view: View) -> Rescored:
    """Apply a rubric to the report stored at `path`. Raises UsageError for either that cannot be read."""
    rubric, stored = load_rubric(rubric_name), load_report(path)
    measures = rethresholded(stored.measures, rubric)
    cases = [replace(each, measures=rethresholded(each.measures, rubric)) for each in stored.use_cases]
    scores = score(measures, rubric, cases)
    actions = what_to_fix(measures, rubric, stored.issues, cases)
    apart = (rethresholded(each, rubric) for each in stored.groups)
    groups = [(each, score(each, rubric)) for each in apart]
    report = RunReport(
        RunHeader("", "", 0.0, 0), SourceSummary((), 0, 0, 0, 0), (), (), (), (), (), (), (), None, measures, scores,
        actions=actions,
    )  # fmt: skip
    document = with_scores(stored, measures, scores, actions, cases, groups, view)
    return Rescored(report, changed(stored.measures, measures), document)
