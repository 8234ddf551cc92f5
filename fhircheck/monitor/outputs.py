"""The files a run writes: each whole or not at all; one that cannot be written does not keep the others from being."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from fhircheck.model.issue import Issue
from fhircheck.model.job import Job, JobOutput
from fhircheck.model.report import RunReport
from fhircheck.monitor.log import EventLog
from fhircheck.monitor.output_path import filled
from fhircheck.report import RENDERERS
from fhircheck.report.shown import Disguise, View
from fhircheck.transport.whole_file import usual_mode, whole_file

Sink = Callable[[list[Issue]], None]


class Outputs:
    """The files of one run. failed: a line for each that could not be written."""

    def __init__(self, job: Job, now: datetime, names: Disguise, log: EventLog) -> None:
        self._job, self._now, self._names, self._log = job, now, names, log
        self._streams: list[tuple[JobOutput, _Stream]] = []
        self.written: list[Path] = []
        self.failed: list[str] = []

    @contextmanager
    def opened(self) -> Iterator[Sink | None]:
        """What is to get the findings while they are found, for the forms that write them then; None for none."""
        with ExitStack() as stack:
            sinks = []
            for each in self._job.outputs:
                stream = _Stream(self._path(each))
                sink = RENDERERS[each.format].sink(self._view(each), stream.write)
                if sink is not None:
                    stack.callback(stream.discard)
                    self._streams.append((each, stream))
                    sinks.append(sink)
            yield (lambda issues: _hand_on(sinks, issues)) if sinks else None

    def finish(self, report: RunReport) -> None:
        """Write all files; within `opened`."""
        streams = {id(output): stream for output, stream in self._streams}
        for each in self._job.outputs:
            stream = streams.get(id(each)) or _Stream(self._path(each))
            try:
                RENDERERS[each.format].finish(report, self._view(each), stream.write)
                size = stream.keep()
            except OSError as error:
                stream.discard()
                reason = (error.strerror or "cannot be written").lower()
                self.failed.append(f"{stream.path}: {reason}")
                self._log.event("output-failed", file=str(stream.path), error=reason)
                continue
            self.written.append(stream.path)
            self._log.event("output-written", file=str(stream.path), format=each.format, bytes=size)

    def _path(self, output: JobOutput) -> Path:
        return filled(output.path, self._job.name, self._now, self._job.folder)

    def _view(self, output: JobOutput) -> View:
        return View("check", output.language, names=self._names)


def _hand_on(sinks: list[Sink], issues: list[Issue]) -> None:
    for sink in sinks:
        sink(issues)


class _Stream:
    """A file beside its place, begun with its first text. A fault is kept and raised by `keep`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stack = ExitStack()
        self._file: BinaryIO | None = None
        self._fault: OSError | None = None
        self._size = 0

    def write(self, text: str) -> None:
        if self._fault is not None:
            return
        try:
            if self._file is None:
                self._file = self._begun()
            self._size += self._file.write(text.encode("utf-8", "replace"))
        except OSError as error:
            self._fault = error

    def _begun(self) -> BinaryIO:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return self._stack.enter_context(whole_file(self.path, mode=usual_mode()))

    def keep(self) -> int:
        """Put the file in its place; its bytes. Raises OSError."""
        if self._fault is None and self._file is None:
            self.write("")
        if self._fault is not None:
            raise self._fault
        self._stack.close()
        return self._size

    def discard(self) -> None:
        """Take away what is not in its place."""
        self._stack.__exit__(_Discarded, _Discarded(), None)


class _Discarded(Exception):
    """Ends the block of a file that is not wanted."""
