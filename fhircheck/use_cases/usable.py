"""The resources of usable patients as NDJSON, in one file or one for each type.

They wait in a temporary file until it is known who is usable.
"""

import os
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from struct import Struct
from typing import IO

from fhircheck.model.errors import UsageError
from fhircheck.model.split_line import UsableLine
from fhircheck.model.temporary import lost, temporary_file
from fhircheck.transport.ndjson_files import NdjsonFile
from fhircheck.transport.ndjson_folders import NdjsonFolder, names_a_folder
from fhircheck.use_cases.funnel import Funnel

_HEAD = Struct("<QBI")


class UsableFile:
    """Takes lines in the data's order; `finish` puts the file in place, `discard` leaves all as it was.

    path: a file, or a folder that gets a file for each resource type.

    What counted for a usable patient is written, and what is about nobody but meets a requirement (an Endpoint). What
    comes after the moment to be predicted, or outside a window, is not. Raises UsageError where `path` cannot be
    written to, CouldNotCheck where the temporary folder is full.
    """

    def __init__(self, path: str) -> None:
        writer = NdjsonFolder if names_a_folder(path) else NdjsonFile
        self._file: NdjsonFile | NdjsonFolder = writer(path, "--write-usable")
        self._waiting: IO[bytes] = temporary_file()

    def take(self, lines: Iterable[UsableLine]) -> None:
        """Take the next resources."""
        try:
            for line in lines:
                self._waiting.write(_HEAD.pack(line.key, line.about, len(line.data)) + line.data)
        except OSError as error:
            raise lost(error) from error

    def finish(self, funnel: Funnel) -> int:
        """Write what is usable, and put the file in place; how many resources."""
        kept = array("Q", sorted(funnel.kept or ()))
        self._waiting.seek(0)
        while head := self._waiting.read(_HEAD.size):
            key, about, size = _HEAD.unpack(head)
            data = self._waiting.read(size)
            if _has(kept, key) if about else len(kept):
                self._file.write(data)
        self._waiting.close()
        self._file.commit()
        return self._file.lines

    def discard(self) -> None:
        """Give up: nothing is written."""
        self._waiting.close()
        self._file.discard()


@contextmanager
def usable_file(path: str, sources: Iterable[str]) -> Iterator[UsableFile]:
    """A UsableFile that is discarded where the run fails. Raises UsageError where one of `sources` is that file."""
    if os.path.realpath(path) in {os.path.realpath(each) for each in sources}:
        raise UsageError(f"{path}: is read and cannot be written in the same run")
    file = UsableFile(path)
    try:
        yield file
    except BaseException:
        file.discard()
        raise


def _has(keys: "array[int]", key: int) -> bool:
    at = bisect_left(keys, key)
    return at < len(keys) and keys[at] == key
