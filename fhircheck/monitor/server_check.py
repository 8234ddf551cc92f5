"""The servers among a job's sources judged beside their data, and their interfaces compared with an earlier run's."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from fhircheck.model.change import Change
from fhircheck.model.job import Job
from fhircheck.monitor.job_reading import is_url
from fhircheck.sources.service_base import service_base

Server = dict[str, Any]
"""A judged server, in the form of server_report.schema.json."""


def server_bases(job: Job) -> list[str]:
    """The servers of a job, each once."""
    return list(dict.fromkeys(service_base(each) for each in job.sources if is_url(each)))


def judged_server(job: Job, base: str, now: Any) -> Server:
    """The server at `base`. Raises UsageError, and CouldNotCheck where it gives no CapabilityStatement."""
    from fhircheck.probe.judging import ServerOptions, judge_server
    from fhircheck.probe.server_form import server_json_text

    asked, options = job.server, dict(job.options)
    assert asked is not None
    report = judge_server(
        ServerOptions(
            base,
            against=asked.against,
            probes=asked.probes,
            only=asked.only,
            other_hosts=asked.other_hosts,
            max_requests=asked.max_requests,
            packages=options.get("packages", ()),
            package_cache=options.get("package_cache"),
            registries=options.get("registries", ()),
            connection=job.connection,
            now=now,
        )
    )
    found: Server = json.loads(server_json_text(report))
    return found


def interface_changes(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> tuple[Change, ...]:
    """What has changed about the servers of two runs (their documents); nothing where one of them judged none."""
    known = {each["server"]["base"]: each for each in (before or {}).get("servers") or ()}
    found = (_changes(known[each["server"]["base"]], each) for each in after.get("servers") or ()
             if each["server"]["base"] in known)  # fmt: skip
    return tuple(change for changes in found for change in changes)


def _changes(before: Server, after: Server) -> Iterator[Change]:
    from fhircheck.probe.server_changes import server_changes

    base = after["server"]["base"]
    for each in server_changes(before, after):
        was, now = each.before or None, each.after or None
        yield Change("interface", each.about, was, now, each.breaking, each.how, group=base)
