"""A folder with an NDJSON file for each resource type, as FHIR's Bulk Data exports have them."""

import json
import os
import re
from contextlib import suppress
from pathlib import Path

from fhircheck.model.errors import CouldNotCheck, UsageError
from fhircheck.transport.ndjson_files import NdjsonFile

_FIRST = re.compile(rb'\{"resourceType": ?"([A-Za-z]{1,64})"')


def names_a_folder(path: str) -> bool:
    """Whether `path` is a folder, or is to be one because it ends in a slash."""
    return path.endswith(("/", os.sep)) or os.path.isdir(path)


class NdjsonFolder:
    """Resources for the folder `path`, which is made; `commit` moves ``<type>.ndjson`` there, a file for each type.

    option: how messages name it. Raises UsageError where the folder cannot be made or has NDJSON files already: what
    an earlier run left must not stand beside what this one writes. CouldNotCheck where writing fails.
    """

    def __init__(self, path: str, option: str) -> None:
        self._path, self._option = Path(path), option
        self._files: dict[str, NdjsonFile] = {}
        self._moved: list[Path] = []
        try:
            self._made = not self._path.is_dir()
            self._path.mkdir(exist_ok=True)
            full = any(each.name.endswith((".ndjson", ".ndjson.gz")) for each in self._path.iterdir())
        except OSError as error:
            raise UsageError(f"{option} {path}: cannot write there: {error.strerror}") from None
        if full:
            raise UsageError(f"{option} {path}: has NDJSON files already; name another folder or empty this one")

    @property
    def lines(self) -> int:
        """Resources written so far."""
        return sum(each.lines for each in self._files.values())

    def write(self, line: bytes) -> None:
        """Append one resource to the file of its type."""
        found = _FIRST.match(line)
        name = found[1].decode() if found else str(json.loads(line).get("resourceType"))
        if name not in self._files:
            if not re.fullmatch("[A-Za-z]{1,64}", name):
                raise CouldNotCheck(f"{self._option} {self._path}: a resource has a type that is no name")
            self._files[name] = NdjsonFile(str(self._path / f"{name}.ndjson"), self._option)
        self._files[name].write(line)

    def commit(self) -> None:
        """Move the files to their places."""
        for name, file in self._files.items():
            file.commit()
            self._moved.append(self._path / f"{name}.ndjson")

    def discard(self) -> None:
        """Leave no file, nor the folder where it was made for them."""
        for file in self._files.values():
            file.discard()
        for path in self._moved:
            with suppress(OSError):
                path.unlink()
        if self._made:
            with suppress(OSError):
                self._path.rmdir()
