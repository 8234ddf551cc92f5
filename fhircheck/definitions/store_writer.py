"""Writes a package store: read once, compressed one definition at a time, put in place atomically.

Standard library only: the build hook imports this module before any dependency is installed.
"""

import contextlib
import hashlib
import os
import sqlite3
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from fhircheck.definitions.store_form import FORM, INDEXES, SCHEMA, Head

Entries = Iterable[tuple[Head, bytes]]


def write_store(
    target: Path,
    entries: Entries,
    describe: Callable[[], Mapping[str, str]],
    *,
    dictionary: bytes = b"",
    level: int = 6,
) -> None:
    """Write `entries` (head and JSON text of each definition) to the store at `target`.

    describe: called after the last entry; what the store says of itself (``sha256``, the package's
    identity, ``manifest``, its package.json, and more). dictionary: zlib preset dictionary, makes
    small definitions small. The file appears whole or not at all; of two writers at once the later
    one wins with equal content. Raises OSError where the folder cannot be written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with _beside(target) as unfinished:
        connection = sqlite3.connect(unfinished, isolation_level=None)
        try:
            connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + SCHEMA)
            connection.execute("BEGIN")
            count = _fill(connection, entries, dictionary, level)
            meta = {**describe(), "form": FORM, "definitions": str(count), "dictionary": dictionary}
            connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
            connection.execute("COMMIT")
            connection.executescript(INDEXES + "VACUUM;")
        finally:
            connection.close()


@contextlib.contextmanager
def _beside(target: Path) -> Iterator[str]:
    number, unfinished = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".new")
    os.close(number)
    try:
        yield unfinished
        os.chmod(unfinished, 0o644)
        put_in_place(Path(unfinished), target)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(unfinished)


def put_in_place(finished: Path, target: Path) -> None:
    """Rename `finished` to `target`. Where the system refuses since another process reads the
    `target` that is already there (Windows), that one stays: stores of one name are equal."""
    try:
        os.replace(finished, target)
    except PermissionError:
        if not target.exists():
            raise


def _fill(connection: sqlite3.Connection, entries: Entries, dictionary: bytes, level: int) -> int:
    count = 0
    for head, text in entries:
        count += 1
        digest = hashlib.blake2b(text, digest_size=16).hexdigest()
        connection.execute(_INSERT, head._replace(number=count, digest=digest, size=len(text)))
        connection.execute("INSERT INTO content VALUES (?, ?)", (count, compress(text, dictionary, level)))
    return count


_INSERT = f"INSERT INTO definition VALUES ({', '.join('?' * len(Head._fields))})"


def compress(text: bytes, dictionary: bytes, level: int) -> bytes:
    """`text` as a zlib stream, made with the preset `dictionary` where there is one."""
    packer = zlib.compressobj(level, zdict=dictionary) if dictionary else zlib.compressobj(level)
    return packer.compress(text) + packer.flush()
