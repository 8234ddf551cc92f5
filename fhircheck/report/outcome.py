"""What a run amounts to in one word; nothing that was not checked is ever called valid."""

from typing import Literal

from fhircheck.model.report import RunReport

Outcome = Literal["valid", "no-errors-found", "invalid", "not-checked"]


def errors(report: RunReport) -> int:
    """Findings of severity fatal and error."""
    return report.count("fatal") + report.count("error")


def outcome(report: RunReport) -> Outcome:
    """One word for the run.

    ``invalid``: errors were found. ``not-checked``: something asked for was unusable, or there was
    nothing to check. ``valid``: no error, and every check asked for was decided, on all records.
    ``no-errors-found``: no error, but not everything could be decided, errors are borne, or only what was changed
    since an earlier run was read (which may be nothing).
    """
    if errors(report):
        return "invalid"
    sources = report.sources
    if report.verdict.exit_code >= 2 or not (resources(report) or sources.since):
        return "not-checked"
    everything = report.coverage == 1 and sources.sampled is None and not (sources.since or report.borne)
    return "valid" if everything else "no-errors-found"


def resources(report: RunReport) -> int:
    """Resources that were checked."""
    return sum(count for _, count, _ in report.resources)


def invalid(report: RunReport) -> int:
    """Resources with at least one error."""
    return sum(bad for _, _, bad in report.resources)
