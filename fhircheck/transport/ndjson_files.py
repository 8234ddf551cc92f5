"""NDJSON files that appear whole or not at all, packed where their name says so."""

import contextlib
import gzip
from typing import Any

from fhircheck.model.errors import CouldNotCheck
from fhircheck.transport.whole_file import named_file


class NdjsonFile:
    """Lines for `path`; written beside it and moved there by `commit`. option: how messages name it.

    Raises UsageError where the folder is missing or cannot be written to, CouldNotCheck where writing fails.
    """

    def __init__(self, path: str, option: str) -> None:
        self._option = f"{option} {path}"
        self.lines = 0
        self._place = contextlib.ExitStack()
        raw = self._place.enter_context(named_file(path, option))
        packed = path.lower().endswith(".gz")
        # no name and no time in the packed file: the same lines give the same bytes
        self._file: Any = self._place.enter_context(gzip.GzipFile("", "wb", 6, raw, mtime=0)) if packed else raw

    def write(self, line: bytes) -> None:
        """Append one line."""
        try:
            self._file.write(line + b"\n")
        except OSError as error:
            raise CouldNotCheck(f"{self._option}: could not be written: {error.strerror}") from None
        self.lines += 1

    def commit(self) -> None:
        """Move the file to its place."""
        try:
            self._place.close()
        except OSError as error:
            raise CouldNotCheck(f"{self._option}: could not be written: {error.strerror}") from None

    def discard(self) -> None:
        """Leave what stood at the place before as it was."""
        with contextlib.suppress(OSError):
            self._place.__exit__(_Discarded, _Discarded(), None)


class _Discarded(Exception):
    """Ends the block of a file that is not wanted."""
