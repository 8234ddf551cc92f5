"""A big Bundle -> pieces of entries, cut while it is read, and last the Bundle without its entries."""

from collections.abc import Iterator

from fhircheck.model.issue import Issue, Place, params
from fhircheck.model.record import Gap, Piece
from fhircheck.transport.bracket_skeleton import object_ends
from fhircheck.transport.byte_stream import ByteStream
from fhircheck.transport.json_scan import STRING, end_of_value, skip_space
from fhircheck.transport.json_text import ReadingStopped
from fhircheck.transport.json_window import JsonWindow
from fhircheck.transport.reading_fault import syntax_issue

_MARK = b"\xef\xbb\xbf"
_ENTRY_NAMES = (b'"resource"', b'"fullUrl"', b'"request"', b'"search"')


def is_bundle(head: bytes) -> bool:
    """Whether a JSON text that begins with `head` is a Bundle, as far as its first members tell.

    Where ``entry`` comes before ``resourceType``, the names in its first item decide.
    """
    at = skip_space(head, len(_MARK) if head.startswith(_MARK) else 0)
    if head[at : at + 1] != b"{":
        return False
    while name := STRING.match(head, skip_space(head, at + 1)):
        value = skip_space(head, skip_space(head, name.end()) + 1)
        if name[0] == b'"resourceType"':
            return head.startswith(b'"Bundle"', value)
        if name[0] == b'"entry"' and head[value : value + 1] == b"[":
            first = skip_space(head, value + 1)
            return head[first : first + 1] == b"{" and any(each in head[first : first + 4096] for each in _ENTRY_NAMES)
        end = end_of_value(head, value)
        at = skip_space(head, end) if end >= 0 else len(head)
    return False


def split_bundle(stream: ByteStream, source: str, size: int, longest: int) -> Iterator[Piece]:
    """Pieces of about `size` bytes of entries; an entry over `longest` bytes becomes a finding.

    Where the text breaks off or cannot be followed, the entries before are delivered, the broken one
    too as far as it goes (its reader says what is wrong), and the shell comes empty with a finding.
    """
    return _Splitter(stream, source, size, longest).pieces()


