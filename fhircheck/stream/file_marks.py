"""What a file is recognised by: checksums of its beginning. They are no secret and no proof, and tell nothing of it."""

import os
import zlib

from fhircheck.sources.files import LINES

HEAD = 4096
"""Bytes a file is recognised by."""


def says_lines(path: str) -> bool:
    """Whether the name says NDJSON."""
    return path.lower().endswith(LINES)


def key_of_file(status: os.stat_result) -> tuple[int, int]:
    """What a file is known by as long as it is there."""
    return status.st_dev, status.st_ino


def written(status: os.stat_result, now: float) -> float:
    """When a file was last written, as far as its time can be believed."""
    return min(status.st_mtime, now)


def start_of(path: str, size: int) -> bytes:
    """The first `size` bytes. Raises OSError."""
    with open(path, "rb") as file:
        return file.read(size)


def head_of(path: str, offset: int) -> int:
    """CRC-32 of what a file is recognised by, of the part that was read."""
    try:
        return zlib.crc32(start_of(path, min(offset, HEAD)))
    except OSError:
        return 0


def crc_of(path: str, size: int) -> int:
    """CRC-32 of the first `size` bytes, -1 where they are not there."""
    found = 0
    try:
        with open(path, "rb") as file:
            while size > 0:
                block = file.read(min(size, 1 << 20))
                if not block:
                    return -1
                found = zlib.crc32(block, found)
                size -= len(block)
    except OSError:
        return -1
    return found
