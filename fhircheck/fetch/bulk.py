"""A whole Bulk Data export into a FetchFolder: started or gone on with, downloaded side by side, cleaned up."""

import json
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

from fhircheck.fetch.bulk_file import DownloadLimits, FileDownload, Stopped
from fhircheck.fetch.bulk_files import KnownFiles
from fhircheck.fetch.fetch_folder import FetchFolder
from fhircheck.model.connection import DEFAULT_CONNECTION, Connection
from fhircheck.model.errors import CouldNotCheck, SourceUnusable
from fhircheck.model.issue import Issue, Place, Severity, params
from fhircheck.sources.bulk_export import BulkExport, Patience
from fhircheck.sources.bulk_kinds import BULK_KINDS
from fhircheck.sources.bulk_manifest import ExportFile, ExportManifest
from fhircheck.sources.bulk_request import ExportRequest
from fhircheck.transport.http import HttpClient, ServerFault, Stream, origin, redacted
from fhircheck.transport.http_url import is_loopback

Tell = Callable[[str], None]
_NOTE = "bulk"
_RENEWALS = 3
_BREAKS = ("answer-broken-off", "connection-broken", "no-answer-in-time", "file-changed", "packed-file-damaged")
_REFUSED = (401, 403, 404, 410)
_JOIN = 2.0
_LOOK = 0.1
_SEVERITIES: dict[str, Severity] = {each.name: each.severity for each in BULK_KINDS}
_FAILED = {"not-a-manifest": "bulk-manifest-unreadable"}


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
    """One run of an export at `base` into `folder`.

    tell: called with what the server says of its progress. tick: called now and then while files arrive.
    """

    def __init__(
        self,
        base: str,
        request: ExportRequest,
        folder: FetchFolder,
        options: BulkOptions = BulkOptions(),
        tell: Tell = lambda text: None,
        tick: Callable[[], None] = lambda: None,
    ) -> None:
        request.check()
        self._base, self._request, self._folder = base.rstrip("/"), request, folder
        self._options, self._tell, self._tick = options, tell, tick
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._known = KnownFiles.loaded(folder.noted(_NOTE))
        self._fault: BaseException | None = None
        self.cancelled = False

    def run(self) -> dict[str, Any]:
        """Fetch all of it and return the manifest of the folder.

        Raises SourceUnusable where the server starts no export, CouldNotCheck where the disk does not take it,
        KeyboardInterrupt: then the export was cancelled on the server unless it is to be kept (see `cancelled`).
        """
        with ExitStack() as stack:
            try:
                self._run(stack)
            except KeyboardInterrupt:
                self._stop.set()
                self._cancel()
                raise
        manifest = self._finished()
        if manifest["complete"] and not self._options.keep_export:
            self._say_done()
        return manifest

    def _run(self, stack: ExitStack) -> None:
        if self._folder.is_merging or (self._known.files and self._is_here()):
            return
        self._clients = _Clients(stack, self._options, self._base)
        self._export = BulkExport(self._clients.home, self._base, self._options.patience, self._pause, self._wait_told)
        if not self._known.status:
            self._known.status = self._started()
            self._note()
        try:
            manifest = self._export.manifest(self._known.status)
        except ServerFault as fault:
            self._give_up_all(fault)
            return
        self._take(manifest)
        self._download()

    def _is_here(self) -> bool:
        return all(self._folder.is_done(part) for part in self._known.parts())

    def _started(self) -> str:
        """The status URL of a new export. Raises SourceUnusable."""
        try:
            return self._export.kick_off(self._request)
        except ServerFault as fault:
            shown = redacted(self._request.url(self._base))
            raise SourceUnusable(f"{shown}: the server started no export ({fault.shown})") from None

    def _note(self) -> None:
        self._folder.note(_NOTE, self._known.text)

    def _take(self, manifest: ExportManifest) -> None:
        """Remember what the manifest says, and what there is to say of it."""
        before = self._known.transaction_time
        first = not self._known.files
        self._known.take(manifest)
        for folder, parts in self._known.by_folder():
            self._folder.expect(parts, folder)
        self._folder.append("manifest", (), done=True)
        if first and manifest.wrong:
            self._add("bulk-manifest-incomplete", members=", ".join(manifest.wrong))
        if before and before != manifest.transaction_time:
            self._add("bulk-manifest-changed", what="transactionTime")
        types = {each.type for each in manifest.files if each.group == "output" and each.type}
        if first and self._request.types and types - set(self._request.types):
            self._add("bulk-type-not-asked", types=", ".join(sorted(types - set(self._request.types))))
        self._manifest = manifest
        self._note()

    def _add(self, kind: str, **values: str | int) -> None:
        self._folder.add_issue(self._issue(kind, **values))

    def _issue(self, kind: str, **values: str | int) -> Issue:
        return Issue(kind, _SEVERITIES[kind], Place(redacted(self._base)), params(**values))

    def _give_up_all(self, fault: ServerFault) -> None:
        """No manifest: say why."""
        kind = _FAILED.get(fault.reason, "bulk-export-failed")
        values = {"form": fault.detail or "?"} if kind == "bulk-manifest-unreadable" else {"reason": fault.shown}
        self._folder.give_up("manifest", self._issue(kind, **values))

    def _wait_told(self, progress: str, pause: float) -> None:
        self._tell(f"waiting for the export{f': {progress}' if progress else ''} (next look in {pause:.0f} s)")

    def _pause(self, seconds: float) -> None:
        """Wait, but no longer than until the end of the run."""
        if self._stop.wait(seconds):
            raise Stopped

    # -- files -----------------------------------------------------------------------------------

    def _download(self) -> None:
        """All files that are not here, some at a time. Raises what a thread ended with."""
        waiting = [part for part in self._known.parts() if not self._folder.is_done(part)]
        waiting.reverse()
        number = min(max(self._options.connection.concurrency, 1), len(waiting))
        threads = [threading.Thread(target=self._work, args=(waiting,), daemon=True) for _ in range(number)]
        for each in threads:
            each.start()
        try:
            while any(each.is_alive() for each in threads):
                next(each for each in threads if each.is_alive() or each is threads[-1]).join(_LOOK)
                self._tick()
        except BaseException:
            self._stop.set()
            for each in threads:
                each.join(_JOIN)
            raise
        if self._fault is not None:
            raise self._fault

    def _work(self, waiting: list[str]) -> None:
        """One thread: the next file, until none is left."""
        while not self._stop.is_set():
            try:
                part = waiting.pop()
            except IndexError:
                return
            try:
                self._fetch(part)
            except Stopped:
                return
            except BaseException as fault:
                if not self._stop.is_set():
                    self._fault = fault
                self._stop.set()
                return

    def _fetch(self, part: str) -> None:
        """One file, with as many tries as bring something; what fails for good is said."""
        failures = renewals = 0
        while True:
            file = self._known.file(part)
            if file is None:
                self._lose(part, None, ServerFault("not-in-the-manifest"))
                return
            download = FileDownload(self._folder, part, file, self._opened, self._options.limits, self._stop)
            before = download.progress.offset
            try:
                download.run()
                return
            except ServerFault as fault:
                if download.progress.offset > before:
                    failures = 0
                failures += 1
                expired = fault.status in _REFUSED and fault.reason == "server-refused"
                if expired and renewals < _RENEWALS and self._renewed(part, file):
                    renewals += 1
                    continue
                if fault.reason not in _BREAKS or failures > self._options.connection.retries:
                    self._lose(part, download, fault)
                    return
                self._pause(min(0.5 * 2 ** (failures - 1), self._options.connection.longest_pause))

    def _renewed(self, part: str, file: ExportFile) -> bool:
        """Whether a new status request gave another link to the same file."""
        with self._lock:
            current = self._known.file(part)
            if current is not None and current.url != file.url:
                return True
            if self._clients.with_token(file, self._manifest):
                return True
            try:
                manifest = self._export.manifest(self._known.status)
            except ServerFault:
                return False
            before = self._known.transaction_time
            self._known.take(manifest)
            if before and before != manifest.transaction_time:
                self._add("bulk-manifest-changed", what="transactionTime")
            current = self._known.file(part)
            return current is not None and current.url != file.url

    def _lose(self, part: str, download: FileDownload | None, fault: ServerFault) -> None:
        """Give a file up, and say how much of it is here."""
        if download is None:
            issue = self._issue("bulk-file-missing", type=self._known.type(part), reason=fault.shown)
        elif download.progress.records:
            issue = download.issue("bulk-file-short", count=download.progress.records, reason=fault.shown)
        else:
            issue = download.issue("bulk-file-missing", reason=fault.shown)
        self._folder.give_up(part, issue)

    def _opened(self, url: str, headers: Mapping[str, str]) -> AbstractContextManager[Stream]:
        return self._clients.opened(url, headers, self._manifest.requires_token)

    # -- the end ---------------------------------------------------------------------------------

    def _finished(self) -> dict[str, Any]:
        folder, known = self._folder, self._known
        if known.files and not folder.is_merging and self._is_here():
            self._sum_up()
        about = {"server": redacted(self._base), "queries": [redacted(self._request.url(self._base))]}
        about |= {"transactionTime": known.transaction_time} if known.transaction_time else {}
        about["export"] = {**known.about, "asked": _shown(self._request)}
        return folder.finish(about, BULK_KINDS)

    def _sum_up(self) -> None:
        """What can be said when all is here."""
        parts = [part for folder, parts in self._known.by_folder() if not folder for part in parts]
        repeated = self._folder.repeats_across() + sum(self._folder.repeated(part) for part in parts)
        if repeated:
            self._add("bulk-duplicate", count=repeated)
        outcomes = [part for folder, parts in self._known.by_folder() if folder == "error" for part in parts]
        count = sum(self._folder.count(part) for part in outcomes)
        if count:
            progress = [json.loads(self._folder.cursor(part) or "{}") for part in outcomes]
            codes = sorted({code for each in progress for code in each.get("codes", ())})[:5]
            worst = min(each.get("worst", 0) for each in progress)
            issue = self._issue("bulk-server-errors", count=count, codes=", ".join(codes) or "-")
            self._folder.add_issue(issue._replace(severity=_said(worst)))

    def _cancel(self) -> None:
        """End the export on the server, so that it need not go on for nobody."""
        if self._options.keep_export or not self._known.status:
            return
        with HttpClient(replace(self._options.connection, retries=1), self._base) as client:
            self.cancelled = BulkExport(client, self._base).cancel(self._known.status)

    def _say_done(self) -> None:
        """Tell the server that its files are no longer needed; whether it listens does not matter."""
        with HttpClient(replace(self._options.connection, retries=1), self._base) as client:
            BulkExport(client, self._base).cancel(self._known.status)


