"""One file: JSON, NDJSON, either packed by gzip, or an archive of them."""

import os
import stat
from collections.abc import Callable, Iterator
from functools import partial
from typing import IO

from fhircheck.model.errors import SourceUnusable
from fhircheck.model.file_span import WORTH, FileSpan
from fhircheck.model.record import Piece
from fhircheck.sources.archive_members import archive_pieces
from fhircheck.sources.content import is_recoded, pieces_of, problem
from fhircheck.sources.options import ReadOptions
from fhircheck.sources.source_type import SourceType
from fhircheck.transport.archives import HEAD, archive_form
from fhircheck.transport.byte_stream import ByteStream

LINES = (".ndjson", ".jsonl")


def shown(name: str) -> str:
    """A file name as it can be printed: bytes that are no UTF-8 as escapes."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def names_lines(name: str) -> bool | None:
    """True where the name says NDJSON, None where it does not."""
    return name.lower().removesuffix(".gz").endswith(LINES) or None


def file_pieces(path: str, options: ReadOptions) -> Iterator[Piece]:
    """All pieces of the file at `path`; what cannot be read is a finding in its place."""
    if options.since and not _is_changed(path, options.since):
        return
    name = shown(path)
    try:
        with open(path, "rb", buffering=0) as file:
            regular = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
            place = os.path.abspath(path) if regular else ""
            yield from _opened(file, name, options, place)
    except IsADirectoryError:
        yield problem(name, "file-unreadable", reason="folder cannot be listed")
    except OSError as fault:
        yield problem(name, "file-unreadable", reason=fault.strerror or type(fault).__name__)


def _is_changed(path: str, since: str) -> bool:
    from fhircheck.sources.changed import is_changed  # only where that was asked for

    return is_changed(path, since)


def _opened(file: IO[bytes], name: str, options: ReadOptions, place: str) -> Iterator[Piece]:
    stream = ByteStream(file.read)
    form = archive_form(stream.peek(HEAD))
    if form == "zip" and file.seekable():
        from fhircheck.transport.unpacking import zip_members

        yield from archive_pieces(zip_members(file, options.unpack), name, options)
    elif form or not place or is_recoded(stream):
        yield from stream_pieces(stream, form, name, options)
    else:
        yield from map(partial(_placed, place), stream_pieces(stream, form, name, options))


def _placed(path: str, piece: Piece) -> Piece:
    """The piece; big data of lines knows its place in the file."""
    if piece.form != "ndjson" or len(piece.data) < WORTH:
        return piece
    return piece._replace(data=FileSpan.of(piece.data, path, piece.offset))


def stream_pieces(stream: ByteStream, form: str, name: str, options: ReadOptions) -> Iterator[Piece]:
    """All pieces of a stream that cannot go back; `form`: what `archive_form` says of its start."""
    if not form:
        yield from pieces_of(stream, name, options, names_lines(name))
        return
    from fhircheck.transport.unpacking import gzip_reader, tar_members

    if form == "gzip":
        unpacked = ByteStream(gzip_reader(_reading(stream), options.unpack))
        if archive_form(unpacked.peek(HEAD)) == "tar":
            yield from archive_pieces(tar_members(_reading(unpacked), options.unpack), name, options)
        else:
            yield from pieces_of(unpacked, name, options, names_lines(name))
    elif form == "tar":
        yield from archive_pieces(tar_members(_reading(stream), options.unpack), name, options)
    else:
        yield problem(name, "archive-unsupported", form=form)


def _reading(stream: ByteStream) -> Callable[[int], bytes]:
    """Read from `stream`; a fault is raised again instead of looking like the end."""

    def read(size: int) -> bytes:
        data = stream.read(size)
        if not data and stream.fault:
            raise stream.fault
        return data

    return read


def _check(name: str, options: ReadOptions) -> None:
    try:
        mode = os.stat(name).st_mode
        if stat.S_ISREG(mode):
            with open(name, "rb"):
                pass
    except OSError as fault:
        raise SourceUnusable(f"{shown(name)}: {fault.strerror or type(fault).__name__}") from None


def _size(name: str) -> int | None:
    """Bytes of a plain file; of a packed one nothing is known before it is read."""
    try:
        with open(name, "rb") as file:
            return None if archive_form(file.read(HEAD)) else os.fstat(file.fileno()).st_size
    except OSError:
        return None


FILES = SourceType(
    "files",
    "A file: JSON, NDJSON, either of them packed by gzip, or a zip or tar archive of them.",
    lambda name: True,
    file_pieces,
    _check,
    _size,
)
