"""The servers among a job's sources, judged beside their data."""

import json
from typing import Any

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
