"""Standard input that goes on: a thread reads it, so that time, signals and silence are not missed meanwhile."""

import io
import queue
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import BinaryIO

from fhircheck.model.errors import CouldNotCheck
from fhircheck.model.record import Chunk, Piece
from fhircheck.sources import ReadOptions
from fhircheck.sources.content import MARK, problem
from fhircheck.sources.files import stream_pieces
from fhircheck.stream.feed import Bounds, Changes, Portion, Tell
from fhircheck.stream.line_reading import whole_lines
from fhircheck.stream.notice import Notice
from fhircheck.stream.position import INPUT, Form, Position
from fhircheck.transport.archives import HEAD, archive_form
from fhircheck.transport.byte_stream import ByteStream

NAME = "-"
_BLOCK = 1 << 16
_AHEAD = 64
"""Blocks that are read ahead, so that memory stays bounded where checking is slower than the sender."""


class InputFeed:
    """NDJSON of a stream without end; anything else (one document) is read when the stream has ended.

    replay: after a restart the sender begins again with the first byte, so that what was counted is passed over; it is
    compared by its checksum. Otherwise what comes is taken to follow what was read before.
    """

    def __init__(
        self, stream: BinaryIO, bounds: Bounds, reading: ReadOptions, tell: Tell, wake: Callable[[], None], replay: bool
    ) -> None:
        self._bounds, self._reading, self._tell, self._wake, self._replay = bounds, reading, tell, wake, replay
        self._position = Position(0, *INPUT)
        self._changes = Changes()
        self._held = bytearray()
        self._passed_over, self._passed_crc = 0, 0
        self._blocks: queue.Queue[bytes] = queue.Queue(_AHEAD)
        self._end, self._told, self._last = False, False, 0.0
        self._stopped = threading.Event()
        self.ended, self.several = False, False
        self._thread = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._thread.start()

    def _read(self, stream: BinaryIO) -> None:
        read = getattr(stream, "read1", stream.read)
        while not self._stopped.is_set():
            try:
                block = read(_BLOCK)
            except (OSError, ValueError):
                block = b""
            self._blocks.put(block)
            self._wake()
            if not block:
                return

    def restore(self, positions: Iterable[Position]) -> None:
        """Go on from there."""
        for each in positions:
            self._passed_over = each.offset if self._replay else 0
            self._position = replace(each, form="", chunks=0) if each.chunks == -1 else each

    def take(self, now: float) -> Iterator[Portion]:
        """All whole lines that are there."""
        while not self._end:
            self._fill(now)
            if self._position.form != "lines":
                self._position = replace(self._position, form=self._form())
            if self._position.form == "lines":
                yield from self._lines()
            if self._blocks.empty():
                break
        if self._end and (not self._held or self._position.form == "lines"):
            self.ended = True
        elif self._end:
            yield from self._document()
            self.ended = True
        elif self._held and not self._told and now - self._last >= self._bounds.patience:
            self._told = True
            self._tell(Notice("line-unfinished", now, "-", self._last, now - self._last, is_file=True))

    def _fill(self, now: float) -> None:
        """Take blocks until there are enough for a portion, or none is left for now."""
        while len(self._held) < self._bounds.size or b"\n" not in self._held:
            try:
                block = self._blocks.get_nowait()
            except queue.Empty:
                return
            if not block:
                self._end = True
                return
            self._last, self._told = now, False
            if self._position.form == "lines" or len(self._held) <= self._bounds.longest:
                self._held += self._new_part(block)

    def _new_part(self, block: bytes) -> bytes:
        """`block` without what was counted before a restart. Raises CouldNotCheck where it is not the same stream."""
        if self._passed_over <= 0:
            return block
        known, block = block[: self._passed_over], block[self._passed_over :]
        self._passed_over -= len(known)
        self._passed_crc = zlib.crc32(known, self._passed_crc)
        if not self._passed_over and self._passed_crc != self._position.crc:
            raise CouldNotCheck("standard input does not begin with what the checkpoint has counted (--replay)")
        return block

    def _form(self) -> Form:
        """Lines, where the first is an object by itself, or a later one begins as resources do; nobody waits for it."""
        head = bytes(self._held[: self._bounds.size])
        first, end, rest = head.removeprefix(MARK).lstrip().partition(b"\n")
        if not end and len(self._held) <= self._bounds.longest:
            return ""
        first = first.strip()
        whole = first[:1] == b"{" and first[-1:] == b"}"
        return "lines" if whole or b'\n{"resourceType"' in b"\n" + rest else "whole"

    def _lines(self) -> Iterator[Portion]:
        at, start = self._position, self._position.offset
        for piece, after in whole_lines(
            _Window(bytes(self._held), start), at, NAME, self._bounds.size, self._bounds.longest
        ):
            yield Portion([piece] if piece is not None else [], after)

    def moved(self, portion: Portion) -> None:
        """The portion is counted: it is not held any more."""
        if portion.after is None:
            return
        del self._held[: portion.after.offset - self._position.offset]
        self._position = portion.after
        self._changes.note(self._position)

    def _document(self) -> Iterator[Portion]:
        for chunk in self._rest_chunks():
            yield Portion(chunk)
        at, data = self._position, bytes(self._held)
        end = replace(at, form="whole", chunks=-1, offset=at.offset + len(data), crc=zlib.crc32(data, at.crc))
        yield Portion([], end)

    def _rest_chunks(self) -> Iterator[Chunk]:
        data = bytes(self._held)
        if len(data) > self._bounds.longest:
            yield [problem(NAME, "record-too-large", limit=self._bounds.longest)]
            return
        stream = ByteStream(io.BytesIO(data).read)
        for piece in stream_pieces(stream, archive_form(stream.peek(HEAD)), NAME, self._reading):
            yield [piece]

    def rest(self) -> Iterator[Chunk]:
        """A line without its end, or a document that has not come to its end."""
        at = self._position
        if at.form == "lines":
            if self._held and not at.skipping:
                yield [Piece(NAME, "ndjson", bytes(self._held), at.offset, at.line, at.record)]
        elif self._held or not at.begun:
            yield from self._rest_chunks()

    def waiting(self, now: float) -> int:
        """Bytes that were read and are not counted yet."""
        return len(self._held)

    def changed(self) -> tuple[list[Position], list[tuple[int, int]]]:
        """Its position, where that moved."""
        return self._changes.taken()

    def committed(self) -> None:
        """Nobody waits for that."""

    def close(self) -> None:
        """The thread ends with its next block, or with the process."""
        self._stopped.set()


class _Window(io.BytesIO):
    """What is held of the stream, read by offsets of the whole stream."""

    def __init__(self, data: bytes, start: int) -> None:
        super().__init__(data)
        self._start = start

    def seek(self, offset: int, whence: int = 0) -> int:
        return super().seek(offset - self._start, whence)
