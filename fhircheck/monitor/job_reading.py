"""Plain data of a job file -> Job: what the values mean, where files are, and what does not fit together."""

import os
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path as FilePath
from typing import Any

from fhircheck.model.connection import DEFAULT_CONNECTION, Connection
from fhircheck.model.errors import UsageError
from fhircheck.model.job import (
    Job,
    JobBulk,
    JobDrift,
    JobHistory,
    JobIncrement,
    JobOutput,
    JobServer,
    JobThresholds,
)
from fhircheck.monitor.alerts.checks import alert_faults
from fhircheck.monitor.alerts.checks import below as alert_below
from fhircheck.monitor.job_file import JobText
from fhircheck.monitor.output_path import check_path
from fhircheck.monitor.spans import seconds_of
from fhircheck.report.endings import ENDINGS, form_of

SETTINGS = ("packages", "profiles", "check", "mapping", "dates", "validity", "severity", "connection")
JUDGING = ("check", "mapping", "dates", "validity", "severity", "connection")
OPTIONS = {
    "package_cache": "package_cache", "registries": "registries", "offline": "offline", "accept": "accept",
    "baseline": "baseline", "use_cases": "use_cases", "rubric": "rubric", "tables": "tables", "apart": "apart",
    "tx": "terminology_server", "jobs": "jobs", "sample": "sample", "server_report": "server_report",
    "memory_limit": "memory_limit",
    "write_valid": "write_valid", "write_invalid": "write_invalid", "split_by": "split_by",
    "write_usable": "write_usable",
}  # fmt: skip
"""Key of a job file -> keyword option of fhircheck.check."""
_FILES = frozenset(
    ("package_cache", "accept", "baseline", "tables", "server_report", "write_valid", "write_invalid", "write_usable")
)
_OPTION = re.compile(r"--([a-z]+(?:-[a-z]+)*)")


def job_of(text: JobText) -> Job | None:
    """The job, with `text.faults` for what makes no sense. The data has to fit the schema."""
    folder, data = str(FilePath(text.path).parent), text.data
    folder = "" if folder == "." else folder
    judged = _settings(text, folder)
    if text.faults or judged is None:
        return None
    job = Job(
        name=data["name"],
        sources=tuple(_sources(text, folder)),
        folder=folder,
        options=tuple(_options(data, folder, judged).items()),
        settings=judged.check,
        connection=_connection(text, dict(judged.connection), folder),
        thresholds=_thresholds(data.get("thresholds", {})),
        outputs=tuple(_outputs(text)),
        language=data.get("language", "en"),
        deadline=_seconds(data, "deadline"),
        increment=_increment(data) if data.get("since") else None,
        bulk=_of(JobBulk, data["bulk"]) if "bulk" in data else None,
        history=_history(data.get("history", {}), folder),
        drift=_drift(text, folder),
        server=_of(JobServer, data["server"]) if data.get("server", {"enabled": False}).get("enabled", True) else None,
        alerts=tuple(alert_below(each, folder) for each in data.get("alerts", ())),
        hash_ids=data.get("hash_ids", False),
    )
    _check(job, text)
    return job


def below(folder: str, path: str) -> str:
    """`path` as it is found from here: below the folder of the job file."""
    return os.path.join(folder, os.path.expanduser(path)) if folder else os.path.expanduser(path)


def is_url(name: str) -> bool:
    """Whether a source is a server."""
    return name.lower().startswith(("http://", "https://"))


def _settings(text: JobText, folder: str) -> Any:
    """How to judge: of the settings file, or of the same tables in the job file."""
    from fhircheck.validate.settings_file import load_settings, settings_of

    own = {name: text.data[name] for name in SETTINGS if name in text.data}
    if "settings" not in text.data:
        return text.trying((), settings_of, own, "job")
    twice = [name for name in JUDGING if name in own]
    if twice:
        text.fault((twice[0],), "stands in the settings file; leave out one of the two")
        return None
    found = text.trying(("settings",), load_settings, below(folder, text.data["settings"]))
    plain: dict[str, Any] = {name: own[name] for name in ("packages", "profiles") if name in own}
    return found and _with(found, settings_of(plain))


def _with(found: Any, more: Any) -> Any:
    from dataclasses import replace

    return replace(found, packages=(*more.packages, *found.packages), profiles=(*more.profiles, *found.profiles))


