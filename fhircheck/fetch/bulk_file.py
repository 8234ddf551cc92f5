"""One file of a Bulk Data export into its part of a FetchFolder: line by line, from where it stopped."""

import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from threading import Event

from jiter import from_json

from fhircheck.fetch.bulk_arrival import Arrival
from fhircheck.fetch.bulk_lines import Cut, LineCutter, Unpacking
from fhircheck.fetch.fetch_folder import FetchFolder
from fhircheck.model.issue import Issue
from fhircheck.sources.bulk_manifest import ExportFile
from fhircheck.sources.bulk_request import NDJSON
from fhircheck.sources.content import foreign_form
from fhircheck.transport.archives import UnpackLimits
from fhircheck.transport.http import ServerFault, Stream

Opened = Callable[[str, Mapping[str, str]], AbstractContextManager[Stream]]
_HEAD = 4096
_RANGE = re.compile(r"bytes (\d{1,18})-\d+/(\d{1,18}|\*)")
_WRAPPING = (
    re.compile(rb'"resourceType"\s*:\s*"Binary"'),
    re.compile(rb'"contentType"\s*:\s*"application/[a-z+]*ndjson"'),
)


class Stopped(Exception):
    """The fetch is to end, and what came so far is kept."""


@dataclass(frozen=True, slots=True)
class DownloadLimits:
    """longest: bytes of a line. unpack: for files that are packed by gzip."""

    longest: int = 64 << 20
    unpack: UnpackLimits = field(default_factory=UnpackLimits)


class FileDownload:
    """Brings `file` into `part` of the folder. `opened` opens a stream; `stop` ends it between two blocks."""

    def __init__(
        self, folder: FetchFolder, part: str, file: ExportFile, opened: Opened, limits: DownloadLimits, stop: Event
    ) -> None:
        self._file, self._opened, self._limits, self._stop = file, opened, limits, stop
        self._arrival = Arrival(folder, part, file, limits.longest)
        self.progress = self._arrival.progress
        self._measured = True

    def run(self) -> None:
        """Fetch what is missing. Raises ServerFault where it breaks off (what came before is kept), and Stopped."""
        with self._opened(self._file.url, self._headers()) as stream:
            blocks = self._positioned(stream)
            cutter = LineCutter(self._limits.longest, self.progress.offset, self.progress.crc)
            try:
                for block in blocks:
                    if self._stop.is_set():
                        raise Stopped
                    self._arrival.add(cutter.feed(block))
                last = cutter.last()
                self._refuse_half(last)
            except (ServerFault, Stopped):
                self._arrival.write()
                raise
            self._arrival.add(last)
            if not self._measured:
                self._arrival.write()
                self._refuse_less()
            self._arrival.write(done=True)

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
        form = self._form(first)
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

    def _form(self, head: bytes) -> str:
        """What a file is that holds no lines of JSON: a picture, a page, XML, or all of them wrapped in one Binary."""
        form = foreign_form(head)
        if not form and head.lstrip().startswith(b"<"):
            form = "xml"
        wrapped = self._arrival.type != "Binary" and all(each.search(head[:_HEAD]) for each in _WRAPPING)
        return "binary-resource" if wrapped else form

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
        self._arrival.begin_again()
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

    def issue(self, kind: str, **values: str | int) -> Issue:
        """A finding about this file."""
        return self._arrival.issue(kind, **values)


def _head(blocks: Iterator[bytes]) -> tuple[bytes, ServerFault | None]:
    """The first bytes, enough to tell what they are, and the fault that ended them."""
    head = b""
    try:
        while len(head) < _HEAD and (block := next(blocks, b"")):
            head += block
    except ServerFault as fault:
        return head, fault
    return head, None
