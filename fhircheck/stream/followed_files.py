"""Files of a folder, a pattern or a name that keep coming and growing; renamed, replaced, cut ones are told apart."""

import os
import stat
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b

from fhircheck.model.record import Chunk
from fhircheck.sources import ReadOptions, file_chunks
from fhircheck.sources.content import problem
from fhircheck.sources.directory import wanted_files
from fhircheck.sources.files import shown
from fhircheck.sources.globs import GLOBS
from fhircheck.stream.feed import Bounds, Changes, Portion, Tell
from fhircheck.stream.file_marks import HEAD, crc_of, head_of, key_of_file, says_lines, start_of, written
from fhircheck.stream.folder_words import said_of_folder
from fhircheck.stream.line_reading import form_of, last_line, whole_lines
from fhircheck.stream.notice import Notice, NoticeKind
from fhircheck.stream.position import Position

FORGET = 7 * 86400.0
"""Seconds after which a file that has gone is forgotten: a network drive may be away for some time."""
_COMPARED = 8 << 20
_LOST = 64


@dataclass(slots=True)
class Tracked:
    """A file that is followed. changed: when it last was seen to change. gone: since when it is missing, 0: it is not.

    told: its unfinished end was told of. recognised: by its first bytes, since it was last found. backlog: it was there
    when following began, and is not read to its end.
    """

    position: Position
    path: str = ""
    changed: float = 0.0
    gone: float = 0.0
    told: bool = False
    recognised: bool = True
    backlog: bool = False

    @property
    def source(self) -> str:
        """The name in findings; a file that took the place of another is told from it by a number."""
        number = self.position.name
        return shown(self.path) + (f" ({number})" if number > 1 else "")


