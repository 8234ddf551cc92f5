"""The whole flow in one function: sources -> definitions -> check -> resolve -> measure -> score -> RunReport."""

import os
import platform
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from fhircheck import __version__
from fhircheck.distribute import executor_for
from fhircheck.distribute.joining import joining
from fhircheck.first_pass import checked, decisions_of, given_up
from fhircheck.judge import judge_apart, judge_whole
from fhircheck.model.action import Action
from fhircheck.model.connection import DEFAULT_CONNECTION, Connection
from fhircheck.model.errors import UsageError
from fhircheck.model.facts import Partial
from fhircheck.model.issue import Issue, params
from fhircheck.model.measure_options import DEFAULT_MEASURE_OPTIONS, MeasureOptions
from fhircheck.model.plural import filled
from fhircheck.model.report import RunHeader, RunReport
from fhircheck.model.row_memory import limited_rows
from fhircheck.model.settings import AcceptedIssue, CheckSettings, UnknownProfile
from fhircheck.model.spark_options import DEFAULT_SPARK_OPTIONS, SparkOptions
from fhircheck.prepared import Prepared, asked_of, prepared
from fhircheck.resolve.baseline import Baseline, load_baseline
from fhircheck.summary import build_report
from fhircheck.validate.decisions import Decisions
from fhircheck.validate.fhir_version import KIND as FHIR_VERSION
from fhircheck.validate.fhir_version import NAMES

if TYPE_CHECKING:
    from fhircheck.model.census import Census
    from fhircheck.resolve.split import Split
    from fhircheck.sources import ReadOptions
    from fhircheck.use_cases.usable import UsableFile

