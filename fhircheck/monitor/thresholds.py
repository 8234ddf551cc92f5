"""The verdict of a scheduled run: what the check itself says, and what the job asks beyond it."""

from dataclasses import replace

from fhircheck.model.job import JobThresholds
from fhircheck.model.plural import filled
from fhircheck.model.report import RunReport, Verdict
from fhircheck.monitor.spans import said


def judged(report: RunReport, thresholds: JobThresholds) -> RunReport:
    """`report` with the least values of single scores judged: exit code 1 below, 3 where there is no such score.

    A score without a value could not be told, which is not the same as good enough.
    """
    values = {score.name: score.value for score in report.scores}
    for name, least in thresholds.min_score:
        if not name:
            continue  # for all scores: the check has judged that
        value = values.get(name)
        if value is None:
            report = with_reason(report, 3, f"score {name} could not be told")
        elif value < least:
            report = with_reason(report, 1, f"score {name} is under {float(least):g}")
    return report


def out_of_time(report: RunReport, deadline: float) -> RunReport:
    """`report` of what was checked until the deadline: it is partial, and no answer about the data."""
    counted = filled("{count} {count:record|records}", {"count": report.sources.records})
    report = with_reason(report, 3, f"deadline of {said(deadline)} reached after {counted}: the rest was not checked")
    note = f"PARTIAL: time was up after {counted}; figures and scores are of these alone"
    return replace(report, notes=(note, *report.notes))


def with_reason(report: RunReport, exit_code: int, reason: str) -> RunReport:
    """`report` with a further reason for its verdict; the higher exit code counts (3 wins over 1)."""
    verdict = report.verdict
    return replace(report, verdict=Verdict(max(verdict.exit_code, exit_code), (*verdict.reasons, reason)))
