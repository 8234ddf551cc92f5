"""`since = "last"`: from which moment on a run reads, and whether a run may move that moment.

The moment is kept in the runs themselves (`sources.until`), by the clocks of the sources. Runs that read all and runs
that read what has changed are two series, since their figures cannot be compared.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Protocol

from fhircheck.model.job import Job
from fhircheck.model.report import RunReport
from fhircheck.transport.http_url import shown

Scope = Literal["all", "changes"]
Document = Mapping[str, Any]
MISSING = frozenset((
    "file-unreadable", "fetch-incomplete", "archive-broken", "archive-too-large", "archive-nested",
    "archive-member-refused", "archive-member-unreadable", "archive-unsupported", "server-resources-missing",
    "server-page-failed", "server-not-fhir", "server-answer-broken", "server-outcome-instead", "server-next-loop",
    "server-next-endless", "server-next-foreign", "server-page-limit", "server-declares-no-search",
    "bulk-export-failed", "bulk-manifest-unreadable", "bulk-file-missing", "bulk-file-short",
    "check-died",
))  # fmt: skip
"""Kinds of finding that mean: not all that was asked for was read."""


@dataclass(frozen=True, slots=True)
class Increment:
    """What a run reads. since: the moment, empty for all. reason: why, in kebab-case."""

    scope: Scope
    since: str
    reason: str


class Runs(Protocol):
    """What is asked of a history (fhircheck/history/store.py)."""

    def runs(self, series: str | None = None, last: int | None = None, *, good: bool = False) -> Any: ...

    def document(self, series: str, number: int) -> Document: ...


def series_of(name: str, scope: Scope) -> str:
    """The series that runs of a job are remembered in."""
    return name if scope == "all" else f"{name}-changes"


def chosen(job: Job, store: Runs | None, now: datetime, whole: bool = False) -> Increment:
    """What this run reads. whole: all is asked for. Raises StoreUnusable."""
    if job.increment is None:
        return Increment("all", "", "asked")
    if whole or store is None:
        return Increment("all", "", "asked" if whole else "no-history")
    last_whole = _last(store, series_of(job.name, "all"), job)
    if last_whole is None:
        return Increment("all", "", "first-run")
    changes = [
        each for each in _good(store, series_of(job.name, "changes")) if each.number and _is_after(each, last_whole)
    ]
    every = job.increment
    if every.whole_runs and len(changes) >= every.whole_runs - 1:
        return Increment("all", "", "whole-due")
    if every.whole_seconds and now - _moment(last_whole["header"]["started"]) >= timedelta(seconds=every.whole_seconds):
        return Increment("all", "", "whole-due")
    last = _last(store, series_of(job.name, "changes"), job)
    until = max(_moment(each["sources"]["until"]) for each in (last_whole, last) if each is not None)
    since = until - timedelta(seconds=every.overlap)
    return Increment("changes", since.isoformat(timespec="seconds"), "last-good-run")


def read_until(report: RunReport, until: str, ended: bool) -> str:
    """`until` where the run read all that it was asked for, else nothing: the next run begins where this one did.

    ended: whether the deadline ended the reading.
    """
    missing = any(kind in MISSING for _, kind, _ in report.totals)
    could = report.verdict.exit_code < 2
    return until if could and not ended and not missing and report.sources.sampled is None else ""


def _good(store: Runs, series: str) -> Any:
    return store.runs(series, last=200, good=True)


def _last(store: Runs, series: str, job: Job) -> Document | None:
    """The document of the last good run that read all it was asked for, of the same sources."""
    names = [shown(each) for each in job.sources]
    for each in reversed(_good(store, series)):
        document = store.document(series, each.number)
        sources = document["sources"]
        if sources["names"] != names:
            return None
        if sources.get("until"):
            return document
    return None


def _is_after(run: Any, document: Document) -> bool:
    return bool(_moment(run.started) > _moment(document["header"]["started"]))


def _moment(value: str | datetime) -> datetime:
    found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return found.astimezone(UTC)
