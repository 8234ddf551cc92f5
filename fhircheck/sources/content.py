"""A stream of bytes -> pieces, by what is in it: NDJSON, one document, a big Bundle, XML, or neither."""

import codecs
from collections.abc import Callable, Iterator

from jiter import from_json

from fhircheck.model.issue import Issue, Place, Severity, params
from fhircheck.model.record import Piece
from fhircheck.sources.options import ReadOptions
from fhircheck.sources.server_kinds import SERVER_KINDS
from fhircheck.sources.source_kinds import SOURCE_KINDS
from fhircheck.transport.archives import archive_form
from fhircheck.transport.bundle_splitter import is_bundle, split_bundle
from fhircheck.transport.byte_stream import ByteStream
from fhircheck.transport.ndjson_cutter import cut_lines
from fhircheck.transport.text_encoding import wide_encoding

MARK = b"\xef\xbb\xbf"
_HEAD = 4096
_BINARY = ((b"%PDF", "pdf"), (b"\x89PNG", "png"), (b"\xff\xd8\xff", "jpeg"), (b"GIF8", "gif"), (b"SQLite", "sqlite"))


_SEVERITIES: dict[str, Severity] = {each.name: each.severity for each in (*SOURCE_KINDS, *SERVER_KINDS)}


def problem(source: str, kind: str, record: int = 0, **values: str | int) -> Piece:
    """A piece that says what could not be read."""
    issue = Issue(kind, _SEVERITIES.get(kind, "error"), Place(source, record), params(**values))
    return Piece(source, "problem", first=record, issues=(issue,))


def pieces_of(stream: ByteStream, source: str, options: ReadOptions, lines: bool | None = None) -> Iterator[Piece]:
    """Everything in `stream`, cut; a stream that breaks off ends with a finding.

    lines: True where the name says NDJSON, None where nothing is known.
    """
    encoding, mark = _wide(stream.peek(_HEAD))
    if encoding:
        stream.read_fully(mark)
        text = _transcoded(stream, encoding)
        yield from _with_issue(_readable(text, source, options, lines), _not_utf8(source, encoding))
    else:
        yield from _readable(stream, source, options, lines)
    if stream.fault:
        yield problem(source, stream.fault.kind, reason=stream.fault.reason)


def is_recoded(stream: ByteStream) -> bool:
    """Whether what is next in `stream` is UTF-16 or UTF-32: its pieces hold other bytes than it does."""
    return bool(_wide(stream.peek(_HEAD))[0])


def _wide(head: bytes) -> tuple[str, int]:
    """UTF-16 or UTF-32, if `head` then reads like JSON or XML; zeros alone may be anything binary."""
    encoding, mark = wide_encoding(head)
    sound = encoding and head[mark : mark + 256].decode(encoding, "ignore").lstrip()[:1] in ("{", "[", "<")
    return (encoding, mark) if sound else ("", 0)


def _not_utf8(source: str, encoding: str) -> Issue:
    found = params(encoding=encoding, count="all")
    return Issue("encoding-not-utf8", "error", Place(source, line=1, column=1), found)


def _with_issue(pieces: Iterator[Piece], issue: Issue) -> Iterator[Piece]:
    """The same pieces; the first carries `issue` too."""
    for number, piece in enumerate(pieces):
        yield piece if number else piece._replace(issues=(issue, *piece.issues))


def _readable(stream: ByteStream, source: str, options: ReadOptions, lines: bool | None) -> Iterator[Piece]:
    head = stream.peek(_HEAD)
    text = head.removeprefix(MARK).lstrip()
    if not text and not stream.peek(options.chunk_bytes).removeprefix(MARK).strip():
        if not stream.fault:
            yield problem(source, "empty-file")
        return
    other = foreign_form(head)
    if other:
        yield other_form(source, other)
    elif text.startswith(b"<"):
        yield from _whole(stream, source, options)
    elif is_ndjson(stream.peek(options.chunk_bytes), bool(lines)):
        yield from cut_lines(stream, source, options.chunk_bytes, options.max_record_bytes)
    else:
        yield from _document(stream, source, options)


def _document(stream: ByteStream, source: str, options: ReadOptions) -> Iterator[Piece]:
    head = stream.peek(options.split_bytes + 1)
    if len(head) <= options.split_bytes:
        yield Piece(source, "resource", stream.read_fully(len(head)))
    elif is_bundle(head):
        yield from split_bundle(stream, source, options.chunk_bytes, options.max_record_bytes)
    else:
        yield from _whole(stream, source, options)


def _whole(stream: ByteStream, source: str, options: ReadOptions) -> Iterator[Piece]:
    """One document that is not cut: XML, or JSON that is no Bundle."""
    data = stream.read_fully(options.max_record_bytes + 1)
    if len(data) > options.max_record_bytes:
        yield problem(source, "record-too-large", limit=options.max_record_bytes)
    else:
        yield Piece(source, "resource", data)


def is_ndjson(head: bytes, named: bool) -> bool:
    """Whether text that begins with `head` is NDJSON; `named`: its name says so.

    It is where the first line is a whole JSON value and another begins below it. A file named NDJSON
    is taken at its word, but for a first line that only opens a bracket (a document printed in lines).
    """
    first, _, rest = head.removeprefix(MARK).lstrip().partition(b"\n")
    if named:
        return first.strip() not in (b"{", b"[")
    return rest.lstrip()[:1] == b"{" and _is_whole(first)


def _is_whole(line: bytes) -> bool:
    try:
        from_json(line)
    except ValueError:
        return line.startswith(b"{") and line.rstrip().endswith(b"}")
    return True


def foreign_form(head: bytes) -> str:
    """``html``, an archive's or picture's form where `head` clearly is neither JSON nor XML, else ""."""
    text = head.removeprefix(MARK).lstrip()
    if text.startswith(b"<"):
        lower = text[:512].lower()
        return "html" if b"<html" in lower or lower.startswith(b"<!doctype html") else ""
    form = archive_form(head) or next((name for mark, name in _BINARY if head.startswith(mark)), "")
    return form or ("binary" if b"\0" in head[:_HEAD] else "")


def other_form(source: str, form: str) -> Piece:
    """What is said of a source that is clearly neither JSON nor XML."""
    return problem(source, "not-json", form=form)


def _transcoded(stream: ByteStream, encoding: str) -> ByteStream:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")

    def read(size: int) -> bytes:
        while data := stream.read(size):
            text = decoder.decode(data)
            if text:
                return text.encode("utf-8", "replace")
        return decoder.decode(b"", final=True).encode("utf-8", "replace")

    return ByteStream(_once_ended(read))


def _once_ended(read: Callable[[int], bytes]) -> Callable[[int], bytes]:
    """`read`, but never asked again after its end."""
    ended = False

    def guarded(size: int) -> bytes:
        nonlocal ended
        data = b"" if ended else read(size)
        ended = not data
        return data

    return guarded
