"""The whole flow in one function: sources -> definitions -> check -> resolve -> measure -> score -> RunReport."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Literal

from fhircheck.model.issue import Issue
from fhircheck.model.report import RunReport

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
    """Run the whole flow. `sink` gets all findings, in the data's order, a list at a time."""
    raise NotImplementedError