def _said(worst: int) -> Severity:
    return ("error", "error", "warning", "information")[worst]  # type: ignore[return-value]


def _shown(request: ExportRequest) -> dict[str, Any]:
    """What was asked for, without who was asked for."""
    asked = request.fingerprint()
    if "patients" in asked:
        asked["patients"] = len(request.patients)
    return asked


class _Clients:
    """Which client fetches which address: credentials go to the server itself, and to origins that were named."""

    def __init__(self, stack: ExitStack, options: BulkOptions, base: str) -> None:
        self._stack, self._options, self._base = stack, options, base
        self._others: dict[object, HttpClient] = {}
        self._token_needed = False
        self.home = stack.enter_context(HttpClient(options.connection, base))
        bare = replace(options.connection, sign_in="none", user="", client_id="", secret="", token_url="", key_id="")
        self._bare = stack.enter_context(HttpClient(bare, base))
        self._named = {}
        for each in options.token_for:
            self._named[origin(each)] = stack.enter_context(HttpClient(options.connection, each))

    def with_token(self, file: ExportFile, manifest: ExportManifest) -> bool:
        """Whether a file that was refused may be tried with our token, against what the manifest says."""
        own = origin(file.url) == origin(self._base)
        if not own or manifest.requires_token is not False or self._token_needed:
            return False
        self._token_needed = True
        return True

    def opened(self, url: str, headers: Mapping[str, str], token: bool | None) -> AbstractContextManager[Stream]:
        """A stream of `url`. Raises ServerFault for an address that is not gone to."""
        scheme, host, _ = place = origin(url)
        if scheme not in ("http", "https") or not host:
            raise ServerFault("not-a-url")
        if scheme == "http" and origin(self._base)[0] == "https" and not is_loopback(host):
            if not self._options.connection.allow_http:
                raise ServerFault("plain-http")
        client = self._bare
        if place == origin(self._base) and (token is not False or self._token_needed):
            client = self.home
        elif token and place in self._named:
            client = self._named[place]
        return client.stream(url, headers)
