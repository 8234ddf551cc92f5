"""The whole flow in one function: sources -> definitions -> check -> resolve -> measure -> score -> RunReport."""

import platform
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

from jiter import from_json

from fhircheck import __version__
from fhircheck.definitions.definition_set import DefinitionSet, load_definitions
from fhircheck.distribute import executor_for
from fhircheck.first_pass import Plan, first_pass, linker_for
from fhircheck.model.errors import DefinitionUnusable, UsageError
from fhircheck.model.facts import Partial
from fhircheck.model.issue import Issue, params
from fhircheck.model.report import MeasureResult, RunHeader, RunReport, Score
from fhircheck.summary import build_report
from fhircheck.validate.fhir_version import KIND as FHIR_VERSION
from fhircheck.validate.fhir_version import NAMES

Sink = Callable[[list[Issue]], None]


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
    definitions, asked = _definitions(options)
    executor, jobs = executor_for(options.jobs)
    plan = Plan(definitions.recipe(), asked, options.measure, sink is not None, started)
    chunks = open_sources(options.sources, ReadOptions(sample=options.sample, offline=options.offline))
    merged = Partial()
    with merged.links:
        _merge(executor.run(first_pass, plan, chunks, jobs), merged, sink, options.progress)
        _report_versions(merged, sink)
        measures, scores = _judge(merged, rubric, options, definitions)
    header = RunHeader(__version__, started.isoformat(), time.monotonic() - clock, jobs, platform.python_version())
    return build_report(header, options, merged, definitions, measures, scores)


def _definitions(options: RunOptions) -> tuple[DefinitionSet, tuple[str, ...]]:
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
    for url in asked:
        linked = linker.profile(url)
        if linked is None:
            raise DefinitionUnusable(
                f"profile {url} is in none of the loaded packages: name its package with --package"
            )
        if linked.compiled is None:
            raise DefinitionUnusable(linked.fault)
    return definitions, asked


def _profile_file(path: str) -> dict[str, Any]:
    """A StructureDefinition out of a file. Raises UsageError where it is none."""
    try:
        resource = from_json(Path(path).read_bytes(), float_mode="decimal")
    except OSError as fault:
        raise UsageError(f"--profile {path}: {fault.strerror or 'cannot be read'}") from fault
    except ValueError as fault:
        raise UsageError(f"--profile {path}: not JSON ({fault})") from fault
    if (
        not isinstance(resource, dict)
        or resource.get("resourceType") != "StructureDefinition"
        or not resource.get("url")
    ):
        raise UsageError(f"--profile {path}: not a StructureDefinition with a url")
    return resource


def _merge(
    partials: Iterable[Partial], merged: Partial, sink: Sink | None, progress: Callable[[int, int], None] | None
) -> None:
    """Merge what the chunks gave, in their order; findings go to the sink and are not kept."""
    for partial in partials:
        if sink is not None and partial.issues:
            sink(partial.issues)
        partial.issues = []
        merged.merge(partial)
        if progress is not None:
            progress(merged.records, merged.bytes)


def _report_versions(merged: Partial, sink: Sink | None) -> None:
    """Say once for each source that it holds data of another FHIR version."""
    for (_, version), (count, place, evidence) in sorted(merged.versions.items(), key=lambda each: each[1][1]):
        shown = params(version=NAMES.get(version, version), evidence=evidence, count=count)
        issue = Issue(FHIR_VERSION.name, FHIR_VERSION.severity, place, shown)
        merged.groups.add([issue])
        if sink is not None:
            sink([issue])


def _rubric(options: RunOptions) -> Any:
    if not options.measure:
        return None
    from fhircheck.score import load_rubric

    return load_rubric(options.rubric)


def _judge(
    merged: Partial, rubric: Any, options: RunOptions, definitions: DefinitionSet
) -> tuple[tuple[MeasureResult, ...], tuple[Score, ...]]:
    """Measures over all that was merged, and the scores of the rubric."""
    if not options.measure:
        return (), ()
    from fhircheck.measures import judge_measures
    from fhircheck.score import score

    measures = judge_measures(merged.tallies, merged.links, options.sample is not None, definitions)
    return measures, score(measures, rubric)
