"""Bytes that stand in a regular file too: another process of this machine reads them there, no pipe carries them."""

import copyreg
import io
import pickle
from typing import Any
from zlib import crc32

WORTH = 1 << 16
"""Bytes: fewer cost less in a pipe than a file costs to open."""


class SpanChanged(Exception):
    """The file does not hold the same bytes any more."""


class FileSpan(bytes):
    """Bytes that were read from `path` at `offset`. Pickled as any bytes, but by `packed`."""

    path: str
    offset: int

    @classmethod
    def of(cls, data: bytes, path: str, offset: int) -> "FileSpan":
        """`data` with its place."""
        span = cls(data)
        span.path, span.offset = path, offset
        return span

    def __reduce__(self) -> tuple[Any, ...]:
        return bytes, (bytes(self),)


def packed(what: object) -> bytes:
    """A pickle of `what` in which each FileSpan is its place, length and checksum.

    `pickle.loads` raises SpanChanged where the file is gone or holds other bytes there by now.
    """
    target = io.BytesIO()
    pickler = pickle.Pickler(target, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = copyreg.dispatch_table | {FileSpan: _by_place}
    pickler.dump(what)
    return target.getvalue()


def _by_place(span: FileSpan) -> tuple[Any, ...]:
    return _read, (span.path, span.offset, len(span), crc32(span))


def _read(path: str, offset: int, size: int, checksum: int) -> bytes:
    try:
        with open(path, "rb") as file:
            file.seek(offset)
            data = file.read(size)
    except OSError as error:
        raise SpanChanged from error
    if len(data) != size or crc32(data) != checksum:
        raise SpanChanged
    return data
