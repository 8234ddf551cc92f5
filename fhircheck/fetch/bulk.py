"""A whole Bulk Data export into a FetchFolder: started or gone on with, downloaded, and cleaned up on the server."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from fhircheck.fetch.bulk_arrival import WORST, bulk_issue
from fhircheck.fetch.bulk_clients import BulkClients
from fhircheck.fetch.bulk_downloads import Downloads, Surroundings
from fhircheck.fetch.bulk_file import DownloadLimits, Stopped
from fhircheck.fetch.bulk_files import KnownFiles
from fhircheck.fetch.fetch_folder import FetchFolder
from fhircheck.model.connection import DEFAULT_CONNECTION, Connection
from fhircheck.model.errors import SourceUnusable
from fhircheck.model.issue import Issue
from fhircheck.sources.bulk_export import BulkExport, Patience
from fhircheck.sources.bulk_kinds import BULK_KINDS
from fhircheck.sources.bulk_manifest import ExportManifest
from fhircheck.sources.bulk_request import ExportRequest
from fhircheck.transport.http import HttpClient, ServerFault, redacted

Tell = Callable[[str], None]
_NOTE = "bulk"
_NAMED = 5
_REFUSED = "the server started no export"
_NO_EXPORT = {
    "no-export": "the server answered, but started no export; it may not know $export at this level",
    "status-elsewhere": "the address that tells the status of the export is on another server; behind a proxy, the"
    " server's own base address has to be set right",
}


@dataclass(frozen=True, slots=True)
class BulkOptions:
    """keep_export: never tell the server to end or remove the export.

    token_for: origins (``https://host:port``) other than the server's own that get its credentials where the manifest
    asks for a token.
    """

    connection: Connection = DEFAULT_CONNECTION
    keep_export: bool = False
    token_for: tuple[str, ...] = ()
    limits: DownloadLimits = field(default_factory=DownloadLimits)
    patience: Patience = field(default_factory=Patience)


class BulkFetch:
    """One run of an export at `base` into `folder`, which was opened with `asked` of the same request.

    waiting: called with one line on what is waited for. tick: called now and then while files arrive. cancelled:
    whether the server was told to end the export; what was fetched of it is gone then.
    """

    def __init__(
        self,
        base: str,
        request: ExportRequest,
        folder: FetchFolder,
        options: BulkOptions = BulkOptions(),
        waiting: Tell = lambda text: None,
        tick: Callable[[], None] = lambda: None,
    ) -> None:
        request.check()
        self._base, self._request, self._folder = base.rstrip("/"), request, folder
        self._options, self._told, self._tick = options, waiting, tick
        self._stop = threading.Event()
        self._known = KnownFiles.loaded(folder.noted(_NOTE))
        self.cancelled = False

    def run(self, partial: bool = False) -> dict[str, Any]:
        """Fetch all of it and return the manifest of the folder; partial: put it in place whatever is missing.

        Raises SourceUnusable where the server starts no export, UsageError for options that make no sense,
        CouldNotCheck where the disk does not take it, and KeyboardInterrupt, after the export was ended on the server.
        """
        try:
            if not (self._folder.is_merging or (self._known.files and self._is_here())):
                with BulkClients(self._options.connection, self._base, self._options.token_for) as clients:
                    self._fetch(clients)
        except KeyboardInterrupt:
            self._stop.set()
            self._cancel()
            raise
        manifest = self._finish(partial)
        if manifest["complete"]:
            self._tell_server()
        return manifest

    @property
    def is_started(self) -> bool:
        """Whether there is an export that a later run can go on with."""
        return bool(self._known.status) and not self.cancelled

    def _is_here(self) -> bool:
        return all(self._folder.is_done(part) for part in self._known.parts())

    def _fetch(self, clients: BulkClients) -> None:
        export = BulkExport(clients.home, self._base, self._options.patience, self._pause, self._waiting)
        if not self._known.status:
            self._known.status = self._kick_off(export)
            self._note()
        try:
            manifest = export.manifest(self._known.status)
        except ServerFault as fault:
            self._folder.give_up("manifest", self._no_manifest(fault))
            return
        self._take(manifest)
        around = Surroundings(
            self._folder,
            clients,
            self._options.connection,
            self._options.limits,
            lambda: self._again(export),
            self._stop,
        )
        Downloads(around, self._known, manifest).run(self._tick)

    def _kick_off(self, export: BulkExport) -> str:
        """The status URL of a new export. Raises SourceUnusable."""
        try:
            return export.kick_off(self._request)
        except ServerFault as fault:
            shown = redacted(self._request.url(self._base))
            raise SourceUnusable(f"{shown}: {_NO_EXPORT.get(fault.reason, _REFUSED)} ({fault.shown})") from None

    def _no_manifest(self, fault: ServerFault) -> Issue:
        """Why there is none. The same command asks again; only an export that is gone needs a new start."""
        if fault.reason == "not-a-manifest":
            return self._issue("bulk-manifest-unreadable", form=fault.detail or "?")
        return self._issue("bulk-export-failed", reason=fault.shown)

    def _take(self, manifest: ExportManifest) -> None:
        """Remember what the manifest says, and what there is to say of it."""
        first = not self._known.files
        self._compare(manifest)
        self._known.take(manifest)
        for folder, parts in self._known.by_folder():
            self._folder.expect(parts, folder)
        self._folder.append("manifest", (), done=True)
        self._note()
        if not first:
            return
        if manifest.wrong:
            self._add("bulk-manifest-incomplete", members=", ".join(manifest.wrong[:_NAMED]))
        types = {each.type for each in manifest.files if each.group == "output" and each.type}
        if self._request.types and (more := types - set(self._request.types)):
            self._add("bulk-type-not-asked", types=", ".join(sorted(more)[:_NAMED]))

    def _again(self, export: BulkExport) -> ExportManifest:
        """A new manifest with fresh links. Raises ServerFault."""
        manifest = export.manifest(self._known.status)
        self._compare(manifest)
        self._known.take(manifest)
        return manifest

    def _compare(self, manifest: ExportManifest) -> None:
        known = self._known.transaction_time
        if known and manifest.transaction_time != known:
            self._add("bulk-manifest-changed", what="transactionTime")

    def _note(self) -> None:
        self._folder.note(_NOTE, self._known.text)

    def _issue(self, kind: str, **values: str | int) -> Issue:
        return bulk_issue(kind, redacted(self._base), **values)

    def _add(self, kind: str, **values: str | int) -> None:
        self._folder.add_issue(self._issue(kind, **values))

    def _waiting(self, progress: str, pause: float) -> None:
        self._told(f"waiting for the export{f': {progress}' if progress else ''} (next look in {pause:.0f} s)")

    def _pause(self, seconds: float) -> None:
        """Wait, but no longer than until the end of the run."""
        if self._stop.wait(seconds):
            raise Stopped

    # -- the end ---------------------------------------------------------------------------------

    def _finish(self, partial: bool) -> dict[str, Any]:
        folder, known = self._folder, self._known
        if known.unnamed:
            issue = self._issue("bulk-file-missing", type="Resource", reason=f"{known.unnamed} without url")
            folder.give_up("manifest", issue)
        elif known.files and not folder.is_merging and self._is_here():
            self._sum_up()
        about: dict[str, Any] = {"server": redacted(self._base), "queries": [redacted(self._request.url(self._base))]}
        if known.transaction_time:
            about["transactionTime"] = known.transaction_time
        if self._request.since:
            about["since"] = self._request.since
        about["export"] = {**known.about, "asked": _shown(self._request)}
        return folder.finish(about, BULK_KINDS, partial)

    def _sum_up(self) -> None:
        """What can only be said when all is here."""
        folder, parts = self._folder, dict(self._known.by_folder())
        repeated = folder.repeats_across() + sum(folder.repeated(part) for part in parts[""])
        if repeated:
            self._add("bulk-duplicate", count=repeated)
        count = sum(folder.count(part) for part in parts["error"])
        if count:
            found = [json.loads(folder.cursor(part) or "{}") for part in parts["error"]]
            codes = sorted({code for each in found for code in each.get("codes", ())})[:_NAMED]
            issue = self._issue("bulk-server-errors", count=count, codes=", ".join(codes) or "-")
            worst = WORST[min(each.get("worst", 0) for each in found)]
            folder.add_issue(issue._replace(severity="error" if worst == "fatal" else worst))

    def _cancel(self) -> None:
        """End the export on the server, and throw away what can never be completed."""
        self.cancelled = self._tell_server()
        if self.cancelled:
            self._folder.discard()

    def _tell_server(self) -> bool:
        """Tell the server that the export is not needed any more; whether it took that."""
        if self._options.keep_export or not self._known.status:
            return False
        with HttpClient(replace(self._options.connection, retries=1), self._base) as client:
            return BulkExport(client, self._base).cancel(self._known.status)


def _shown(request: ExportRequest) -> dict[str, Any]:
    """What was asked for, without who was asked for."""
    asked = request.fingerprint()
    if "patients" in asked:
        asked["patients"] = len(request.patients)
    return asked
