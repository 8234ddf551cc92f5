"""The figures of a run in Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/).

Names follow https://prometheus.io/docs/practices/naming/: base units in the name, shares as ratios of 0 to 1. All are
gauges: what the latest run found. There are no timestamps, since node_exporter takes none.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from fhircheck.model.feedback import STATES
from fhircheck.model.report import RunReport
from fhircheck.monitor.alerts.receiver import Snapshot

Sample = tuple[Mapping[str, str], int | float]
Metric = tuple[str, str, Iterable[Sample]]
"""name, help, samples"""


def metrics_text(snapshot: Snapshot) -> str:
    """All metrics of a run, in a stable order; the text ends in a line feed, as the format asks."""
    return "".join(_written(*each) for each in _metrics(snapshot))


def _metrics(snapshot: Snapshot) -> Iterator[Metric]:
    run, series = snapshot.run, {"series": snapshot.run.series}

    def one(value: int | float) -> list[Sample]:
        return [(series, value)]

    checked = run.exit_code in (0, 1)
    yield "fhircheck_run_success", "1 where the latest run could check, 0 where it could not.", one(int(checked))
    yield (
        "fhircheck_run_exit_code",
        "Exit code: 0 clean, 1 findings, 2 wrong use, 3 could not check.",
        one(run.exit_code),
    )
    yield "fhircheck_last_run_timestamp_seconds", "When the latest run began.", one(_seconds(run.started))
    if snapshot.last_success is not None:
        text = "When the latest run began that could check."
        yield "fhircheck_last_success_timestamp_seconds", text, one(snapshot.last_success)
    yield "fhircheck_run_duration_seconds", "How long the latest run took.", one(run.duration)
    if run.version:
        yield "fhircheck_build_info", "Version that ran.", [({**series, "version": run.version}, 1)]
    if snapshot.report is not None:
        yield from _of_scores(snapshot, series)
        yield from _of_report(snapshot.report, series)


def _of_scores(snapshot: Snapshot, series: dict[str, str]) -> Iterator[Metric]:
    """The scores, under the names they are shown by; one that could not be judged has no sample."""
    assert snapshot.report is not None
    named = [
        ({**series, "score": name}, score)
        for (name, _), score in zip(snapshot.run.scores, snapshot.report.scores, strict=True)
    ]
    points = [(labels, float(score.value)) for labels, score in named if score.value is not None]
    yield "fhircheck_score", "Score of 0 to 100.", points
    coverage = [(labels, float(score.coverage)) for labels, score in named]
    yield "fhircheck_score_coverage_ratio", "Share of a score's weights that could be judged.", coverage


def _of_report(report: RunReport, series: dict[str, str]) -> Iterator[Metric]:
    """The metrics of what was found; a score or share that could not be judged has no sample."""

    def by(**labels: str) -> dict[str, str]:
        return {**series, **labels}

    yield (
        "fhircheck_measure_ratio",
        "Share of items that pass a measure.",
        [(by(measure=each.name), float(each.share)) for each in report.measures if each.share is not None],
    )
    yield (
        "fhircheck_issues",
        "Findings by severity and kind.",
        [(by(severity=severity, kind=kind), count) for severity, kind, count in report.totals],
    )
    yield (
        "fhircheck_resources",
        "Resources that were checked.",
        [(by(type=name), all_) for name, all_, _ in report.resources],
    )
    yield (
        "fhircheck_resources_invalid",
        "Resources with an error.",
        [(by(type=name), bad) for name, _, bad in report.resources],
    )
    yield "fhircheck_records_unreadable", "Records that could not be read.", [(series, report.sources.unreadable)]
    if report.coverage is not None:
        yield "fhircheck_coverage_ratio", "Share of checks that could be decided.", [(series, float(report.coverage))]
    if report.history is not None:
        changes = Counter(each.kind for each in report.history.changes if each.alarming)
        text = "Alarming changes of the latest run by kind."
        yield "fhircheck_changes_alarming", text, [(by(kind=kind), count) for kind, count in sorted(changes.items())]
        states = Counter(each.state for each in report.states)
        text = "Fingerprints of findings by what was answered."
        yield "fhircheck_findings_answered", text, [(by(state=each), states[each]) for each in STATES]


def _seconds(started: str) -> float:
    try:
        return datetime.fromisoformat(started).timestamp()
    except ValueError:
        return math.nan


def _written(name: str, text: str, samples: Iterable[Sample]) -> str:
    lines = [f"# HELP {name} {_help(text)}", f"# TYPE {name} gauge"]
    lines += [f"{name}{_labels(labels)} {_number(value)}" for labels, value in samples]
    return "\n".join(lines) + "\n" if len(lines) > 2 else ""


def _help(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _labels(labels: Mapping[str, str]) -> str:
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(value: str) -> str:
    """A label's value: backslash, quote and line feed escaped; what is no UTF-8 replaced."""
    plain = value.encode("utf-8", "replace").decode()
    return plain.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: int | float) -> str:
    if isinstance(value, float) and math.isnan(value):
        return "NaN"
    return repr(value)
