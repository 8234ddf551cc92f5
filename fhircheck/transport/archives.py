"""What archives are: told by their first bytes, bounded by limits, made of members."""

from collections.abc import Callable
from dataclasses import dataclass

GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
_ZIP_EMPTY = b"PK\x05\x06"
_TAR_AT, _TAR = 257, b"ustar"
_OTHERS = (
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!", "rar"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
)
HEAD = 512


@dataclass(frozen=True, slots=True)
class UnpackLimits:
    """ratio: unpacked to packed bytes, looked at once `free` bytes are unpacked.

    total: unpacked bytes of a whole archive. members: their number.
    """

    ratio: int = 250
    free: int = 64 << 20
    total: int = 256 << 30
    members: int = 1_000_000


@dataclass(slots=True)
class Member:
    """One file of an archive: its name, and how to read it; or why it is not read (`refused`: kind, reason)."""

    name: str
    read: Callable[[int], bytes] = lambda _: b""
    refused: tuple[str, str] | None = None


def archive_form(head: bytes) -> str:
    """``gzip``, ``zip``, ``tar``, the name of a form that is not unpacked, or "" for no archive."""
    if head.startswith(GZIP):
        return "gzip"
    if head.startswith((ZIP, _ZIP_EMPTY)):
        return "zip"
    if head[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR:
        return "tar"
    return next((name for mark, name in _OTHERS if head.startswith(mark)), "")
