"""The files of an export, some at a time, each with as many tries as bring something."""

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

from fhircheck.fetch.bulk_arrival import bulk_issue
from fhircheck.fetch.bulk_clients import BulkClients
from fhircheck.fetch.bulk_file import DownloadLimits, FileDownload, Stopped
from fhircheck.fetch.bulk_files import KnownFiles
from fhircheck.fetch.fetch_folder import FetchFolder
from fhircheck.model.connection import Connection
from fhircheck.sources.bulk_manifest import ExportFile, ExportManifest
from fhircheck.transport.http import ServerFault, Stream

_RENEWALS = 3
_BREAKS = ("answer-broken-off", "connection-broken", "no-answer-in-time", "file-changed")
_REFUSED = (401, 403, 404, 410)
_PATIENCE = 2.0
_LOOK = 0.1


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What downloads work with. again: a new manifest of the same export; raises ServerFault."""

    folder: FetchFolder
    clients: BulkClients
    connection: Connection
    limits: DownloadLimits
    again: Callable[[], ExportManifest]
    stop: threading.Event


class Downloads:
    """All files of `known` that are not in the folder yet. manifest: the last one that was read."""

    def __init__(self, around: Surroundings, known: KnownFiles, manifest: ExportManifest) -> None:
        self._around, self._known, self._manifest = around, known, manifest
        self._lock = threading.Lock()
        self._fault: BaseException | None = None

    def run(self, tick: Callable[[], None]) -> None:
        """Fetch them; `tick` is called now and then. Raises what a thread ended with, and KeyboardInterrupt."""
        waiting = [part for part in self._known.parts() if not self._around.folder.is_done(part)]
        waiting.reverse()
        number = min(max(self._around.connection.concurrency, 1), len(waiting))
        threads = [threading.Thread(target=self._work, args=(waiting,), daemon=True) for _ in range(number)]
        try:
            for each in threads:
                each.start()
            while alive := [each for each in threads if each.is_alive()]:
                alive[0].join(_LOOK)
                tick()
        except BaseException:
            self._around.stop.set()
            deadline = time.monotonic() + _PATIENCE
            for each in threads:
                if each.ident is not None:
                    each.join(max(deadline - time.monotonic(), 0.0))
            raise
        if self._fault is not None:
            raise self._fault

    def _work(self, waiting: list[str]) -> None:
        """One thread: the next file, until none is left."""
        stop = self._around.stop
        while not stop.is_set():
            try:
                self._fetch(waiting.pop())
            except (IndexError, Stopped):
                return
            except BaseException as fault:
                if not stop.is_set():
                    self._fault = fault
                stop.set()
                return

    def _fetch(self, part: str) -> None:
        """One file; what fails for good is said."""
        failures = renewals = changes = 0
        while file := self._known.file(part):
            download = FileDownload(
                self._around.folder, part, file, self._opened, self._around.limits, self._around.stop
            )
            before = download.progress.offset
            try:
                download.run()
                return
            except ServerFault as fault:
                failures = 1 if download.progress.offset > before else failures + 1
                changes += fault.reason == "file-changed"
                if fault.status in _REFUSED and renewals < _RENEWALS and self._renewed(part, file):
                    renewals += 1
                elif fault.reason not in _BREAKS or max(failures, changes) > self._around.connection.retries:
                    self._lose(part, download, fault)
                    return
                else:
                    self._pause(failures)
        issue = bulk_issue("bulk-file-missing", "", type=self._known.type(part), reason="not-in-the-manifest")
        self._around.folder.give_up(part, issue)

    def _pause(self, failures: int) -> None:
        if self._around.stop.wait(min(0.5 * 2 ** (failures - 1), self._around.connection.longest_pause)):
            raise Stopped

    def _renewed(self, part: str, file: ExportFile) -> bool:
        """Whether there is another way to the same file: our token after all, or a link out of a new manifest."""
        with self._lock:
            if self._is_new(part, file) or self._around.clients.insist(file.url, self._manifest.requires_token):
                return True
            try:
                self._manifest = self._around.again()
            except ServerFault:
                return False
            return self._is_new(part, file)

    def _is_new(self, part: str, file: ExportFile) -> bool:
        current = self._known.file(part)
        return current is not None and current.url != file.url

    def _lose(self, part: str, download: FileDownload, fault: ServerFault) -> None:
        """Give a file up, and say how much of it is here."""
        count = download.progress.records
        kind, values = ("bulk-file-short", {"count": count}) if count else ("bulk-file-missing", {})
        self._around.folder.give_up(part, download.issue(kind, reason=fault.shown, **values))

    def _opened(self, url: str, headers: Mapping[str, str]) -> AbstractContextManager[Stream]:
        return self._around.clients.stream(url, headers, self._manifest.requires_token)
