"""One file of a Bulk Data export into its part of a FetchFolder: line by line, from where it stopped."""

import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from threading import Event
from time import monotonic

from jiter import from_json

from fhircheck.fetch.bulk_lines import Cut, LineCutter, Unpacking
from fhircheck.fetch.fetch_folder import FetchFolder
from fhircheck.fetch.line import Line, line_of
from fhircheck.model.issue import Issue, Place, Severity, params
from fhircheck.sources.bulk_kinds import BULK_KINDS
from fhircheck.sources.bulk_manifest import ExportFile, codes_of
from fhircheck.sources.bulk_request import NDJSON
from fhircheck.sources.content import foreign_form
from fhircheck.sources.fetched_folder import UNREADABLE
from fhircheck.transport.archives import UnpackLimits
from fhircheck.transport.http import ServerFault, Stream, redacted

Opened = Callable[[str, Mapping[str, str]], AbstractContextManager[Stream]]
_BATCH = 4 << 20
_SECONDS = 5.0
_HEAD = 4096
_RANGE = re.compile(r"bytes (\d{1,18})-\d+/(\d{1,18}|\*)")
_SEVERITIES: dict[str, Severity] = {each.name: each.severity for each in BULK_KINDS}
WORST: tuple[Severity, ...] = ("fatal", "error", "warning", "information")
_NAMED = 5
_TYPES = {"output": "", "deleted": "Bundle", "error": "OperationOutcome"}


class Stopped(Exception):
    """The fetch is to end, and what came so far is kept."""


@dataclass(frozen=True, slots=True)
class DownloadLimits:
    """longest: bytes of a line. unpack: for files that are packed by gzip."""

    longest: int = 64 << 20
    unpack: UnpackLimits = field(default_factory=UnpackLimits)


@dataclass
class Progress:
    """How far one file is, kept with its data: what a later run goes on from.

    place: of the ExportFile. offset, crc: end of the last whole line, and CRC-32 of the file up to there. validator:
    ETag or Last-Modified. size: of the whole file, 0 unknown. records: lines that hold something. broken, first: lines
    that are no resource, and the number of the first. other: resources of another type. codes: of the outcomes in it.
    """

    place: str = ""
    offset: int = 0
    crc: int = 0
    validator: str = ""
    size: int = 0
    records: int = 0
    broken: int = 0
    first: int = 0
    too_long: int = 0
    other: dict[str, int] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)
    worst: int = len(WORST) - 1
    packed: bool = False
    changed: bool = False
    content_type: str = ""

    @property
    def cursor(self) -> str:
        """As text."""
        return json.dumps({name: value for name, value in asdict(self).items() if value or name == "worst"})


