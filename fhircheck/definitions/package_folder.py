"""Reads a FHIR package that lies unpacked in a folder, or a plain folder of conformance resources."""

import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from fhircheck.definitions.package_archive import LARGEST_FILE, MOST_FILES, File
from fhircheck.definitions.package_hash import is_hidden
from fhircheck.model.errors import PackageUnusable

MANIFEST = "package.json"
SETTLED = 60.0


class FolderFile(NamedTuple):
    """One file of a folder: path inside it, size in bytes, time of its last change in ns."""

    path: str
    size: int
    changed: int


def package_root(folder: Path) -> Path | None:
    """The folder with the package.json: `folder` itself or its ``package``; None for a plain folder."""
    for root in (folder / "package", folder):
        if (root / MANIFEST).is_file():
            return root
    return None


def list_folder(root: Path) -> list[FolderFile]:
    """All files below `root` but hidden ones, sorted by path; links to folders are not followed.

    Raises PackageUnusable where the folder cannot be read or holds more than a package can have.
    """
    found: list[FolderFile] = []
    for path in _walk(root, ""):
        found.append(path)
        if len(found) > MOST_FILES:
            raise PackageUnusable(f"{root} holds more than {MOST_FILES:,} files: this is no package")
    return sorted(found)


def _walk(folder: Path | str, prefix: str) -> Iterator[FolderFile]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                path = prefix + entry.name
                if is_hidden(entry.name):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    yield from _walk(entry.path, path + "/")
                elif entry.is_file():
                    facts = entry.stat()
                    yield FolderFile(path, facts.st_size, facts.st_mtime_ns)
    except OSError as error:
        raise PackageUnusable(f"{folder} cannot be read: {error.strerror}") from None


def quick_signature(root: Path) -> str:
    """A signature of a release in the shared cache that looks at no file: it changes when a file comes or
    goes, not when one is written in place, which nobody does to a release.

    Empty where the folder changed within the last SETTLED seconds: another tool may still be unpacking.
    """
    try:
        changed = root.stat().st_mtime
        manifest = (root / MANIFEST).stat()
    except OSError:
        return ""
    if not 0 < changed < time.time() - SETTLED:
        return ""
    seen = f"{root.absolute()}\0{changed}\0{manifest.st_size}\0{manifest.st_mtime_ns}"
    return hashlib.sha256(seen.encode(errors="surrogateescape")).hexdigest()


def signature(root: Path, files: list[FolderFile]) -> str:
    """Changes when a file comes, goes, or is written: cheaper than reading them all."""
    whole = hashlib.sha256(str(root.absolute()).encode(errors="surrogateescape"))
    for file in files:
        whole.update(f"{file.path}\0{file.size}\0{file.changed}\n".encode(errors="surrogateescape"))
    return whole.hexdigest()


def read_folder(root: Path, files: list[FolderFile]) -> Iterator[File]:
    """The content of `files`. Raises PackageUnusable where one cannot be read."""
    for file in files:
        if file.size > LARGEST_FILE:
            raise PackageUnusable(f"{root / file.path} has {file.size:,} bytes: this is no package")
        try:
            yield file.path, (root / file.path).read_bytes()
        except OSError as error:
            raise PackageUnusable(f"{root / file.path} cannot be read: {error.strerror}") from None