class FollowedFiles:
    """All files that the sources `names` mean, now and later."""

    def __init__(self, names: Iterable[str], bounds: Bounds, reading: ReadOptions, tell: Tell, salt: bytes) -> None:
        self._names = tuple(names)
        self._bounds, self._reading, self._tell, self._salt = bounds, reading, tell, salt
        self._known: dict[tuple[int, int], Tracked] = {}
        self._by_path: dict[int, Tracked] = {}
        self._changes = Changes()
        self._first = True
        self._looked = False
        self._unreadable: set[str] = set()
        self.ended, self.several = False, True

    # -- what is there ----------------------------------------------------------------------------

    def restore(self, positions: Iterable[Position]) -> None:
        """Go on from there; files are recognised by their first bytes when they are found."""
        for each in positions:
            tracked = Tracked(each, recognised=False)
            self._known[each.key] = self._by_path[each.path] = tracked
            self._first = False

    def _paths(self) -> Iterator[str]:
        for name in self._names:
            if os.path.isdir(name):
                yield from wanted_files(name, Counter())
            elif GLOBS.claims(name):
                from glob import glob

                yield from sorted(glob(name, recursive=True))
            else:
                yield name

    def look(self, now: float) -> None:
        """Find what is there by now: new files, those that have grown, were renamed, replaced or cut."""
        found, new = set(), []
        folders = {each for each in self._names if os.path.isdir(each)}
        for path in self._paths():
            folders.add(os.path.dirname(path))
            try:
                status = os.stat(path)
            except OSError:
                continue
            if not stat.S_ISREG(status.st_mode):
                continue
            key = (status.st_dev, status.st_ino)
            if key in found:
                continue
            found.add(key)
            tracked = self._known.get(key)
            if tracked is None:
                new.append((path, status))
            else:
                self._seen(tracked, path, status, now)
        lost = [each for key, each in self._known.items() if key not in found]
        folders |= {os.path.dirname(each.path) for each in lost if each.path}
        found |= self._renamed_away(lost, folders, now)
        lost = [each for each in lost if each.position.key not in found]
        for path, status in new:
            self._met(path, status, lost, now)
        self._forget(lost, now)
        self._first = False

    def _seen(self, tracked: Tracked, path: str, status: os.stat_result, now: float) -> None:
        at = tracked.position
        changed = (status.st_size, status.st_mtime_ns) != (at.size, at.modified)
        named = tracked.path != path
        tracked.path, tracked.gone = path, 0.0
        if named and at.path != self._path_key(path):
            tracked.position = at = replace(at, path=self._path_key(path))
            self._by_path[at.path] = tracked
            self._changes.note(at)
        if not changed and tracked.recognised:
            return
        tracked.changed, tracked.told = (now if changed else written(status, now)), False
        if at.begun and not self._continues(tracked, status):
            self._anew(tracked, status, now)
        else:
            tracked.position = replace(at, size=status.st_size, modified=status.st_mtime_ns)
        tracked.recognised = True

    def _continues(self, tracked: Tracked, status: os.stat_result) -> bool:
        """Whether the file still begins with what was read of it."""
        at = tracked.position
        if at.form == "lines":
            return status.st_size >= at.offset and head_of(tracked.path, at.offset) == at.head
        same = status.st_size == at.size and head_of(tracked.path, at.size) == at.head
        if status.st_mtime_ns == at.modified or at.chunks >= 0:
            return same
        return same and bool(at.crc) and crc_of(tracked.path, at.size) == at.crc

    def _anew(self, tracked: Tracked, status: os.stat_result, now: float) -> None:
        """What is there now is not what was read: it is read from its beginning."""
        at = tracked.position
        if at.form == "whole" and (goes_on := self._lines_after(tracked, status)) is not None:
            tracked.position = goes_on
            return
        kind: NoticeKind = "file-rewritten" if at.form == "whole" else "file-replaced"
        if at.form == "lines" and status.st_size < at.offset:
            kind = "file-truncated"
        self._say(kind, tracked, now)
        tracked.position = self._new_position(tracked.path, status, at.name + 1)
        self._changes.note(tracked.position)

    def _lines_after(self, tracked: Tracked, status: os.stat_result) -> Position | None:
        """A file that was one record when it was read and has got more lines since goes on as lines."""
        at = tracked.position
        data = start_of(tracked.path, at.size + self._bounds.size)
        if at.chunks != -1 or not at.crc or len(data) <= at.size or zlib.crc32(data[: at.size]) != at.crc:
            return None
        before, after = data[: at.size], data[at.size :]
        if form_of(data, says_lines(tracked.path), False) != "lines" or before.rstrip(b"\n").count(b"\n"):
            return None
        ended = before.endswith(b"\n")
        if not ended and not after.startswith(b"\n"):
            return None
        return replace(
            at, form="lines", chunks=0, offset=at.size, line=1 + ended, record=1, head=zlib.crc32(before[:HEAD]),
            size=status.st_size, modified=status.st_mtime_ns,
        )  # fmt: skip

    def _met(self, path: str, status: os.stat_result, lost: list[Tracked], now: float) -> None:
        """A file whose inode is new: one that was moved from another drive, or one that was not there before."""
        before = self._by_path.get(self._path_key(path))
        candidates = [before] if before in lost else []
        if len(lost) <= _LOST:
            candidates += [each for each in lost if each is not before]
        for each in candidates:
            if each is not None and self._is_same(path, status, each.position):
                lost.remove(each)
                self._rekeyed(each, path, status, now)
                return
        number = 1
        if before is not None:
            number = before.position.name + 1
            if before.position.begun and before in lost:
                self._say("file-replaced", replace(before, path=path), now)
        at = self._new_position(path, status, number)
        tracked = Tracked(at, path, written(status, now), backlog=self._first)
        self._known[at.key] = self._by_path[at.path] = tracked

    def _is_same(self, path: str, status: os.stat_result, at: Position) -> bool:
        if not at.begun:
            return at.path == self._path_key(path)
        if at.form == "lines":
            return status.st_size >= at.offset and crc_of(path, at.offset) == at.crc
        return status.st_size == at.size and bool(at.crc) and crc_of(path, at.size) == at.crc

    def _rekeyed(self, tracked: Tracked, path: str, status: os.stat_result, now: float) -> None:
        """The same file under another inode, or on another drive."""
        at = tracked.position
        del self._known[at.key]
        self._changes.forget(at.key)
        tracked.position = at = replace(at, device=status.st_dev, inode=status.st_ino, path=self._path_key(path),
                                        size=status.st_size, modified=status.st_mtime_ns)  # fmt: skip
        tracked.path, tracked.gone, tracked.changed, tracked.recognised = path, 0.0, now, True
        self._known[at.key] = self._by_path[at.path] = tracked
        self._changes.note(at)

    def _renamed_away(self, lost: list[Tracked], folders: set[str], now: float) -> set[tuple[int, int]]:
        """Lines that were rotated to a name that is not read (``x.ndjson.1``) are read to their end there."""
        wanted = {each.position.key: each for each in lost if each.position.form == "lines" and not each.gone}
        found: set[tuple[int, int]] = set()
        for folder in folders if wanted else ():
            for path, status in _entries(folder):
                tracked = wanted.get(key_of_file(status))
                if tracked is not None:
                    self._seen(tracked, path, status, now)
                    found.add(tracked.position.key)
        return found

    def _forget(self, lost: list[Tracked], now: float) -> None:
        for each in lost:
            each.gone = each.gone or now
            if now - each.gone > FORGET:
                self._known.pop(each.position.key, None)
                if self._by_path.get(each.position.path) is each:
                    del self._by_path[each.position.path]
                self._changes.forget(each.position.key)

    # -- what has arrived -------------------------------------------------------------------------

    def take(self, now: float) -> Iterator[Portion]:
        """New files and new lines; files that are read whole once they rest."""
        if not self._looked:
            self.look(now)
        self._looked = False
        for tracked in list(self._known.values()):
            if tracked.gone or not tracked.recognised:
                continue
            try:
                yield from self._arrived(tracked, now)
                self._unreadable.discard(tracked.path)
            except OSError:
                if tracked.path not in self._unreadable:
                    self._unreadable.add(tracked.path)
                    self._say("file-unreadable", tracked, now)

    def _arrived(self, tracked: Tracked, now: float) -> Iterator[Portion]:
        at = tracked.position
        if at.form == "whole" and at.chunks == -1:
            return
        if at.form == "lines" and at.size <= at.offset:
            return
        still = now - tracked.changed >= self._bounds.settle
        if not at.form:
            head = start_of(tracked.path, self._bounds.size)
            form = form_of(head, says_lines(tracked.path), still and self._is_done(tracked, head, now))
            if not form:
                self._unfinished(tracked, now)
                return
            tracked.position = at = replace(at, form=form)
        if at.form == "lines":
            yield from self._lines(tracked)
            if tracked.position.size > tracked.position.offset and not tracked.position.skipping:
                self._unfinished(tracked, now)
        elif still:
            yield from self._whole(tracked)

    def _is_done(self, tracked: Tracked, head: bytes, now: float) -> bool:
        """Whether a file that rests looks whole: JSON that ends with a bracket, or nobody wrote to it for long."""
        if not head.lstrip().startswith((b"{", b"[")) or now - tracked.changed >= self._bounds.patience:
            return True
        with open(tracked.path, "rb") as file:
            file.seek(max(tracked.position.size - 64, 0))
            return file.read(64).rstrip().endswith((b"}", b"]"))

    def _lines(self, tracked: Tracked) -> Iterator[Portion]:
        bounds, at = self._bounds, tracked.position
        with open(tracked.path, "rb") as file:
            if key_of_file(os.fstat(file.fileno())) != at.key:
                return  # replaced since the last look
            for piece, after in whole_lines(file, at, tracked.source, bounds.size, bounds.longest):
                known = at.head and at.offset >= HEAD
                at = replace(after, head=at.head if known else head_of(tracked.path, after.offset))
                yield Portion([piece] if piece is not None else [], at, tracked, tracked.backlog)

    def _whole(self, tracked: Tracked) -> Iterator[Portion]:
        at = tracked.position
        at = replace(at, head=head_of(tracked.path, at.size))
        for number, chunk in enumerate(file_chunks(tracked.path, self._reading)):
            if number >= at.chunks:
                at = replace(at, chunks=number + 1)
                yield Portion(chunk, at, tracked, tracked.backlog)
        crc = crc_of(tracked.path, at.size) if at.size <= _COMPARED else 0
        yield Portion([], replace(at, chunks=-1, crc=crc), tracked, tracked.backlog)

    def moved(self, portion: Portion) -> None:
        """The portion is counted."""
        tracked = portion.of
        if portion.after is None or tracked is None:
            return
        now = tracked.position
        tracked.position = replace(portion.after, size=now.size, modified=now.modified)
        tracked.backlog = False if portion.after.chunks == -1 else tracked.backlog and now.size > portion.after.offset
        self._changes.note(tracked.position)

    def waiting(self, now: float) -> int:
        """Bytes that are there by now and not read yet; what is taken next is of this look."""
        self.look(now)
        self._looked = True
        return sum(
            each.position.size - each.position.offset
            for each in self._known.values()
            if not each.gone and each.position.chunks != -1
        )

    def _unfinished(self, tracked: Tracked, now: float) -> None:
        """A half-written end is told of once, where nobody goes on with it."""
        if tracked.told or now - tracked.changed < self._bounds.patience or not tracked.position.size:
            return
        tracked.told = True
        kind: NoticeKind = "line-unfinished" if tracked.position.form == "lines" else "file-unfinished"
        self._say(kind, tracked, now, tracked.changed)

    # -- the end ----------------------------------------------------------------------------------

    def rest(self) -> Iterator[Chunk]:
        """What waits for its own end, as a check of the same files would read it, and what is said of folders."""
        for tracked in self._known.values():
            if not tracked.gone and tracked.path:
                yield from self._rest_of(tracked)
        for name in self._names:
            if os.path.isdir(name):
                yield from said_of_folder(name)

    def _rest_of(self, tracked: Tracked) -> Iterator[Chunk]:
        at = tracked.position
        if at.form == "whole" and at.chunks == -1:
            return
        if at.form == "lines" and at.begun:
            try:
                with open(tracked.path, "rb") as file:
                    piece = last_line(file, at, tracked.source, self._bounds.longest)
            except OSError as fault:
                piece = problem(tracked.source, "file-unreadable", reason=fault.strerror or type(fault).__name__)
            if piece is not None:
                yield [piece]
            return
        for number, chunk in enumerate(file_chunks(tracked.path, self._reading)):
            if number >= at.chunks:
                yield chunk

    def changed(self) -> tuple[list[Position], list[tuple[int, int]]]:
        """Positions to be kept and keys to be forgotten since the last call."""
        return self._changes.taken()

    def committed(self) -> None:
        """Nobody waits for that."""

    def close(self) -> None:
        """Nothing is held open."""

    # -- small things -----------------------------------------------------------------------------

    def _new_position(self, path: str, status: os.stat_result, number: int) -> Position:
        return Position(self._path_key(path), status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns,
                        name=number)  # fmt: skip

    def _path_key(self, path: str) -> int:
        digest = blake2b(os.fsencode(os.path.abspath(path)), digest_size=7, key=self._salt).digest()
        return int.from_bytes(digest, "big")

    def _say(self, kind: NoticeKind, tracked: Tracked, now: float, since: float = 0.0) -> None:
        self._tell(Notice(kind, now, shown(tracked.path), since, now - since if since else 0.0, is_file=True))


def _entries(folder: str) -> Iterator[tuple[str, os.stat_result]]:
    """The files of one folder."""
    try:
        names = sorted(os.listdir(folder or "."))
    except OSError:
        return
    for name in names:
        path = os.path.join(folder, name)
        try:
            yield path, os.lstat(path)
        except OSError:
            continue