class FileDownload:
    """Brings `file` into `part` of the folder. `opened` opens a stream; `stop` ends it between two blocks."""

    def __init__(
        self, folder: FetchFolder, part: str, file: ExportFile, opened: Opened, limits: DownloadLimits, stop: Event
    ) -> None:
        self._folder, self._part, self._file = folder, part, file
        self._opened, self._limits, self._stop = opened, limits, stop
        kept = folder.cursor(part)
        self.progress = Progress(**json.loads(kept)) if kept else Progress(file.place)
        self._type = file.type or _TYPES[file.group]
        self._measured = True

    def run(self) -> None:
        """Fetch what is missing. Raises ServerFault where it breaks off (what came before is kept), and Stopped."""
        with self._opened(self._file.url, self._headers()) as stream:
            blocks = self._positioned(stream)
            cutter = LineCutter(self._limits.longest, self.progress.offset, self.progress.crc)
            batch = _Batch(self)
            try:
                for block in blocks:
                    if self._stop.is_set():
                        raise Stopped
                    batch.add(cutter.feed(block))
                last = cutter.last()
                self._refuse_half(last)
            except (ServerFault, Stopped):
                batch.write()
                raise
            batch.add(last)
            if not self._measured:
                batch.write()
                self._refuse_less()
            batch.write(done=True)

    def _headers(self) -> dict[str, str]:
        headers = {"Accept": NDJSON}
        progress = self.progress
        if progress.offset and not progress.packed:
            headers |= {"Range": f"bytes={progress.offset}-", "Accept-Encoding": "identity"}
            if progress.validator:
                headers["If-Range"] = progress.validator
        return headers

    def _positioned(self, stream: Stream) -> Iterator[bytes]:
        """The blocks behind what is here already. Raises ServerFault where there are none, or other ones."""
        progress = self.progress
        self._measured = bool({"content-length", "transfer-encoding"} & stream.headers.keys())
        if stream.status == 416 and progress.offset:
            return iter(self._at_end(stream))
        if stream.status == 206:
            found = _RANGE.fullmatch(stream.headers.get("content-range", ""))
            if not found or int(found[1]) != progress.offset or not self._same_size(found[2]):
                self._begin_again()
            return stream.blocks
        if stream.status != 200:
            raise ServerFault("server-refused", stream.status)
        self._note(stream)
        return self._behind(self._unpacked(stream.blocks))

    def _at_end(self, stream: Stream) -> tuple[()]:
        """Nothing, where the file ends just where we are."""
        if stream.headers.get("content-range", "") != f"bytes */{self.progress.offset}":
            self._begin_again()
        return ()

    def _same_size(self, text: str) -> bool:
        known = self.progress.size
        return not known or text == "*" or int(text) == known

    def _note(self, stream: Stream) -> None:
        """What the headers of a whole file say of it."""
        progress, headers = self.progress, stream.headers
        tag = headers.get("etag", "")
        progress.validator = headers.get("last-modified", "") if not tag or tag.startswith("W/") else tag
        length = headers.get("content-length", "")
        progress.size = int(length) if length.isdigit() and "content-encoding" not in headers else 0
        kind = stream.content_type.partition(";")[0].strip().lower()
        named = kind if re.fullmatch(r"[a-z0-9.+-]{1,40}/[a-z0-9.+-]{1,60}", kind) else "nothing"
        progress.content_type = "" if named == NDJSON else named

    def _unpacked(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        """The content of a file, which may be packed. Raises ServerFault where it is something else altogether."""
        unpacking = Unpacking(self._limits.unpack)
        first, broken = _head(blocks)
        form = foreign_form(first)
        if form not in ("", "gzip"):
            raise ServerFault("not-ndjson", 0, form)
        yield from unpacking.feed(first)
        self.progress.packed = unpacking.packed
        if unpacking.packed:
            self.progress.size = 0
        if broken is not None:
            raise broken
        for block in blocks:
            yield from unpacking.feed(block)
        unpacking.check_end()

    def _behind(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        """The blocks behind the offset, once those before it have proven to be the same."""
        offset, crc, passed = self.progress.offset, 0, 0
        for block in blocks:
            if self._stop.is_set():
                raise Stopped
            if passed < offset:
                head = block[: offset - passed]
                crc = zlib.crc32(head, crc)
                passed += len(head)
                if passed == offset and crc != self.progress.crc:
                    self._begin_again()
                block = block[len(head) :]
            if block:
                yield block
        if passed < offset:
            if not self._measured:
                raise ServerFault("answer-broken-off")
            self._begin_again()

    def _begin_again(self) -> None:
        """The file is another one than before: read it from its beginning. Raises ServerFault."""
        self._folder.append(self._part, (), Progress(self._file.place, changed=True).cursor)
        raise ServerFault("file-changed")

    def _refuse_half(self, last: Cut | None) -> None:
        """A last line without an end that is no JSON, of an answer that did not tell its length: it broke off.

        Raises ServerFault.
        """
        if last is None or not last.lines or self._measured:
            return
        try:
            from_json(last.lines[-1])
        except ValueError:
            raise ServerFault("answer-broken-off") from None

    def _refuse_less(self) -> None:
        """Less than the manifest says, of an answer that did not tell its length: it broke off. Raises ServerFault."""
        if self.progress.records < (self._file.count or 0):
            raise ServerFault("answer-broken-off")

    # -- what is written -------------------------------------------------------------------------

    def write(self, cuts: list[Cut], done: bool) -> None:
        """Append the lines of `cuts`, with how far that brings us."""
        progress, good, bad = self.progress, [], []
        for cut in cuts:
            for text in cut.lines:
                progress.records += 1
                line = self._line(text)
                if line is None:
                    progress.broken += 1
                    progress.first = progress.first or progress.records
                    bad.append((progress.records, text))
                else:
                    good.append(line)
            progress.too_long += cut.too_long
            progress.records += cut.too_long
            progress.offset, progress.crc = cut.end, cut.crc
        self._keep_broken(bad)
        issues = self.issues() if done else ()
        self._folder.append(
            self._part, good, progress.cursor, done=done, issues=issues, folder=_FOLDERS[self._file.group]
        )

    def _line(self, text: bytes) -> Line | None:
        try:
            line = line_of(text, expected=self.progress.changed)
        except (ValueError, RecursionError):
            return None
        if self._type and line.type != self._type:
            other = self.progress.other
            other[line.type] = other.get(line.type, 0) + 1
        if self._file.group == "error":
            self._read_outcome(line)
        return line

    def _read_outcome(self, line: Line) -> None:
        """Remember the codes and the worst severity of an OperationOutcome."""
        node = from_json(line.text)
        issues = node.get("issue")
        found = (
            {each.get("severity") for each in issues if isinstance(each, dict)} if isinstance(issues, list) else set()
        )
        self.progress.worst = min([self.progress.worst, *(WORST.index(each) for each in found if each in WORST)])
        known = {*self.progress.codes, *filter(None, codes_of(node).split(", "))}
        self.progress.codes = sorted(known)[:_NAMED]

    def _keep_broken(self, texts: list[tuple[int, bytes]]) -> None:
        """Broken lines with their numbers go into a part of their own, which is written first, and none twice."""
        part = f"{self._part}-{UNREADABLE}"
        known = int(self._folder.cursor(part) or 0)
        new = [(number, text) for number, text in texts if number > known]
        if new:
            lines = [Line(self._type or "Resource", b"", text.replace(b"\r", b"")) for _, text in new]
            self._folder.append(part, lines, str(new[-1][0]), done=True, folder=UNREADABLE)

    def issues(self) -> Iterable[Issue]:
        """What there is to say of the whole file."""
        progress, stated = self.progress, self._file.count
        if progress.changed:
            yield self.issue("bulk-file-changed")
        if progress.content_type:
            yield self.issue("bulk-content-type", found=progress.content_type)
        if progress.broken:
            yield self.issue("bulk-line-broken", count=progress.broken, line=progress.first)
        if progress.too_long:
            yield self.issue("bulk-line-too-long", count=progress.too_long, limit=self._limits.longest)
        if stated is not None and stated != progress.records:
            yield self.issue("bulk-count-differs", arrived=progress.records, stated=stated)
        if progress.other:
            types = ", ".join(sorted(progress.other)[:_NAMED])
            yield self.issue("bulk-other-type", count=sum(progress.other.values()), types=types)

    def issue(self, kind: str, **values: str | int) -> Issue:
        """A finding about this file."""
        return bulk_issue(kind, redacted(self._file.url), type=self._type or "Resource", **values)


def bulk_issue(kind: str, source: str, **values: str | int) -> Issue:
    """A finding of one of BULK_KINDS about what is shown as `source`."""
    return Issue(kind, _SEVERITIES[kind], Place(source), params(**values))


def _head(blocks: Iterator[bytes]) -> tuple[bytes, ServerFault | None]:
    """The first bytes, enough to tell what they are, and the fault that ended them."""
    head = b""
    try:
        while len(head) < _HEAD and (block := next(blocks, b"")):
            head += block
    except ServerFault as fault:
        return head, fault
    return head, None


_FOLDERS = {"output": "", "deleted": "deleted", "error": "error"}


class _Batch:
    """Cuts until they are worth a write."""

    def __init__(self, download: FileDownload) -> None:
        self._download = download
        self._cuts: list[Cut] = []
        self._end = download.progress.offset
        self._written = monotonic()

    def add(self, cut: Cut | None) -> None:
        if cut is None:
            return
        self._cuts.append(cut)
        if cut.end - self._end >= _BATCH or monotonic() - self._written >= _SECONDS:
            self.write()

    def write(self, done: bool = False) -> None:
        if self._cuts or done:
            cuts, self._cuts = self._cuts, []
            self._download.write(cuts, done)
            self._end, self._written = self._download.progress.offset, monotonic()
