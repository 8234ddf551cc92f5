"""One whole fetch by Bulk Data export: request -> folder with its manifest."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from fhircheck.fetch.bulk import BulkFetch, BulkOptions
from fhircheck.fetch.fetch_folder import FetchFolder
from fhircheck.fetch.fetching import FetchOptions, unfinished
from fhircheck.fetch.last_runs import last_time, remember
from fhircheck.model.errors import CouldNotCheck, UsageError
from fhircheck.sources.bulk_request import LAST, ExportRequest

DEFAULT_BULK, DEFAULT_OPTIONS = BulkOptions(), FetchOptions()


def fetch_bulk(
    base: str,
    out: str,
    request: ExportRequest,
    bulk: BulkOptions = DEFAULT_BULK,
    options: FetchOptions = DEFAULT_OPTIONS,
    waiting: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """The export `request` of the server at `base` as a folder `out`; returns its manifest.

    An unfinished fetch of the same is gone on with. The connection of `bulk` counts. waiting: called with one line on
    what is waited for. Raises UsageError, SourceUnusable where the server starts no export, CouldNotCheck where the
    disk does not take it, KeyboardInterrupt.
    """
    request.check()
    base = base.rstrip("/")
    if options.resume and not unfinished(out):
        raise UsageError(f"{out}: nothing unfinished is there to go on with")
    with FetchFolder(out, {"server": base, "export": request.fingerprint()}, options.restart) as folder:
        kept = {"server": base, "export": request.fingerprint(with_since=False)}
        if request.since == LAST:
            request = replace(request, since=_since(out, kept, folder, options))
        manifest = _run(base, out, request, folder, bulk, options, waiting)
    if manifest["complete"]:
        _remember(out, kept, manifest.get("transactionTime", ""))
    return manifest


def _run(
    base: str,
    out: str,
    request: ExportRequest,
    folder: FetchFolder,
    bulk: BulkOptions,
    options: FetchOptions,
    waiting: Callable[[str], None],
) -> dict[str, Any]:
    def tick() -> None:
        if options.tick is not None:
            options.tick(folder.resources, folder.bytes)

    run = BulkFetch(base, request, folder, bulk, waiting, tick)
    try:
        return run.run(options.partial)
    except BaseException as fault:
        if not run.is_started:
            folder.discard()
        if isinstance(fault, KeyboardInterrupt) and run.cancelled:
            options.tell(f"{out}: the export was cancelled on the server, and what was fetched of it thrown away")
        raise


def _since(out: str, kept: dict[str, Any], folder: FetchFolder, options: FetchOptions) -> str:
    """``transactionTime`` of the last complete export of the same; the same for a run that goes on.

    It needs no margin: the specification makes it the moment up to which the files hold the data.
    """
    if not folder.noted("sinceLast"):
        found = last_time(out, kept, timedelta())
        folder.note("sinceLast", found or "never")
        if not found:
            options.tell("no complete export of this is known: all is exported")
        folder.note("since", found)
    return folder.noted("since")


def _remember(out: str, kept: dict[str, Any], moment: str) -> None:
    try:
        remember(out, kept, moment)
    except OSError as fault:
        raise CouldNotCheck(
            f"{out}: is complete, but its time was not noted for --since last: {fault.strerror}"
        ) from None
