"""The whole flow in one function: sources -> definitions -> check -> resolve -> measure -> score -> RunReport."""

import os
import platform
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from jiter import from_json

from fhircheck import __version__
from fhircheck.definitions.definition_set import DefinitionSet, load_definitions
from fhircheck.distribute import executor_for
from fhircheck.first_pass import Plan, decisions_of, first_pass, linker_for
from fhircheck.judge import judge_apart, judge_whole
from fhircheck.model.action import Action
from fhircheck.model.connection import DEFAULT_CONNECTION, Connection
from fhircheck.model.errors import DefinitionUnusable, SecretExposed, UsageError
from fhircheck.model.facts import Partial
from fhircheck.model.issue import Issue, params
from fhircheck.model.measure_options import DEFAULT_MEASURE_OPTIONS, MeasureOptions
from fhircheck.model.report import MeasureResult, RunHeader, RunReport
from fhircheck.model.settings import DEFAULT_SETTINGS, AcceptedIssue, CheckSettings, UnknownProfile
from fhircheck.resolve.baseline import Baseline, load_baseline
from fhircheck.summary import build_report
from fhircheck.transport.http_url import shown
from fhircheck.transport.xml_reader import is_xml
from fhircheck.validate.decisions import Decisions
from fhircheck.validate.fhir_version import KIND as FHIR_VERSION
from fhircheck.validate.fhir_version import NAMES

if TYPE_CHECKING:
    from fhircheck.model.census import Census
    from fhircheck.resolve.split import Split
    from fhircheck.use_cases.requirement import UseCase
    from fhircheck.use_cases.usable import UsableFile

Sink = Callable[[list[Issue]], None]
SplitBy = Literal["record", "patient"]
Guard = Callable[[Iterator[Partial]], Iterator[Partial]]


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a run is asked for; every front end (command line, library, job file) fills in one of these.

    sources: files, folders, globs, ``-`` (standard input) or URLs.
    profiles: canonical URLs or files every resource of their type is checked against.
    packages: ``name#version`` or paths of FHIR packages (.tgz or folder), beside the embedded R4 core.
    jobs: processes; 0 = one for each processor. sample: check only so many records (chosen by hash).
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
    use_cases: names of ours, files or canonicals of FHIR Libraries. write_usable: NDJSON file that what counted for the
    usable patients of the (one) use case is written to.
    since: only what was changed from this moment on (ISO 8601 with offset), as far as sources tell; empty for all.
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
    guard: Guard | None = None
    now: datetime | None = None
    progress: Callable[[int, int], None] | None = None


def run(options: RunOptions, sink: Sink | None = None) -> RunReport:
    """Run the whole flow. `sink` gets all findings, in the data's order, a list at a time.

    Raises UsageError for wrong options and CouldNotCheck for a source, package or profile that was
    asked for and is unusable. Bad data does not raise.
    """
    from fhircheck.sources import ReadOptions, open_sources

    started, clock = options.now or datetime.now(UTC), time.monotonic()
    rubric = _rubric(options)
    options, settings = with_settings(options)
    exchange = _exchange(options)
    baseline = load_baseline(options.baseline) if options.baseline is not None else None
    reading = ReadOptions(
        sample=options.sample,
        offline=options.offline,
        connection=options.connection,
        own_process=True,
        since=options.since,
    )
    chunks = open_sources(options.sources, reading)
    definitions, asked = definitions_of(options, settings)
    use_cases = _use_cases(options, definitions)
    executor, jobs = executor_for(options.jobs)
    splits = bool(options.write_valid or options.write_invalid)
    keep = sink is not None or baseline is not None
    plan = Plan(
        definitions.recipe(),
        asked,
        options.measure,
        keep,
        started,
        settings,
        options.split_by if splits else "",
        options.measures,
        tuple(map(shown, options.sources)),
        use_cases,
        options.write_usable is not None,
    )
    merged = Partial()
    with merged.links, _split(options) as split, _usable(options) as usable:
        findings = Findings(sink, baseline, decisions_of(settings, started))
        partials = executor.run(first_pass, plan, chunks, jobs)
        partials = options.guard(iter(partials)) if options.guard is not None else partials
        _merge(partials, merged, findings, (split, usable), options.progress)
        _report_versions(merged, findings)
        measures, scores, cases = judge_whole(merged, rubric, options, definitions, plan, usable, exchange)
        groups, pairs = judge_apart(merged, rubric, options, definitions, started)
        written = split.finish(merged.unwritten) if split is not None else None
    header = RunHeader(__version__, started.isoformat(), time.monotonic() - clock, jobs, platform.python_version())
    report = build_report(header, options, merged, definitions, measures, scores, settings)
    if rubric is not None and rubric.not_read:
        unread = (
            f"rubric {rubric.name}: {len(rubric.not_read)} of its criteria have no counterpart here and do not count"
        )
        report = replace(report, notes=(*report.notes, f"{unread} (fhircheck rubric show lists them)"))
    known = baseline.summary() if baseline is not None else None
    borne = report.borne + (baseline.errors if baseline is not None else 0)
    actions = _actions(report, rubric, cases)
    report = replace(
        report, actions=actions, groups=groups, pairs=pairs, use_cases=cases, census=_census(options, merged)
    )
    return replace(report, split=written, baseline=known, borne=borne)


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


