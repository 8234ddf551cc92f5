"""The staged files of parts: lines are appended durably, and what was not committed is cut off again."""

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from fhircheck.fetch.fetch_state import Part
from fhircheck.model.errors import CouldNotCheck

_OPEN = 64


class Staging:
    """One file a part below `folder`, at most _OPEN of them open at a time."""

    def __init__(self, folder: Path, target: str) -> None:
        self._folder, self._target = folder, target
        self._files: dict[int, BinaryIO] = {}
        folder.mkdir(exist_ok=True)

    def write(self, part: Part, size: int, data: bytes) -> None:
        """Put `data` behind the first `size` bytes of the part's file, and wait until the disk has it.

        Raises CouldNotCheck where the file is shorter than that, OSError where the disk does not take it.
        """
        file = self._opened(part)
        there = file.seek(0, os.SEEK_END)
        if there < size:
            raise CouldNotCheck(f"{self._target}: the data of an unfinished fetch is damaged; --restart begins anew")
        if there > size:
            file.truncate(size)
            file.seek(size)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())

    def close(self, part: Part) -> None:
        """Nothing more comes for `part`."""
        file = self._files.pop(part.no, None)
        if file is not None:
            file.close()

    def close_all(self) -> None:
        """Close all files."""
        while self._files:
            with suppress(OSError):
                self._files.popitem()[1].close()

    def _opened(self, part: Part) -> BinaryIO:
        file = self._files.pop(part.no, None)
        if file is None:
            while len(self._files) >= _OPEN:
                self._files.pop(next(iter(self._files))).close()
            path = self._folder / str(part.no)
            handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
            file = os.fdopen(handle, "r+b")
        self._files[part.no] = file  # the one used last stands last
        return file
