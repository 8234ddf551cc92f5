"""Another rubric for a stored report: new scores, statuses and actions from its counts, without the data."""

from dataclasses import dataclass, replace
from typing import Any

from fhircheck.model.errors import UsageError
from fhircheck.model.report import RunReport, Score
from fhircheck.report.json import document
from fhircheck.report.read_report import load_report
from fhircheck.report.rubric_page import Changed, applied_text, changed
from fhircheck.report.shown import View
from fhircheck.score import load_rubric, rethresholded, score, what_to_fix


@dataclass(frozen=True, slots=True)
class Rescored:
    """What a rubric makes of a stored report."""

    report: RunReport
    changes: list[Changed]

    @property
    def scores(self) -> tuple[Score, ...]:
        """The new scores."""
        return self.report.scores

    def text(self, view: View) -> str:
        """Scores, actions and changed statuses to read."""
        return applied_text(self.report, self.changes, view)

    def document(self, view: View) -> dict[str, Any]:
        """The whole report with all of it in place, as JSON values."""
        return document(self.report, view)


def rescored(rubric_name: str, path: str) -> Rescored:
    """Apply a rubric to the report stored at `path`. Raises UsageError for either that cannot be read."""
    rubric, stored = load_rubric(rubric_name), load_report(path)
    if not stored.measures:
        raise UsageError(f"report {path}: holds no measures (`fhircheck check --format json` writes some)")
    measures = rethresholded(stored.measures, rubric)
    cases = tuple(replace(each, measures=rethresholded(each.measures, rubric)) for each in stored.use_cases)
    groups = []
    for each in stored.groups:
        own = rethresholded(each.measures, rubric)
        groups.append(replace(each, measures=own, scores=score(own, rubric)))
    report = replace(
        stored,
        measures=measures,
        scores=score(measures, rubric, cases),
        actions=what_to_fix(measures, rubric, stored.issues, cases),
        use_cases=cases,
        groups=tuple(groups),
    )
    return Rescored(report, changed(stored.measures, measures))
