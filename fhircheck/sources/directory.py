"""A folder with all folders below it, walked in the order of names."""

import os
import stat
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from fhircheck.model.errors import SourceUnusable
from fhircheck.model.record import Piece
from fhircheck.sources.content import problem
from fhircheck.sources.fetched_folder import BESIDE, MANIFEST, is_incomplete, read_manifest
from fhircheck.sources.files import file_pieces, shown
from fhircheck.sources.options import ReadOptions
from fhircheck.sources.skipped import begins_like_json, is_own_file, is_read_in_folders, left_out, suffix_of
from fhircheck.sources.source_type import SourceType


def walk(folder: str) -> Iterator[str]:
    """Paths of all files below `folder`, sorted by code points at each level; links to folders are not followed.

    A folder that cannot be listed is given itself, so that opening it says why.
    """
    waiting = [folder]
    while waiting:
        path = waiting.pop()
        try:
            names = sorted(os.listdir(path)) if path == folder or _is_folder(path) else None
        except OSError:
            names = None
        if names is None:
            yield path
        else:
            waiting += (os.path.join(path, name) for name in reversed(names))


def _is_folder(path: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode) and not os.path.basename(path).startswith(".")
    except OSError:
        return False


def wanted_files(folder: str, skipped: Counter[str]) -> Iterator[str]:
    """Paths of the files that are read; the others are counted in `skipped`, a package's own lists are not."""
    beside = _beside(folder)
    for path in walk(folder):
        name = os.path.basename(path)
        if is_own_file(name) or path.startswith(beside):
            continue
        if _is_folder(path) or _is_wanted(path, name):
            yield path
        else:
            skipped[suffix_of(name)] += 1


def _beside(folder: str) -> tuple[str, ...]:
    """Beginnings of the paths that `fhircheck fetch` put beside the data it wrote into `folder`; mostly none."""
    if read_manifest(Path(folder)) is None:
        return ()
    return (os.path.join(folder, MANIFEST), *(os.path.join(folder, name, "") for name in BESIDE))


def _is_wanted(path: str, name: str) -> bool:
    if is_read_in_folders(name):
        return not _is_special(path)
    return "." not in name and _begins_like_json(path)


def _is_special(path: str) -> bool:
    """A pipe, socket or device, or a link to a folder: opening it could wait for ever or go in circles."""
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not (stat.S_ISDIR(mode) and not os.path.islink(path))


def _begins_like_json(path: str) -> bool:
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return False
        with open(path, "rb") as file:
            return begins_like_json(file.read(64))
    except OSError:
        return False


def folder_pieces(folder: str, options: ReadOptions) -> Iterator[Piece]:
    """All pieces of all files of a folder, then what was skipped; a folder with nothing to read is a finding."""
    skipped: Counter[str] = Counter()
    found = False
    if is_incomplete(read_manifest(Path(folder))):
        yield problem(shown(folder), "fetch-incomplete")
    for path in wanted_files(folder, skipped):
        found = True
        yield from file_pieces(path, options)
    yield from left_out(shown(folder), found, skipped)


def _check(name: str, options: ReadOptions) -> None:
    try:
        os.listdir(name)
    except OSError as fault:
        raise SourceUnusable(f"{shown(name)}: {fault.strerror or type(fault).__name__}") from None


def folder_size(name: str) -> int | None:
    """Bytes of all files that would be read, None where one of them is packed."""
    total = 0
    for path in wanted_files(name, Counter()):
        if not path.lower().endswith((".json", ".ndjson", ".jsonl")):
            return None
        try:
            total += os.stat(path).st_size
        except OSError:
            continue
    return total


DIRECTORY = SourceType(
    "directory",
    "A folder: all JSON and NDJSON files and archives in it and below it; others are counted.",
    os.path.isdir,
    folder_pieces,
    _check,
    folder_size,
)
