"""Reads a FHIR package as it travels: a gzip-compressed tar file, which may come from anywhere.

Nothing is unpacked to disk here, memory stays bounded, and an archive that plays tricks (links,
devices, paths that lead out of it, more content than a package can have) is refused whole.
"""

import gzip
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from fhircheck.model.errors import PackageUnusable

LARGEST_FILE = 128 * 2**20
LARGEST_PACKAGE = 2**30
MOST_FILES = 100_000
ROOT = "package"
_RESERVED = set('<>:"|?*\\')

File = tuple[str, bytes]
"""Path inside the package, with slashes, and content."""


def read_archive(path: Path) -> Iterator[File]:
    """The files below ``package/`` of a .tgz, in the archive's order.

    Raises PackageUnusable where it is no such archive, is damaged, or is refused.
    """
    try:
        with gzip.open(path) as unpacked:
            yield from _files(_Bounded(unpacked, path), path)
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error):
        raise PackageUnusable(f"{path} is no readable .tgz: damaged, incomplete, or something else") from None
    except OSError as error:
        raise PackageUnusable(f"{path} cannot be read: {error.strerror or error}") from None


def _files(stream: "_Bounded", path: Path) -> Iterator[File]:
    with tarfile.open(fileobj=stream, mode="r:") as archive:  # type: ignore[call-overload]
        for number, member in enumerate(archive):
            if number >= MOST_FILES:
                raise PackageUnusable(f"{path} is refused: more than {MOST_FILES:,} members")
            name = _safe_name(member, path, number)
            if member.isfile() and name.startswith(f"{ROOT}/"):
                content = archive.extractfile(member)
                data = content.read() if content else b""
                if len(data) != member.size:
                    raise EOFError("it ends in the middle of a file")
                yield name[len(ROOT) + 1 :], data
            archive.members.clear()


def _safe_name(member: tarfile.TarInfo, path: Path, number: int) -> str:
    if not (member.isfile() or member.isdir()) or member.issparse():
        raise PackageUnusable(f"{path} is refused: its member {number + 1} is a link, a device or full of holes")
    if not 0 <= member.size <= LARGEST_FILE:
        raise PackageUnusable(f"{path} is refused: its member {number + 1} has {member.size:,} bytes")
    parts = [part for part in member.name.split("/") if part != "."]
    unsafe = ".." in parts or member.name.startswith("/") or _RESERVED & set(member.name)
    if unsafe or any(ord(character) < 32 for character in member.name):
        raise PackageUnusable(f"{path} is refused: the path of its member {number + 1} leads out of the package")
    return "/".join(parts)


class _Bounded:
    """A decompressing stream that refuses to give more than a package can have."""

    def __init__(self, stream: BinaryIO | gzip.GzipFile, path: Path) -> None:
        self._stream = stream
        self._path = path

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= LARGEST_FILE:
            raise PackageUnusable(f"{self._path} is refused: a part of it claims {size:,} bytes")
        return self._stream.read(size)

    def seek(self, position: int) -> int:
        # An archive whose sizes lie can send its reader back for ever; an honest one goes on.
        if position < self._stream.tell() - tarfile.RECORDSIZE:
            raise PackageUnusable(f"{self._path} is refused: it leads backwards")
        if position > LARGEST_PACKAGE:
            raise PackageUnusable(f"{self._path} is refused: it unpacks to more than {LARGEST_PACKAGE:,} bytes")
        return self._stream.seek(position)

    def tell(self) -> int:
        return self._stream.tell()