def _sources(text: JobText, folder: str) -> Iterator[str]:
    from fhircheck.transport.http_url import has_credentials

    for number, name in enumerate(text.data["sources"]):
        if name == "-":
            text.fault(("sources", number), "standard input is nothing that a scheduled check can read")
        elif is_url(name) and has_credentials(name):
            text.fault(("sources", number), "a user or password in a URL is not taken: name them in [connection]")
        yield name if is_url(name) else below(folder, name)


def _options(data: dict[str, Any], folder: str, judged: Any) -> dict[str, Any]:
    """Keyword options of fhircheck.check; files are named from here."""
    from fhircheck.score import RUBRICS
    from fhircheck.use_cases.shipped import shipped_names

    found = {option: data[key] for key, option in OPTIONS.items() if key in data} | data.get("privacy", {})
    for name in _FILES & found.keys():
        value = found[name]
        found[name] = below(folder, value) if isinstance(value, str) else [below(folder, each) for each in value]
    if found.get("rubric") and found["rubric"] not in RUBRICS:
        found["rubric"] = below(folder, found["rubric"])
    if "use_cases" in found:
        known = (*shipped_names(), "")
        found["use_cases"] = [
            each if each in known or ":" in each else below(folder, each) for each in found["use_cases"]
        ]
    found["packages"] = [_there(folder, each) for each in judged.packages]
    found["profiles"] = [_there(folder, each) for each in judged.profiles]
    return {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}


def _there(folder: str, name: str) -> str:
    """`name`, or the file below the folder that it names."""
    path = below(folder, name)
    return path if os.path.exists(path) else name


def _connection(text: JobText, given: dict[str, Any], folder: str) -> Connection:
    for field in ("secret", "passphrase"):
        kind, found, place = given.get(field, "").partition(":")
        if found and kind == "file":
            given[field] = f"file:{below(folder, place)}"
    for field in ("certificate", "certificate_key", "ca_file"):
        if field in given:
            given[field] = below(folder, given[field])
    return Connection(**given) if given else DEFAULT_CONNECTION


def _thresholds(given: dict[str, Any]) -> JobThresholds:
    least = given.get("min_score", {})
    scores = least if isinstance(least, dict) else {"": least}
    coverage = given.get("min_coverage")
    return JobThresholds(
        given.get("fail_on", "error"),
        tuple((name, Fraction(str(value))) for name, value in scores.items()),
        None if coverage is None else Fraction(str(coverage)),
        given.get("fail_on_drift", False),
    )


def _outputs(text: JobText) -> Iterator[JobOutput]:
    from fhircheck.report import RENDERERS

    seen: set[str] = set()
    for number, each in enumerate(text.data.get("outputs", ())):
        given = {"file": each} if isinstance(each, str) else each
        place = ("outputs", number) if isinstance(each, str) else ("outputs", number, "file")
        text.trying(place, check_path, given["file"])
        form = given.get("format") or form_of(given["file"])
        if form not in RENDERERS:
            endings = ", ".join(ending for ending, name in ENDINGS.items() if name in RENDERERS)
            known = f"no form of a report; there are: {', '.join(RENDERERS.names)}"
            text.fault(place, f"{form}: {known}" if form else f"its ending says no form; there are {endings}")
        if given["file"] in seen:
            text.fault(place, "the same file twice")
        seen.add(given["file"])
        yield JobOutput(given["file"], form, given.get("language", text.data.get("language", "en")))


def _increment(data: dict[str, Any]) -> JobIncrement:
    every = data.get("whole_every", 0)
    overlap = _seconds(data, "overlap") if "overlap" in data else JobIncrement().overlap
    if isinstance(every, int):
        return JobIncrement(overlap, whole_runs=every)
    return JobIncrement(overlap, whole_seconds=seconds_of(every, "whole_every"))


def _seconds(data: dict[str, Any], name: str) -> float:
    return seconds_of(data[name], name) if name in data else 0.0


def _of(kind: Any, given: dict[str, Any]) -> Any:
    """A part of the job whose fields are called as in the file."""
    fields = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    fields.pop("enabled", None)
    return kind(**fields)


def _history(given: dict[str, Any], folder: str) -> JobHistory | None:
    if not given.get("enabled", True):
        return None
    store, password = given.get("store", ""), given.get("password", "")
    if store and "://" not in store:
        store = below(folder, store)
    if password.startswith("file:"):
        password = f"file:{below(folder, password[5:])}"
    return JobHistory(store, password, given.get("keep", 0), _seconds(given, "older_than"))


