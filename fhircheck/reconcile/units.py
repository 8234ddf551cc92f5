"""The units a side is read in: each file by itself, each server by itself. What is read whole is not read again."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from fhircheck.model.errors import UsageError
from fhircheck.model.issue import Issue, Place
from fhircheck.reconcile.row_pass import CHUNK_BITS, Portion
from fhircheck.sources import source_type
from fhircheck.sources.chunked import chunked
from fhircheck.sources.directory import DIRECTORY, wanted_files
from fhircheck.sources.fetched_folder import is_incomplete, read_manifest
from fhircheck.sources.files import FILES, file_pieces
from fhircheck.sources.globs import GLOBS, matches
from fhircheck.sources.options import ReadOptions
from fhircheck.sources.stdin import NAME as STDIN
from fhircheck.transport.http_url import shown as shown_url

UNITS = 1 << 21


@dataclass(frozen=True, slots=True)
class Unit:
    """Something that is read whole. signature: what tells that a file has not changed; of a server only its name.

    repeatable: it gives the same bytes when it is read again, so that what is unfinished can be gone on with.
    """

    name: str
    signature: tuple[str, int, int]
    repeatable: bool

    @property
    def key(self) -> str:
        """What it is known by on disk: a URL without what may be a secret or a value."""
        return self.signature[0] if self.repeatable else f"{self.signature[0]}#{self.signature[1]:x}"

    @property
    def shown(self) -> str:
        """Its name as it may be shown."""
        return self.name if self.repeatable else self.signature[0]


def units_of(names: tuple[str, ...], options: ReadOptions) -> tuple[list[Unit], list[Issue]]:
    """The units of a side in their order, and what is known to be missing before they are read.

    Raises SourceUnusable where a name cannot be read at all, UsageError where there is none.
    """
    if not names:
        raise UsageError("no source is named: give a file, a folder, a pattern, - or a URL")
    units: dict[str, Unit] = {}
    missing: list[Issue] = []
    for name in dict.fromkeys(names):
        source = source_type(name)
        source.check(name, options)
        paths = [name]
        if source is GLOBS:
            paths = matches(name)
        for path in paths:
            for unit in _units(path, source is GLOBS, missing):
                units[unit.name] = unit
    if len(units) > UNITS:
        raise UsageError(f"more than {UNITS} files on one side: pack them into NDJSON or archives first")
    return list(units.values()), missing


def _units(name: str, is_path: bool, missing: list[Issue]) -> Iterator[Unit]:
    source = source_type(name)
    if os.path.isdir(name) and (is_path or source is DIRECTORY):
        if is_incomplete(read_manifest(Path(name))):
            missing.append(Issue("fetch-incomplete", "error", Place(name)))
        found = list(wanted_files(name, Counter()))
        if not found:
            missing.append(Issue("nothing-to-read", "error", Place(name)))
        yield from map(_file, found)
    elif is_path or source is FILES:
        yield _file(name)
    else:
        whole = int.from_bytes(blake2b(name.encode(errors="surrogatepass"), digest_size=6).digest(), "big")
        yield Unit(name, (name if name == STDIN else shown_url(name), whole, 0), False)


def _file(path: str) -> Unit:
    try:
        stat = os.stat(path)
        signature = (os.path.abspath(path), stat.st_size, stat.st_mtime_ns)
    except OSError:
        signature = (os.path.abspath(path), -1, 0)
    return Unit(path, signature, True)


def portions_of(unit: Unit, number: int, options: ReadOptions, done: set[int]) -> Iterator[Portion]:
    """The unit in portions of about `options.chunk_bytes`; those whose number is in `done` are left out.

    Where portions end depends on the data alone.
    """
    pieces = file_pieces(unit.name, options) if unit.repeatable else source_type(unit.name).pieces(unit.name, options)
    for count, held in enumerate(chunked(pieces, options.chunk_bytes)):
        if count >> CHUNK_BITS:
            raise UsageError(f"{unit.signature[0]}: too large to be compared as one file: split it")
        if count not in done:
            yield Portion(number, count, held)