Sink = Callable[[list[Issue]], None]
SplitBy = Literal["record", "patient"]
Guard = Callable[[Iterator[Partial]], Iterator[Partial]]
_NOT_READ = (
    "rubric {name}: {count} of its criteria {count:has no counterpart here and does|have no counterpart here and do}"
    " not count (fhircheck rubric show lists them)"
)


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a run is asked for; every front end (command line, library, job file) fills in one of these.

    sources: files, folders, globs, ``-`` (standard input) or URLs.
    profiles: canonical URLs or files every resource of their type is checked against.
    packages: ``name#version`` or paths of FHIR packages (.tgz or folder), beside the embedded R4 core.
    jobs: processes; 0 = one for each processor. sample: check only so many records (chosen by hash).
    memory_limit: bytes that identities, references and rows about patients may hold; more goes to the temporary folder.
    measure: also measure and score (``check``), or only validate.
    rubric: name of a shipped rubric or path of a TOML file.
    fail_on: least severity that makes exit code 1. min_score, min_coverage: percent.
    terminology_server: FHIR base URL of the server asked about codes that no package decides.
    connection: how the servers among the sources are spoken to.
    settings: how to judge: a TOML file or CheckSettings; unknown_profile goes before what it says.
    accept: TOML files of accepted issues; accepted: more of them, out of the answers in the history.
    baseline: report or findings of an earlier run.
    write_valid, write_invalid: NDJSON files records are sent to; split_by: each by itself, or with all of
    their patient. measures: what the measures are asked for.
    server_report: what ``fhircheck server --save`` wrote about the server the data is from; part of the scores.
    use_cases: names of ours, files or canonicals of FHIR Libraries. write_usable: NDJSON file, or folder,
    that what counted for the usable patients of the (one) use case is written to.
    since: only what was changed from this moment on (ISO 8601 with offset), as far as sources tell; empty for all.
    engine: who reads and checks: this machine, or Spark's executors. spark: how Spark is used.
    guard: hands on what is checked until time is up; None for no end. What it leaves out is missing from the report.
    now: the moment the data is judged at (a parameter, so that runs repeat).
    progress: called with (records, bytes) so far.
    """

    sources: tuple[str, ...]
    profiles: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    package_cache: str | None = None
    registries: tuple[str, ...] = ()
    offline: bool = False
    jobs: int = 1
    memory_limit: int | None = None
    sample: int | None = None
    measure: bool = True
    rubric: str = "fhircheck"
    fail_on: Literal["error", "warning", "never"] = "error"
    min_score: Fraction | None = None
    min_coverage: Fraction | None = None
    settings: str | CheckSettings | None = None
    unknown_profile: UnknownProfile | None = None
    terminology_server: str = ""
    connection: Connection = DEFAULT_CONNECTION
    accept: tuple[str, ...] = ()
    accepted: tuple[AcceptedIssue, ...] = ()
    baseline: str | None = None
    write_valid: str | None = None
    write_invalid: str | None = None
    split_by: SplitBy = "record"
    measures: MeasureOptions = DEFAULT_MEASURE_OPTIONS
    server_report: str | None = None
    use_cases: tuple[str, ...] = ()
    write_usable: str | None = None
    since: str = ""
    engine: Literal["local", "spark"] = "local"
    spark: SparkOptions = DEFAULT_SPARK_OPTIONS
    guard: Guard | None = None
    now: datetime | None = None
    progress: Callable[[int, int], None] | None = None


def run(options: RunOptions, sink: Sink | None = None) -> RunReport:
    """Run the whole flow. `sink` gets all findings, in the data's order, a list at a time.

    Raises UsageError for wrong options and CouldNotCheck for a source, package or profile that was
    asked for and is unusable. Bad data does not raise.
    """
    with limited_rows(options.memory_limit):
        return _run(options, sink)


def _run(options: RunOptions, sink: Sink | None) -> RunReport:
    from fhircheck.sources import ReadOptions

    clock = time.monotonic()
    asked = asked_of(options)
    options = asked.options
    baseline = load_baseline(options.baseline) if options.baseline is not None else None
    reading = ReadOptions(
        sample=options.sample,
        offline=options.offline,
        connection=options.connection,
        own_process=True,
        since=options.since,
    )
    keep = sink is not None or baseline is not None
    executor, jobs = executor_for(options.jobs, options.engine)
    merged = Partial()
    with (
        opened(options, reading) as (chunks, hand_over),
        merged.links,
        _split(options) as split,
        _usable(options) as usable,
    ):
        ready = prepared(asked, keep=keep)
        findings = Findings(sink, baseline, decisions_of(asked.settings, asked.started))
        partials = checked(executor, ready.plan, chunks, jobs, findings.decisions)
        partials = options.guard(partials) if options.guard is not None else partials
        _merge(partials, merged, findings, (split, usable), options.progress)
        hand_over(merged)
        with joining(jobs):
            report = reported(ready, merged, findings, clock, jobs, usable)
        written = split.finish(merged.unwritten) if split is not None else None
    known = baseline.summary() if baseline is not None else None
    borne = report.borne + (baseline.errors if baseline is not None else 0)
    return replace(report, split=written, baseline=known, borne=borne)


@contextmanager
def opened(options: RunOptions, reading: "ReadOptions") -> Iterator[tuple[Any, Callable[[Partial], None]]]:
    """What the executor reads, and what puts tables into the merged Partial that did not come with it."""
    if options.engine == "spark":
        from fhircheck.distribute.spark_run import SparkSources

        with closing(SparkSources(options.sources, reading, options.spark, given_up)) as sources:
            yield sources, sources.hand_over
        return
    from fhircheck.sources import open_sources

    yield open_sources(options.sources, reading), lambda merged: None


def reported(
    ready: Prepared,
    merged: Partial,
    findings: "Findings",
    clock: float,
    jobs: int,
    usable: "UsableFile | None" = None,
) -> RunReport:
    """The report of all that was merged: judged, scored, with what to do first. clock: when the run began (monotonic).

    What is said once of all data (FHIR versions) is handed to `findings` and merged; sources apart are used up.
    """
    asked, options = ready.asked, ready.asked.options
    rubric, definitions, started = asked.rubric, ready.definitions, ready.plan.now
    report_versions(merged, findings)
    measures, scores, cases = judge_whole(merged, rubric, options, definitions, ready.plan, usable, asked.exchange)
    groups, pairs = judge_apart(merged, rubric, options, definitions, started)
    header = RunHeader(__version__, started.isoformat(), time.monotonic() - clock, jobs, platform.python_version())
    report = build_report(header, options, merged, definitions, measures, scores, asked.settings)
    if rubric is not None and rubric.not_read:
        report = replace(
            report, notes=(*report.notes, filled(_NOT_READ, {"name": rubric.name, "count": len(rubric.not_read)}))
        )
    return replace(
        report,
        actions=_actions(report, rubric, cases),
        groups=groups,
        pairs=pairs,
        use_cases=cases,
        census=_census(options, merged),
    )


class Findings:
    """Where findings go: what the baseline knows is taken out, the rest goes to the sink."""

    def __init__(self, sink: Sink | None, baseline: Baseline | None, decisions: Decisions) -> None:
        self.sink = sink
        self.baseline = baseline
        self.decisions = decisions

    def take(self, partial: Partial) -> None:
        """Hand on the findings of `partial`, which keeps only what is new in its counts."""
        if self.baseline is not None:
            self.baseline.reduce(partial)
        if self.sink is not None and partial.issues:
            self.sink(partial.issues)
        partial.issues = []


@contextmanager
def _split(options: RunOptions) -> "Iterator[Split | None]":
    """The files of a split, which are put in place by its end and left alone where the run fails."""
    if not (options.write_valid or options.write_invalid):
        yield None
        return
    from fhircheck.resolve.split import Split

    read = {os.path.realpath(each) for each in options.sources}
    for each in filter(None, (options.write_valid, options.write_invalid)):
        if os.path.realpath(each) in read:
            raise UsageError(f"{each}: is read and cannot be written in the same run")
    split = Split(options.write_valid, options.write_invalid, options.split_by)
    try:
        yield split
    except BaseException:
        split.discard()
        raise


def _merge(
    partials: Iterable[Partial],
    merged: Partial,
    findings: Findings,
    writers: "tuple[Split | None, UsableFile | None]",
    progress: Callable[[int, int], None] | None,
) -> None:
    """Merge what the chunks gave, in their order; findings and records are handed on and not kept."""
    for partial in partials:
        findings.take(partial)
        split, usable = writers
        if split is not None:
            split.take(partial.lines)
            partial.lines = []
        if usable is not None:
            usable.take(partial.usable)
            partial.usable = []
        merged.merge(partial)
        if progress is not None:
            progress(merged.records, merged.bytes)


def report_versions(merged: Partial, findings: Findings) -> None:
    """Say once for each source that it holds data of another FHIR version."""
    for (_, version), (count, place, evidence) in sorted(merged.versions.items(), key=lambda each: each[1][1]):
        shown = params(version=NAMES.get(version, version), evidence=evidence, count=count)
        issue = Issue(FHIR_VERSION.name, FHIR_VERSION.severity, place, shown)
        found = Partial()
        found.issues = findings.decisions.judge([issue], found.decisions)
        found.decisions.see(found.issues)
        found.groups.add(found.issues)
        findings.take(found)
        merged.merge(found)


def _actions(report: RunReport, rubric: Any, cases: Any) -> tuple[Action, ...]:
    """What to fix first, as far as the rubric tells."""
    if rubric is None:
        return ()
    from fhircheck.score import what_to_fix

    return what_to_fix(report.measures, rubric, report.issues, cases)


def _census(options: RunOptions, merged: Partial) -> "Census | None":
    """What the data is made of, where it is measured."""
    if not options.measure:
        return None
    from fhircheck.measures.census import census_of

    return census_of(merged.census, options.measures.smallest_cell)


def _usable(options: RunOptions) -> "AbstractContextManager[UsableFile | None]":
    """The file of usable resources, which is put in place by its end and left alone where the run fails."""
    if options.write_usable is None:
        return nullcontext()
    from fhircheck.use_cases.usable import usable_file

    return usable_file(options.write_usable, options.sources)
