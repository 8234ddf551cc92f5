"""What has arrived of one file of an export: how far it is, its lines on their way into the folder, its findings."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from time import monotonic

from jiter import from_json

from fhircheck.fetch.bulk_lines import Cut
from fhircheck.fetch.fetch_folder import FetchFolder
from fhircheck.fetch.line import Line, line_of
from fhircheck.model.issue import Issue, Place, Severity, params
from fhircheck.sources.bulk_kinds import BULK_KINDS
from fhircheck.sources.bulk_manifest import ExportFile
from fhircheck.sources.fetched_folder import UNREADABLE
from fhircheck.sources.search_page import outcome_codes
from fhircheck.transport.http import redacted

WORST: tuple[Severity, ...] = ("fatal", "error", "warning", "information")
_BATCH = 4 << 20
_SECONDS = 2.0
_NAMED = 5
_OTHERS = 50
_TYPES = {"output": "", "deleted": "Bundle", "error": "OperationOutcome"}
_FOLDERS = {"output": "", "deleted": "deleted", "error": "error"}
_SEVERITIES: dict[str, Severity] = {each.name: each.severity for each in BULK_KINDS}


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


class Arrival:
    """Takes the lines of `file` and writes them to `part` of the folder, some at a time. longest: bytes of a line."""

    def __init__(self, folder: FetchFolder, part: str, file: ExportFile, longest: int) -> None:
        self._folder, self._part, self._file, self._longest = folder, part, file, longest
        kept = folder.cursor(part)
        self.progress = Progress(**json.loads(kept)) if kept else Progress(file.place)
        self.type = file.type or _TYPES[file.group]
        self._cuts: list[Cut] = []
        self._end, self._written = self.progress.offset, monotonic()

    def add(self, cut: Cut | None) -> None:
        """Take some lines; they are written when they are many, or the last ones were written long ago."""
        if cut is None:
            return
        self._cuts.append(cut)
        if cut.end - self._end >= _BATCH or monotonic() - self._written >= _SECONDS:
            self.write()

    def write(self, done: bool = False) -> None:
        """Write what was taken, with how far that brings us. done: it is the end of the file."""
        if not self._cuts and not done:
            return
        cuts, self._cuts = self._cuts, []
        lines = [line for cut in cuts for line in self._lines(cut)]
        issues = self._issues() if done else ()
        folder, cursor = _FOLDERS[self._file.group], self.progress.cursor
        self._folder.append(self._part, lines, cursor, done=done, issues=issues, folder=folder)
        self._end, self._written = self.progress.offset, monotonic()

    def begin_again(self) -> None:
        """Forget how far it was, since the file is another one now; its lines stay."""
        self._folder.append(self._part, (), Progress(self._file.place, changed=True).cursor)

    def _lines(self, cut: Cut) -> list[Line]:
        """The resources in `cut`; what is none is kept apart at once, all of it counted."""
        progress, good, bad = self.progress, [], []
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
        return good

    def _line(self, text: bytes) -> Line | None:
        try:
            line = line_of(text, expected=self.progress.changed)
        except (ValueError, RecursionError):
            return None
        if self.type and line.type != self.type:
            other = self.progress.other
            name = line.type if line.type in other or len(other) < _OTHERS else "..."
            other[name] = other.get(name, 0) + 1
        if self._file.group == "error":
            self._read_outcome(line)
        return line

    def _read_outcome(self, line: Line) -> None:
        """Remember the codes and the worst severity of an OperationOutcome."""
        node = from_json(line.text)
        issues = node.get("issue")
        found = [each.get("severity") for each in issues if isinstance(each, dict)] if isinstance(issues, list) else []
        self.progress.worst = min([self.progress.worst, *(WORST.index(each) for each in found if each in WORST)])
        known = {*self.progress.codes, *filter(None, outcome_codes(node).split(", "))}
        self.progress.codes = sorted(known)[:_NAMED]

    def _keep_broken(self, texts: list[tuple[int, bytes]]) -> None:
        """Broken lines with their numbers go into a part of their own, which is written first, and none twice."""
        part = f"{self._part}-{UNREADABLE}"
        known = int(self._folder.cursor(part) or 0)
        new = [(number, text) for number, text in texts if number > known]
        if new:
            lines = [Line(self.type or "Resource", b"", text.replace(b"\r", b"")) for _, text in new]
            self._folder.append(part, lines, str(new[-1][0]), done=True, folder=UNREADABLE)

    def _issues(self) -> Iterator[Issue]:
        """What there is to say of the whole file."""
        progress, stated = self.progress, self._file.count
        if progress.changed:
            yield self.issue("bulk-file-changed")
        if progress.content_type:
            yield self.issue("bulk-content-type", found=progress.content_type)
        if progress.broken:
            yield self.issue("bulk-line-broken", count=progress.broken, line=progress.first)
        if progress.too_long:
            yield self.issue("bulk-line-too-long", count=progress.too_long, limit=self._longest)
        if stated is not None and stated != progress.records:
            yield self.issue("bulk-count-differs", arrived=progress.records, stated=stated)
        if progress.other:
            types = ", ".join(sorted(progress.other)[:_NAMED])
            yield self.issue("bulk-other-type", count=sum(progress.other.values()), types=types)

    def issue(self, kind: str, **values: str | int) -> Issue:
        """A finding about this file."""
        return bulk_issue(kind, redacted(self._file.url), type=self.type or "Resource", **values)


def bulk_issue(kind: str, source: str, **values: str | int) -> Issue:
    """A finding of one of BULK_KINDS about what is shown as `source`."""
    return Issue(kind, _SEVERITIES[kind], Place(source), params(**values))
