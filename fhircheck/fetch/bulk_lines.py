"""Bytes as they arrive -> whole lines of NDJSON, in bounded memory and from any place of a file on."""

import zlib
from collections.abc import Iterator
from typing import NamedTuple

from fhircheck.transport.archives import UnpackLimits
from fhircheck.transport.http import ServerFault

_MARK = b"\xef\xbb\xbf"
_GZIP = b"\x1f\x8b"
_STEP = 1 << 20


class Cut(NamedTuple):
    """Some whole lines. lines: without their ends, blank ones left out. end: offset behind them in the file.

    crc: CRC-32 of the file up to there. too_long: lines in between that were longer than the limit and left out.
    """

    lines: list[bytes]
    end: int
    crc: int
    too_long: int


class LineCutter:
    """Fed with blocks, gives lines; a line over `longest` bytes is dropped while it arrives.

    offset, crc: where in the file the first block stands, and the CRC-32 of what is before it.
    """

    def __init__(self, longest: int, offset: int = 0, crc: int = 0) -> None:
        self._longest = longest
        self._end, self._crc = offset, crc
        self._held: list[bytes] = []
        self._waiting = 0
        self._dropped = 0
        self._dropping = False

    def feed(self, block: bytes) -> Cut | None:
        """The lines that end in `block`, None where none does."""
        cut = block.rfind(b"\n") + 1
        if not cut:
            self._hold(block)
            return None
        head, rest = block[:cut], block[cut:]
        text = b"".join((*self._held, head))
        self._crc = zlib.crc32(text, self._crc)
        self._end += len(text) + self._dropped
        too_long = 0
        if self._dropping:
            text = head[head.find(b"\n") + 1 :]
            too_long = 1
        self._held, self._waiting, self._dropped, self._dropping = [], 0, 0, False
        self._hold(rest)
        return self._cut(text, too_long)

    def last(self) -> Cut | None:
        """What stands behind the last line end, as a line; None where there is nothing."""
        if not (self._waiting or self._dropping):
            return None
        text = b"".join(self._held)
        self._crc = zlib.crc32(text, self._crc)
        self._end += len(text) + self._dropped
        too_long, text = (1, b"") if self._dropping else (0, text)
        self._held, self._waiting, self._dropped, self._dropping = [], 0, 0, False
        return self._cut(text, too_long)

    def _cut(self, text: bytes, too_long: int) -> Cut:
        lines = [line for line in text.split(b"\n") if line and not line.isspace()]
        if self._end == len(text) and lines and lines[0].startswith(_MARK):
            lines[0] = lines[0][len(_MARK) :]
        fit = [line for line in lines if len(line) <= self._longest]
        return Cut(fit, self._end, self._crc, too_long + len(lines) - len(fit))

    def _hold(self, block: bytes) -> None:
        """Keep the beginning of a line, or only count it where it has become too long."""
        if not block:
            return
        self._held.append(block)
        self._waiting += len(block)
        if self._dropping or self._waiting > self._longest:
            for each in self._held:
                self._crc = zlib.crc32(each, self._crc)
            self._dropped += self._waiting
            self._held, self._waiting, self._dropping = [], 0, True


class Unpacking:
    """Blocks of a file that may be packed by gzip itself (apart from the transfer), as blocks of its content.

    packed: whether it is, known after the first block, which must be longer than a byte.
    """

    def __init__(self, limits: UnpackLimits) -> None:
        self._limits = limits
        self._begun = False
        self.packed = False
        self._read = self._given = 0
        self._member: zlib._Decompress | None = None

    def feed(self, block: bytes) -> Iterator[bytes]:
        """What comes out of `block`. Raises ServerFault where it is damaged, or grows beyond the limits."""
        if not self._begun and block:
            self._begun = True
            self.packed = block.startswith(_GZIP)
        if not self.packed:
            yield block
            return
        self._read += len(block)
        while block:
            if self._member is None:
                block = block.lstrip(b"\0")
                if not block:
                    return
                self._member = zlib.decompressobj(31)
            try:
                part = self._member.decompress(block, _STEP)
            except zlib.error:
                raise ServerFault("packed-file-damaged") from None
            block = self._member.unconsumed_tail
            if self._member.eof:
                block, self._member = self._member.unused_data, None
            self._count(len(part))
            if part:
                yield part

    def check_end(self) -> None:
        """Raise ServerFault where a packed file ends too early."""
        if self._member is not None:
            raise ServerFault("answer-broken-off")

    def _count(self, size: int) -> None:
        self._given += size
        limits = self._limits
        if self._given > limits.total or (self._given > limits.free and self._given > limits.ratio * self._read):
            raise ServerFault("answer-too-large")