def _drift(text: JobText, folder: str) -> JobDrift | None:
    given = text.data.get("drift", {})
    if not given.get("enabled", True) or not text.data.get("history", {}).get("enabled", True):
        return None
    baseline = given.get("baseline", "")
    if isinstance(baseline, str) and baseline:
        baseline = below(folder, baseline)
        if not os.path.isfile(baseline):
            text.fault(("drift", "baseline"), "no such file")
    return JobDrift(given.get("last", JobDrift().last), str(baseline), tuple(given.get("alarm", ())))


# -- what must fit together --------------------------------------------------------------------------


def _check(job: Job, text: JobText) -> None:
    servers = [each for each in job.sources if is_url(each)]
    for name in ("bulk", "server"):
        if name in text.data and not servers:
            text.fault((name,), "has no use: no source is a server")
    if job.increment is not None and job.history is None:
        text.fault(("since",), "last needs a history, which knows when the last good run began")
    options = dict(job.options)
    if options.get("offline") and servers:
        number = next(at for at, each in enumerate(job.sources) if is_url(each))
        text.fault(("sources", number), "a server is named, but the job is offline")
    if job.history is not None and "://" in job.history.store:
        _check_store(job.history.store, text)
    if job.bulk is not None:
        text.trying(("bulk",), _check_bulk, job)
        for number, name in enumerate(job.sources):
            if servers and not _is_base(name):
                text.fault(("sources", number), "with [bulk] a source is the base address of a server")
    for number, fault in alert_faults(job.alerts, job.history is not None):
        text.fault(("alerts", number), fault)
    _check_connection(job, servers, text)
    _check_options(job, text)
    _check_scores(job, text)


def _is_base(name: str) -> bool:
    from fhircheck.sources.search_query import query_of

    return is_url(name) and query_of(name) is None


def _check_store(url: str, text: JobText) -> None:
    from fhircheck.transport.http_url import has_credentials

    place = ("history", "store")
    if not url.startswith(("sqlite:", "postgresql:", "postgresql+psycopg:", "postgres:")):
        text.fault(place, "a file or a postgresql:// URL is asked for")
    elif ":" in url.partition("://")[2].rpartition("@")[0] or (has_credentials(url) and "password=" in url):
        text.fault(place, "no password in the URL: name its place by password, or use PGPASSWORD or ~/.pgpass")


def _check_bulk(job: Job) -> None:
    from fhircheck.monitor.job_sources import request_of

    request_of(job.bulk).check()  # type: ignore[arg-type]


def _check_connection(job: Job, servers: list[str], text: JobText) -> None:
    if job.connection == DEFAULT_CONNECTION:
        return
    from fhircheck.transport.auth.checks import check_connection, check_one_server, check_server

    place = ("connection",) if "connection" in text.data else ("settings",)
    try:
        check_connection(job.connection)
        check_one_server(job.connection, servers)
        for each in servers:
            check_server(job.connection, each)
    except UsageError as error:
        text.fault(place, _as_keys(str(error)))


def _as_keys(message: str) -> str:
    """`message` with options of the command line called as the keys of the file are."""
    return _OPTION.sub(lambda match: match[1].replace("-", "_"), message)


def _check_options(job: Job, text: JobText) -> None:
    from fhircheck.api import run_options

    try:
        run_options(job.sources, **dict(job.options))
    except UsageError as error:
        message = _as_keys(str(error))
        key = message.partition(":")[0].partition(" ")[0]
        text.fault((key,) if key in text.data else ("privacy",) if "privacy" in text.data else (), message)


def _check_scores(job: Job, text: JobText) -> None:
    from fhircheck.score import load_rubric

    rubric = text.trying(("rubric",), load_rubric, dict(job.options).get("rubric", "fhircheck"))
    if rubric is None:
        return
    known = [name for name in rubric.scores if name != "use-case"]
    for name, _ in job.thresholds.min_score:
        if name and name not in known and not (job_uses_cases(job) and name.startswith("ai-readiness: ")):
            message = f"the rubric {rubric.name} has no such score; there are: {', '.join(known)}"
            text.fault(("thresholds", "min_score", name), message)


def job_uses_cases(job: Job) -> bool:
    """Whether use cases are judged, each of which has a score of its own."""
    return bool(dict(job.options).get("use_cases"))