def with_settings(options: RunOptions) -> tuple[RunOptions, CheckSettings]:
    """The settings of a run, and the options with the packages and profiles that a settings file names.

    Raises UsageError for a file that is missing or wrong.
    """
    if isinstance(options.settings, str):
        from fhircheck.validate.settings_file import load_settings

        job = load_settings(options.settings)
        settings = job.check
        packages = tuple(dict.fromkeys((*options.packages, *job.packages)))
        profiles = tuple(dict.fromkeys((*options.profiles, *job.profiles)))
        connection = options.connection.completed(dict(job.connection))
        options = replace(options, packages=packages, profiles=profiles, connection=connection)
    else:
        settings = options.settings or DEFAULT_SETTINGS
    _check_connection(options)
    if options.terminology_server:
        settings = replace(settings, terminology_server=options.terminology_server)
    if settings.terminology_server and not settings.terminology_server.startswith(("http://", "https://")):
        raise UsageError("a terminology server is named by a URL that begins with http:// or https://")
    if settings.terminology_server and options.offline:
        raise UsageError("a terminology server is named, but the run is offline: leave one of the two out")
    if options.unknown_profile is not None:
        settings = replace(settings, unknown_profile=options.unknown_profile)
    if options.accept:
        from fhircheck.validate.settings_file import load_accepted

        more = tuple(entry for each in options.accept for entry in load_accepted(each))
        settings = replace(settings, accepted=(*settings.accepted, *more))
    if options.accepted:
        settings = replace(settings, accepted=(*settings.accepted, *options.accepted))
    return options, settings


def _check_connection(options: RunOptions) -> None:
    """Raises UsageError where the connection's settings do not fit together, or its credentials to the sources."""
    if options.connection == DEFAULT_CONNECTION:
        return
    from fhircheck.transport.auth.checks import check_connection, check_one_server, remarks

    check_connection(options.connection)
    check_one_server(options.connection, [each for each in options.sources if each.lower().startswith("http")])
    for line in remarks(options.connection):
        warnings.warn(line, SecretExposed, stacklevel=2)


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


def definitions_of(options: RunOptions, settings: CheckSettings) -> tuple[DefinitionSet, tuple[str, ...]]:
    """The definitions of a run and the canonicals of the profiles asked for, which must be usable."""
    files = [each for each in options.profiles if not each.startswith(("http://", "https://", "urn:"))]
    loose = {each: _profile_file(each) for each in files}
    definitions = load_definitions(
        options.packages,
        package_cache=options.package_cache,
        registries=options.registries,
        offline=options.offline,
        loose=loose.values(),
    )
    asked = tuple(dict.fromkeys(loose[each]["url"] if each in loose else each for each in options.profiles))
    linker = linker_for(definitions, lambda reason, detail: None)
    mapped = (url for each in settings.mapped for url in each.profiles)
    for url in dict.fromkeys((*asked, *mapped)):
        linked = linker.profile(url)
        if linked is None:
            raise DefinitionUnusable(
                f"profile {url} is in none of the loaded packages: name its package with --package"
            )
        if linked.compiled is None:
            raise DefinitionUnusable(linked.fault)
    return definitions, asked


def _profile_file(path: str) -> dict[str, Any]:
    """A StructureDefinition out of a file, JSON or XML. Raises UsageError where it is none."""
    try:
        data = Path(path).read_bytes()
        resource = _from_xml(data) if is_xml(data) else from_json(data, float_mode="decimal")
    except OSError as fault:
        raise UsageError(f"--profile {path}: {fault.strerror or 'cannot be read'}") from fault
    except ValueError as fault:
        raise UsageError(f"--profile {path}: neither JSON nor XML ({fault})") from fault
    if (
        not isinstance(resource, dict)
        or resource.get("resourceType") != "StructureDefinition"
        or not resource.get("url")
    ):
        raise UsageError(f"--profile {path}: not a StructureDefinition with a url")
    return resource


def _from_xml(data: bytes) -> dict[str, Any] | None:
    from fhircheck.definitions.type_table import TypeTable
    from fhircheck.transport.record_reader import read_document

    return read_document(data, TypeTable(load_definitions(offline=True)))


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


def _report_versions(merged: Partial, findings: Findings) -> None:
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


def _rubric(options: RunOptions) -> Any:
    if not options.measure:
        return None
    from fhircheck.score import load_rubric

    return load_rubric(options.rubric)


def _actions(report: RunReport, rubric: Any, cases: Any) -> tuple[Action, ...]:
    """What to fix first, as far as the rubric tells."""
    if rubric is None:
        return ()
    from fhircheck.score import what_to_fix

    return what_to_fix(report.measures, rubric, report.issues, cases)


def _exchange(options: RunOptions) -> tuple[MeasureResult, ...]:
    """The result of the server the data is from, where there is one."""
    if options.server_report is None or not options.measure:
        return ()
    from fhircheck.score.outside import exchange_result

    return (exchange_result(options.server_report),)


def _census(options: RunOptions, merged: Partial) -> "Census | None":
    """What the data is made of, where it is measured."""
    if not options.measure:
        return None
    from fhircheck.measures.census import census_of

    return census_of(merged.census, options.measures.smallest_cell)


def _use_cases(options: RunOptions, definitions: DefinitionSet) -> "tuple[UseCase, ...]":
    """The use cases that were asked for. Raises UsageError where one makes no sense or is no use here."""
    if not options.use_cases and options.write_usable is None:
        return ()
    if not options.measure:
        raise UsageError("use cases are judged by check, not by validate")
    from fhircheck.use_cases.shipped import load_use_cases

    return load_use_cases(options.use_cases, definitions, only_one=options.write_usable is not None)


def _usable(options: RunOptions) -> "AbstractContextManager[UsableFile | None]":
    """The file of usable resources, which is put in place by its end and left alone where the run fails."""
    if options.write_usable is None:
        return nullcontext()
    from fhircheck.use_cases.usable import usable_file

    return usable_file(options.write_usable, options.sources)
