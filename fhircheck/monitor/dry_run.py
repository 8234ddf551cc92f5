"""What a run of a job would do, a line each; nothing is read from servers, written or locked."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from fhircheck.model.errors import CouldNotCheck
from fhircheck.model.job import Job
from fhircheck.monitor.job_reading import is_url
from fhircheck.monitor.output_path import filled
from fhircheck.monitor.run_job import RunAsked
from fhircheck.monitor.since_last import Increment, chosen, series_of
from fhircheck.monitor.spans import said
from fhircheck.transport.http_url import shown


def plan_lines(job: Job, asked: RunAsked) -> Iterator[str]:
    """The lines. The history is read where there is one. Raises UsageError for a place that makes no sense."""
    now = asked.now or datetime.now(UTC)
    store, increment = _history(job, asked, now)
    yield f"job         {job.name}"
    for name in job.sources:
        how = "" if not is_url(name) else "  by Bulk Data export" if job.bulk else "  by searches"
        yield f"read        {shown(name)}{how}"
    if job.connection.sign_in != "none":
        yield f"sign in     {job.connection.sign_in}, secret at {job.connection.secret}"
    scope = "all" if increment.scope == "all" else f"what has changed since {increment.since}"
    yield f"scope       {scope}" + (f"  ({increment.reason})" if job.increment else "")
    if job.deadline:
        yield f"deadline    {said(job.deadline)}"
    yield from _judging(job)
    if job.server is not None:
        probes = "with probes" if job.server.probes else "without probes"
        yield from (f"judge       {shown(name)}  {probes}" for name in job.sources if is_url(name))
    yield f"remember    {series_of(job.name, increment.scope)} in {store}" if job.history else "remember    nothing"
    for each in job.outputs:
        yield f"write       {filled(each.path, job.name, now, job.folder)}  {each.format}, {each.language}"
    for receiver in job.alerts:
        yield f"tell        {receiver.get('name') or receiver.get('type', 'receiver')}"


def _judging(job: Job) -> Iterator[str]:
    options = dict(job.options)
    for word, name in (("package", "packages"), ("profile", "profiles"), ("use case", "use_cases")):
        yield from (f"{word:<11} {each}" for each in options.get(name, ()))
    yield f"rubric      {options.get('rubric', 'fhircheck')}"
    limits = job.thresholds
    yield f"fail on     {limits.fail_on}"
    for score, least in limits.min_score:
        yield f"least       {score or 'every score'} {float(least):g}"
    if limits.min_coverage is not None:
        yield f"least       coverage {float(limits.min_coverage):g} %"


def _history(job: Job, asked: RunAsked, now: datetime) -> tuple[str, Increment]:
    """The history as it may be shown, and what would be read."""
    if job.history is None:
        return "", chosen(job, None, now, asked.whole)
    from fhircheck.history.place import store_place
    from fhircheck.history.store import Store

    place = store_place(job.history.store, job.history.password)
    store: Any = None
    try:
        store = Store.open(job.history.store, job.history.password, make=False)
        return place.shown, chosen(job, store, now, asked.whole)
    except CouldNotCheck:
        reason = "first-run" if place.path is not None and not place.path.exists() else "no-history"
        return place.shown, Increment("all", "", reason if job.increment else "asked")
    finally:
        if store is not None:
            store.close()
