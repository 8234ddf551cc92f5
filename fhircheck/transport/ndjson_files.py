"""NDJSON files that appear whole or not at all, packed where their name says so."""

import contextlib
import gzip
import os
import tempfile
from pathlib import Path
from typing import IO, Any

from fhircheck.model.errors import CouldNotCheck, UsageError


class NdjsonFile:
    """Lines for `path`; written beside it and moved there by `commit`. option: how messages name it.

    Raises UsageError where the folder is missing or cannot be written to, CouldNotCheck where writing fails.
    """

    def __init__(self, path: str, option: str) -> None:
        self._option = f"{option} {path}"
        self._target = Path(os.path.realpath(path))
        self.lines = 0
        if self._target.is_dir():
            raise UsageError(f"{self._option}: is a folder")
        try:
            handle, self._part = tempfile.mkstemp(
                prefix=f".{self._target.name[:100]}.", suffix=".part", dir=self._target.parent
            )
        except OSError as error:
            raise UsageError(f"{self._option}: cannot write there: {error.strerror}") from None
        self._raw: IO[bytes] = os.fdopen(handle, "wb")
        packed = path.lower().endswith(".gz")
        # no name and no time in the packed file: the same lines give the same bytes
        self._file: Any = gzip.GzipFile("", "wb", 6, self._raw, mtime=0) if packed else self._raw

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
            self._close()
            os.chmod(self._part, self._mode())
            os.replace(self._part, self._target)
        except OSError as error:
            self.discard()
            raise CouldNotCheck(f"{self._option}: could not be written: {error.strerror}") from None

    def discard(self) -> None:
        """Leave what stood at the place before as it was."""
        with contextlib.suppress(OSError):
            self._close()
        with contextlib.suppress(OSError):
            os.unlink(self._part)

    def _close(self) -> None:
        self._file.close()
        self._raw.close()

    def _mode(self) -> int:
        if self._target.exists():
            return self._target.stat().st_mode & 0o777
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
