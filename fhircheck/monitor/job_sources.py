"""The sources of a job made ready to be read: servers exported where that is asked for, and when they are read."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from fhircheck.model.connection import Connection
from fhircheck.model.errors import FhircheckError, UsageError
from fhircheck.model.job import Job, JobBulk
from fhircheck.monitor.job_reading import below, is_url
from fhircheck.monitor.log import EventLog
from fhircheck.sources.bulk_request import ExportRequest


@dataclass(frozen=True, slots=True)
class ReadySources:
    """names: as they are read; none where exports brought nothing new. since: for what is read here, not exported.

    until: the moment up to which all is read, by the sources' own clocks (ISO 8601); empty where that is not known.
    """

    names: tuple[str, ...]
    since: str
    until: str


def request_of(bulk: JobBulk, since: str = "") -> ExportRequest:
    """The `$export` that the table [bulk] means."""
    level = "group" if bulk.group else bulk.level
    return ExportRequest(level, bulk.group, bulk.types, since, bulk.type_filters, bulk.elements, post=bulk.post)


@contextmanager
def ready_sources(job: Job, since: str, state: Path, log: EventLog) -> Iterator[ReadySources]:
    """The sources while they are read. since: only what was changed from then on. state: folder for exports.

    Exports are removed afterwards, unless the job keeps them. Raises what fetching raises.
    """
    moments, names, exports = [], [], []
    clock = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        for number, name in enumerate(job.sources, 1):
            if not is_url(name):
                names.append(name)
                moments.append(clock)
            elif job.bulk is None:
                names.append(name)
                moments.append(server_clock(name, job.connection))
            else:
                out = _place(job, number, state)
                exports.append(out)
                until, empty = _export(job, name, out, since, log)
                moments.append(until)
                names += [] if empty and since and until else [str(out)]
        until = min(moments, key=datetime.fromisoformat) if all(moments) else ""
        yield ReadySources(tuple(names), since if not exports else "", until)
    finally:
        if job.bulk is not None and not job.bulk.folder:
            for out in exports:
                shutil.rmtree(out, ignore_errors=True)


def server_clock(url: str, connection: Connection) -> str:
    """The time of the server at `url`, by its own clock; empty where it does not say. Reading will tell of faults."""
    from fhircheck.sources.search_page import HEADERS, SearchPage
    from fhircheck.sources.search_reading import server_time
    from fhircheck.sources.service_base import service_base
    from fhircheck.transport.http import HttpClient, ServerFault

    base = service_base(url)
    try:
        with HttpClient(connection, base) as client:
            found = server_time(SearchPage(client.get(f"{base}/metadata", HEADERS)))
        return found if found and datetime.fromisoformat(found).tzinfo else ""
    except (ServerFault, FhircheckError, ValueError):
        return ""


def _place(job: Job, number: int, state: Path) -> Path:
    """Where the export of a server goes; always the same place, so that one that was stopped is gone on with."""
    assert job.bulk is not None
    if job.bulk.folder:
        moment = datetime.now().astimezone().strftime("%Y-%m-%dT%H%M%S")
        return Path(below(job.folder, job.bulk.folder)) / f"{job.name}-{moment}-{number}"
    return state / "exports" / job.name / str(number)


def _export(job: Job, url: str, out: Path, since: str, log: EventLog) -> tuple[str, bool]:
    """Export the server at `url` into `out`: its transactionTime, empty where something is missing; whether it holds
    nothing."""
    from fhircheck.fetch.bulk import BulkOptions
    from fhircheck.fetch.bulk_fetching import fetch_bulk
    from fhircheck.fetch.fetching import FetchOptions
    from fhircheck.transport.http_url import redacted

    assert job.bulk is not None
    out.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.rmtree(out, ignore_errors=True)  # left by a run that was killed while it checked
    shown = redacted(url)
    log.event("export-started", server=shown, since=since or None)
    bulk = BulkOptions(job.connection, job.bulk.keep_export, job.bulk.token_for)
    options = FetchOptions(job.connection, partial=True, tell=lambda line: log.event("note", note=line))
    request = request_of(job.bulk, since)
    try:
        manifest = fetch_bulk(url, str(out), request, bulk, options)
    except UsageError:  # an unfinished export of something else is there: of another day, or before the job changed
        manifest = fetch_bulk(url, str(out), request, bulk, replace(options, restart=True))
    resources = sum(each.get("count", 0) for each in manifest.get("output", ()))
    log.event(
        "export-finished",
        server=shown,
        resources=resources,
        bytes=sum(each.get("bytes", 0) for each in manifest.get("output", ())),
        complete=bool(manifest["complete"]),
    )
    return str(manifest.get("transactionTime", "")) if manifest["complete"] else "", not resources
