"""What a check says of a folder as a whole: it is said once, when following ends."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from fhircheck.model.record import Chunk
from fhircheck.sources.content import problem
from fhircheck.sources.directory import wanted_files
from fhircheck.sources.fetched_folder import is_incomplete, read_manifest
from fhircheck.sources.files import shown
from fhircheck.sources.skipped import left_out


def said_of_folder(name: str) -> Iterator[Chunk]:
    """What a check says of a folder as a whole."""
    skipped: Counter[str] = Counter()
    if is_incomplete(read_manifest(Path(name))):
        yield [problem(shown(name), "fetch-incomplete")]
    found = False
    for path in wanted_files(name, skipped):
        found = True
        if os.path.isdir(path):
            yield [problem(shown(path), "file-unreadable", reason="folder cannot be listed")]
    yield from ([piece] for piece in left_out(shown(name), found, skipped))
