"""What of a run is alarming, by keys that are the same in every run."""

from fhircheck.model.alert import Condition, ConditionKind, RunFacts
from fhircheck.model.change import Change
from fhircheck.model.report import RunReport
from fhircheck.report.outcome import errors, outcome, resources
from fhircheck.report.score_name import score_name
from fhircheck.report.shown import OPEN, Disguise, View

VERDICTS: dict[int, ConditionKind] = {3: "could-not-check", 2: "could-not-check", 1: "findings"}


def facts_of(report: RunReport, series: str, number: int | None = None, names: Disguise = OPEN) -> RunFacts:
    """What alerts say of a run that came to a report. names: what hides file names."""
    if number is None and report.history is not None and report.history.points:
        number = report.history.points[-1].number
    return RunFacts(
        series=series,
        started=report.header.started,
        outcome=outcome(report),
        exit_code=report.verdict.exit_code,
        number=number,
        version=report.header.version,
        duration=report.header.duration,
        resources=resources(report),
        errors=errors(report),
        warnings=report.count("warning"),
        coverage=report.coverage,
        scores=tuple((score_name(each.name, View(names=names)), each.value) for each in report.scores),
        reasons=tuple(names.words(each, sources=report.sources.names) for each in report.verdict.reasons),
    )


def failed_run(series: str, started: str, fault: str, exit_code: int = 3, duration: float = 0.0) -> RunFacts:
    """What alerts say of a run that came to no report. fault: one line, as the command line says it."""
    from fhircheck import __version__

    return RunFacts(series, started, "not-checked", exit_code, version=__version__, duration=duration, fault=fault)


def conditions(run: RunFacts, report: RunReport | None) -> tuple[Condition, ...]:
    """All that is alarming about a run: its verdict first, then the changes in their order.

    A run that saw no data tells of no changes: that it could not check is all it knows.
    """
    found = []
    kind = VERDICTS.get(run.exit_code)
    if kind is not None:
        found.append(Condition(kind, kind, run.started, run.reasons or ((run.fault,) if run.fault else ())))
    changes = report.history.changes if report is not None and report.history is not None and _saw(run) else ()
    found += [change_condition(each, run.started) for each in changes if each.alarming]
    return tuple({each.key: each for each in reversed(found)}.values())[::-1]


def change_condition(change: Change, since: str) -> Condition:
    """An alarming change as a condition."""
    return Condition(f"change {change.key}", "change", since, change=change)


def undecided(run: RunFacts, report: RunReport | None, key: str) -> bool:
    """Whether the run cannot tell if the condition `key` still holds: what could not be checked is not all right."""
    if key == "could-not-check":
        return False
    if key == "findings":
        return run.exit_code >= 2
    return report is None or report.history is None or not _saw(run)


def _saw(run: RunFacts) -> bool:
    """Whether the run saw data."""
    return run.exit_code < 2 or run.resources > 0