class _Splitter:
    def __init__(self, stream: ByteStream, source: str, size: int, longest: int) -> None:
        self._window = JsonWindow(stream, size)
        self._source, self._size, self._longest = source, size, longest
        self._shell: list[bytes] = []
        self._issues: list[Issue] = []
        self._parts: list[tuple[int, int, bytes]] = []
        self._columns: list[int] = []
        self._held = 0
        self._count = 0
        self._gap: Gap = ()

    def pieces(self) -> Iterator[Piece]:
        try:
            yield from self._root()
            shell = b"".join(self._shell)
        except ReadingStopped as stop:
            self._report(stop.what)
            shell = b""
        yield from self._flush()
        yield Piece(self._source, "bundle-shell", shell, entries=self._count, issues=tuple(self._issues), gap=self._gap)

    # -- the Bundle's own members --------------------------------------------------------------

    def _root(self) -> Iterator[Piece]:
        window = self._window
        window.fill()
        if window.data.startswith(_MARK):
            self._issues.append(Issue("byte-order-mark", "warning", self._place()))
            window.at, window.offset = len(_MARK), len(_MARK)
        self._shell.append(window.space())
        self._shell.append(self._expect(b"{"))
        while True:
            self._shell.append(window.space())
            sign = window.sign()
            if sign in (b"}", b","):
                self._shell.append(window.take(window.at + 1))
                if sign == b"}":
                    return self._trailing()
            elif sign == b'"':
                yield from self._member()
            else:
                raise ReadingStopped("unexpected-character" if sign else "unexpected-end", 0)

    def _member(self) -> Iterator[Piece]:
        window = self._window
        name = self._value()
        text = name + window.space() + self._expect(b":") + window.space()
        if name == b'"entry"' and window.sign() == b"[":
            self._expect(b"[")
            if self._gap:
                place = self._place()._replace(expression="Bundle.entry", resource="Bundle")
                self._issues.append(Issue("duplicate-key", "error", place))
            yield from self._entries()
            self._open_gap()
            self._close_gap()
        else:
            self._shell += (text, self._value())

    def _value(self) -> bytes:
        end = self._window.value_end(self._longest)
        if end < 0:
            raise ReadingStopped("unexpected-end", 0)
        return self._window.take(end)

    def _expect(self, sign: bytes) -> bytes:
        if self._window.sign() != sign:
            raise ReadingStopped("unexpected-character" if self._window.sign() else "unexpected-end", 0)
        return self._window.take(self._window.at + 1)

    def _open_gap(self) -> None:
        """Remember where the text goes on behind the entries."""
        left = b"".join(self._shell)
        line = left[left.rfind(b"\n") + 1 :].decode("utf-8", "replace")
        self._gap = left.count(b"\n") + 1, len(line) + 1, self._window.line, self._window.column

    def _close_gap(self) -> None:
        """Take out the comma that the left-out entries leave behind; one that is wrong anyway stays."""
        window = self._window
        self._shell.append(window.space())
        if window.sign() == b",":
            while skip_space(window.data, window.at + 1) == len(window.data) and window.fill():
                pass
            if window.data.startswith(b'"', skip_space(window.data, window.at + 1)):
                window.take(window.at + 1)
                self._shell.append(b" ")
        elif window.sign() == b"}":
            before = len(self._shell) - 1
            while before and not self._shell[before].strip():
                before -= 1
            if self._shell[before] == b",":
                self._shell[before] = b" "

    def _trailing(self) -> None:
        self._window.space()
        if self._window.sign():
            self._report("more-than-one-value" if self._window.sign() in b"{[" else "text-after-the-end")

    # -- entries -------------------------------------------------------------------------------

    def _entries(self) -> Iterator[Piece]:
        """Everything up to and with the bracket that ends the array."""
        window, comma = self._window, True
        while True:
            window.space()
            sign = window.sign()
            if sign == b"]":
                if comma and self._count:
                    self._report("trailing-comma")
                window.take(window.at + 1)
                return
            if sign == b",":
                if comma:
                    self._report("comma-without-value")
                window.take(window.at + 1)
                comma = True
                continue
            if not sign or sign in b"}:":
                raise ReadingStopped("unexpected-character" if sign else "unexpected-end", 0)
            ends = object_ends(window.rest()) if sign == b"{" else []
            if sign == b"{" and not ends and window.grow():
                continue
            if not comma:
                self._report("missing-comma")
            comma = False
            if ends:
                self._objects(ends)
            else:
                self._one_item(sign)
            if self._held >= self._size:
                yield from self._flush()

    def _objects(self, ends: list[int]) -> None:
        """Take the objects that end there, as long as nothing but a comma stands between them."""
        window, base = self._window, self._window.at
        for end in ends:
            if window.at != base:
                comma = skip_space(window.data, window.at)
                start = skip_space(window.data, comma + 1)
                if window.data[comma : comma + 1] != b"," or window.data[start : start + 1] != b"{":
                    return
                window.take(start)
            self._keep(base + end)

    def _one_item(self, sign: bytes) -> None:
        window = self._window
        end = window.value_end(self._longest)
        if end >= 0:
            self._keep(end)
        elif not sign:
            raise ReadingStopped("unexpected-end", 0)
        elif len(window.data) - window.at > self._longest:
            self._too_large(sign)
        elif sign in b'{["':
            self._keep(len(window.data))
            raise ReadingStopped("unexpected-end", 0)
        else:
            raise ReadingStopped("unexpected-character", 0)

    def _too_large(self, sign: bytes) -> None:
        place = self._place()._replace(expression=f"Bundle.entry[{self._count}]")
        self._issues.append(Issue("record-too-large", "error", place, params(limit=self._longest)))
        self._count += 1
        if sign not in b"{[" or not self._window.skip_container():
            raise ReadingStopped("unexpected-end", 0)

    def _keep(self, end: int) -> None:
        window = self._window
        self._columns.append(window.column)
        offset, line = window.offset, window.line
        text = window.take(end)
        self._parts.append((offset, line, text))
        self._held += len(text)
        self._count += 1

    def _flush(self) -> Iterator[Piece]:
        if self._parts:
            offset, line, _ = self._parts[0]
            first = self._count - len(self._parts)
            parts, columns = tuple(self._parts), tuple(self._columns)
            yield Piece(self._source, "bundle-entries", b"", offset, line, first, parts, len(parts), (), columns)
        self._parts, self._columns, self._held = [], [], 0

    # -- findings ------------------------------------------------------------------------------

    def _place(self) -> Place:
        return Place(self._source, 0, line=self._window.line, column=self._window.column)

    def _report(self, fault: str) -> None:
        self._issues.append(syntax_issue(fault, self._place()))
