"""One whole fetch by searches and operations: request -> folder with its manifest."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fhircheck.fetch.fetch_folder import FetchFolder
from fhircheck.fetch.fetch_request import LAST, FetchRequest
from fhircheck.fetch.group_members import by_member, needs_members
from fhircheck.fetch.last_runs import last_time, remember
from fhircheck.fetch.search_fetch import PAGE_LIMIT, SearchFetch
from fhircheck.model.connection import DEFAULT_CONNECTION, Connection
from fhircheck.model.errors import CouldNotCheck, SourceUnusable, UsageError
from fhircheck.sources.search_page import HEADERS, SearchPage
from fhircheck.sources.search_query import SearchQuery
from fhircheck.sources.search_reading import server_time
from fhircheck.sources.server_kinds import SERVER_KINDS
from fhircheck.transport.http import HttpClient, ServerFault, redacted


@dataclass(frozen=True, slots=True)
class FetchOptions:
    """connection: how the server is spoken to. restart: begin anew. resume: only go on with what is unfinished.

    partial: put the folder in place also where something could not be had. tick: called with (resources, bytes) so far,
    now and then. tell: called with one line on what is not plain.
    """

    connection: Connection = DEFAULT_CONNECTION
    restart: bool = False
    resume: bool = False
    partial: bool = False
    page_limit: int = PAGE_LIMIT
    tick: Callable[[int, int], None] | None = None
    tell: Callable[[str], None] = lambda line: None


def fetch(request: FetchRequest, out: str, options: FetchOptions = FetchOptions()) -> dict[str, Any]:
    """Fetch `request` into the folder `out` and return its manifest; ``complete`` says whether all came.

    Raises UsageError for what makes no sense, CouldNotCheck where the server is no FHIR server or the disk is full.
    """
    request.check()
    with HttpClient(options.connection, request.base) as client:
        if options.resume and not unfinished(out):
            raise UsageError(f"{out}: nothing unfinished is there to go on with")
        with FetchFolder(out, request.fingerprint(), options.restart) as folder:
            return _fetched(request, out, client, folder, options)


def unfinished(out: str) -> bool:
    """Whether an unfinished fetch into `out` is there."""
    from pathlib import Path

    path = Path(out).resolve()
    return (path.parent / f".{path.name}.fetching").is_dir()


def _fetched(
    request: FetchRequest, out: str, client: HttpClient, folder: FetchFolder, options: FetchOptions
) -> dict[str, Any]:
    try:
        about, capability = _about(request, client, folder)
        queries = _queries(request, capability, client, _since(request, out, folder, options))
    except BaseException:
        if not folder.resumed:
            folder.discard()
        raise
    if not queries:
        folder.discard()
        raise SourceUnusable(f"{redacted(request.base)}: the server declares no type that can be searched")

    def tick() -> None:
        if options.tick is not None:
            options.tick(folder.resources, folder.bytes)

    reading = SearchFetch(client, queries, folder, tick, options.page_limit)
    if not folder.is_merging:
        reading.run()
    about |= {"serverTime": folder.noted("serverTime"), "queries": reading.shown()}
    if since := folder.noted("since"):
        about["since"] = since
    manifest = folder.finish(about, SERVER_KINDS, options.partial)
    if not manifest["complete"] and not options.partial and not folder.resources:
        folder.discard()  # nothing came that another run could go on from
    if manifest["complete"]:
        _remember(request, out, about["serverTime"])
    return manifest


def _queries(request: FetchRequest, capability: dict[str, Any], client: HttpClient, since: str) -> list[SearchQuery]:
    """The queries; for groups on a server without their `$everything` those of their patients."""
    if not needs_members(request, capability):
        return request.plan(capability, since)
    request, reads = by_member(request, client)
    named = request.patients or request.groups or request.everything
    return [*reads, *(request.plan(capability, since) if named else [])]


def _about(request: FetchRequest, client: HttpClient, folder: FetchFolder) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the manifest says of the server, and its CapabilityStatement (empty without one, where none is needed)."""
    base = redacted(request.base)
    try:
        page = SearchPage(client.get(f"{request.base}/metadata", HEADERS))
        node = page.node if page.type == "CapabilityStatement" else {}
    except ServerFault as fault:
        if request.needs_types:
            raise SourceUnusable(f"{base}: no CapabilityStatement at {base}/metadata: {fault.shown}") from None
        return {"server": base}, {}
    if not node and request.needs_types:
        raise SourceUnusable(f"{base}: no FHIR server there: /metadata gives no CapabilityStatement")
    if not folder.noted("serverTime"):
        folder.note("serverTime", server_time(page))
    software = node.get("software")
    named = software if isinstance(software, dict) else {}
    words = [named[each] for each in ("name", "version") if isinstance(named.get(each), str)]
    version = node.get("fhirVersion")
    about = {
        "server": base,
        "fhirVersion": version if isinstance(version, str) else "",
        "serverSoftware": " ".join(words),
    }
    return about, node


def _since(request: FetchRequest, out: str, folder: FetchFolder, options: FetchOptions) -> str:
    """The time from which on data is asked for; the same for a run that goes on."""
    if request.since != LAST:
        return request.since
    if not folder.noted("sinceLast"):
        found = last_time(out, request.fingerprint(with_since=False))
        folder.note("sinceLast", found or "never")
        if not found:
            options.tell("no complete fetch of this is known: all is fetched")
        folder.note("since", found)
    return folder.noted("since")


def _remember(request: FetchRequest, out: str, moment: str) -> None:
    try:
        remember(out, request.fingerprint(with_since=False), moment or datetime.now(UTC).isoformat())
    except OSError as fault:
        raise CouldNotCheck(
            f"{out}: is complete, but its time was not noted for --since last: {fault.strerror}"
        ) from None
