"""A pattern of file names, for shells that do not expand it; ``**`` stands for any folders."""

import glob
import os
from collections.abc import Iterator

from fhircheck.model.errors import SourceUnusable
from fhircheck.model.record import Piece
from fhircheck.sources.directory import folder_pieces, folder_size
from fhircheck.sources.files import FILES, file_pieces, shown
from fhircheck.sources.options import ReadOptions
from fhircheck.sources.source_type import SourceType


def _claims(name: str) -> bool:
    return glob.has_magic(name) and not os.path.exists(name)


def matches(name: str) -> list[str]:
    """What the pattern names, sorted by code points; with ``**``, files only, since it names folders' contents too."""
    found = sorted(glob.glob(name, recursive=True))
    return [path for path in found if not os.path.isdir(path)] if "**" in name else found


def _pieces(name: str, options: ReadOptions) -> Iterator[Piece]:
    for path in matches(name):
        yield from folder_pieces(path, options) if os.path.isdir(path) else file_pieces(path, options)


def _check(name: str, options: ReadOptions) -> None:
    if not matches(name):
        raise SourceUnusable(f"{shown(name)}: no file matches this pattern")


def _size(name: str) -> int | None:
    sizes = [folder_size(path) if os.path.isdir(path) else FILES.size(path) for path in matches(name)]
    return None if None in sizes else sum(size for size in sizes if size is not None)


GLOBS = SourceType("globs", "A pattern such as data/**/*.json, in the order of names.", _claims, _pieces, _check, _size)
