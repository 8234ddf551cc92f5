"""Bounded unpacking of gzip, zip and tar: one member at a time, never written to disk, never all in memory."""

import gzip
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

from fhircheck.transport.archives import HEAD, Member, UnpackLimits
from fhircheck.transport.byte_stream import StreamFault

_NESTED = (".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".7z", ".rar", ".zst")
_FAULTS = (EOFError, zlib.error, gzip.BadGzipFile, tarfile.TarError, zipfile.BadZipFile)
_REMEMBERED = 1 << 16
# A tar header may claim any size: skipping to its end would ask an ended stream for ever.
_PATIENCE = 64


@dataclass(slots=True)
class _Budget:
    """What has been unpacked so far, against what it was unpacked from."""

    limits: UnpackLimits
    packed: Callable[[], int]
    unpacked: int = 0
    members: int = 0

    def spend(self, data: bytes) -> bytes:
        self.unpacked += len(data)
        if self.unpacked > self.limits.total:
            raise StreamFault("archive-too-large", f"more than {self.limits.total} bytes")
        if self.unpacked > self.limits.free and self.unpacked > self.limits.ratio * max(self.packed(), 1):
            raise StreamFault("archive-too-large", f"more than {self.limits.ratio} times its packed size")
        return data

    def member(self) -> None:
        self.members += 1
        if self.members > self.limits.members:
            raise StreamFault("archive-too-large", f"more than {self.limits.members} members")


def guarded(read: Callable[[int], bytes]) -> Callable[[int], bytes]:
    """`read` with every fault of an archive library as a StreamFault of kind ``archive-broken``."""

    def guarded_read(size: int) -> bytes:
        try:
            return read(size)
        except _FAULTS as fault:
            raise StreamFault("archive-broken", _reason(fault)) from None

    return guarded_read


def gzip_reader(read: Callable[[int], bytes], limits: UnpackLimits) -> Callable[[int], bytes]:
    """A reader of what `read` gives, unpacked. Raises StreamFault when it is broken or too large."""
    counted = _Counted(read)
    budget = _Budget(limits, counted.tell)
    unpacked = guarded(gzip.GzipFile(fileobj=counted, mode="rb").read)  # type: ignore[call-overload]
    return _spending(budget, unpacked)


def tar_members(read: Callable[[int], bytes], limits: UnpackLimits) -> Iterator[Member]:
    """The files of a tar stream in their order; each must be read before the next is asked for.

    Raises StreamFault when the archive is broken or too large.
    """
    counted = _Counted(read)
    budget = _Budget(limits, counted.tell)
    try:
        with tarfile.open(fileobj=counted, mode="r|") as archive:  # type: ignore[call-overload]
            while info := archive.next():
                budget.member()
                archive.members = []
                if info.isdir():
                    continue
                refused = _refusal(info.name, not info.isreg())
                body = archive.extractfile(info) if not refused else None
                if body is None:
                    yield Member(info.name, refused=refused)
                else:
                    yield Member(info.name, _spending(budget, guarded(body.read)))
            if counted.around(archive.offset) != bytes(HEAD):
                raise StreamFault("archive-broken", "no end mark")
    except _FAULTS as fault:
        raise StreamFault("archive-broken", _reason(fault)) from None


def zip_members(file: IO[bytes], limits: UnpackLimits) -> Iterator[Member]:
    """The files of a zip archive in its own order. Raises StreamFault when it is broken or too large."""
    try:
        with zipfile.ZipFile(file) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
            packed = 0
            budget = _Budget(limits, lambda: packed)
            for info in members:
                budget.member()
                packed += info.compress_size
                yield _zip_member(archive, info, budget)
    except (*_FAULTS, OSError, ValueError) as fault:
        raise StreamFault("archive-broken", _reason(fault)) from None


def _zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: _Budget) -> Member:
    refused = _refusal(info.filename, stat.S_ISLNK(info.external_attr >> 16))
    if not refused and info.flag_bits & 1:
        refused = "archive-member-unreadable", "encrypted"
    if refused:
        return Member(info.filename, refused=refused)
    try:
        body = archive.open(info)
    except NotImplementedError:
        return Member(info.filename, refused=("archive-member-unreadable", "compression-not-supported"))
    return Member(info.filename, _spending(budget, guarded(body.read)))


def _spending(budget: _Budget, read: Callable[[int], bytes]) -> Callable[[int], bytes]:
    return lambda size: budget.spend(read(size))


def _refusal(name: str, special: bool) -> tuple[str, str] | None:
    """Why a member is not read: no plain file, a path out of the archive, or an archive itself."""
    if special:
        return "archive-member-refused", "not-a-plain-file"
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts or parts[0][1:2] == ":":
        return "archive-member-refused", "path-out-of-the-archive"
    if name.lower().endswith(_NESTED):
        return "archive-nested", "archive-in-an-archive"
    return None


def _reason(fault: BaseException) -> str:
    return "truncated" if isinstance(fault, EOFError) else type(fault).__name__


class _Counted:
    """A file-like object that counts what is read from it, and remembers the last of it."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._count = 0
        self._last = b""
        self._empty = 0

    def read(self, size: int = -1) -> bytes:
        data = self._read(size if size >= 0 else 1 << 20)
        self._empty = 0 if data else self._empty + 1
        if self._empty > _PATIENCE:
            raise EOFError
        self._count += len(data)
        self._last = (self._last + data)[-_REMEMBERED:]
        return data

    def around(self, offset: int) -> bytes:
        """The block that stood at `offset`, as far as it is remembered."""
        start = offset - self._count + len(self._last)
        return self._last[start : start + HEAD] if start >= 0 else b""

    def tell(self) -> int:
        return self._count

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False
