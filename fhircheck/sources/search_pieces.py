"""The records of a search on a FHIR server, page by page; or of all searches that the server declares."""

from collections.abc import Iterator
from functools import partial
from itertools import chain

from fhircheck.model.errors import SourceUnusable
from fhircheck.model.issue import Issue
from fhircheck.model.record import Piece
from fhircheck.sources.changed import changed_only
from fhircheck.sources.content import problem
from fhircheck.sources.options import MIB, ReadOptions
from fhircheck.sources.read_ahead import ReadAhead
from fhircheck.sources.resource_key import resource_key
from fhircheck.sources.search_page import HEADERS, SearchPage
from fhircheck.sources.search_query import SearchQuery, query_of, searchable_types
from fhircheck.sources.search_reading import PageFailed, SearchReading
from fhircheck.sources.service_base import service_base
from fhircheck.transport.http import HttpClient, ServerFault, redacted
from fhircheck.transport.reader_process import ReaderProcess

_AHEAD = 16 * MIB
"""Bytes that one search may be ahead of the check."""


def search_pieces(url: str, options: ReadOptions) -> Iterator[Piece]:
    """All records, in the order of the searches; reading begins now, while definitions are still being loaded."""
    batches: Iterator[list[Piece]]
    try:
        if not options.own_process:
            raise OSError("not asked for")
        batches = ReaderProcess(piece_batches, url, options)
    except OSError:
        batches = ReadAhead([partial(piece_batches, url, options)], 1, _size, _AHEAD // 16)
    return chain.from_iterable(batches)


def piece_batches(url: str, options: ReadOptions) -> Iterator[list[Piece]]:
    """The pieces of one page at a time: to hand over each by itself costs more."""
    with HttpClient(options.connection, service_base(url)) as client:
        query = query_of(url)
        queries = [query] if query else _declared(client, url)
        if not queries:
            yield [problem(redacted(url), "server-declares-no-search")]
            return
        if options.since:
            queries = [changed_only(each, options.since) for each in queries]
        makers = [partial(_read, client, each, options, query is not None) for each in queries]
        yield from ReadAhead(makers, max(options.connection.concurrency, 1), _size, _AHEAD)


def _declared(client: HttpClient, base: str) -> list[SearchQuery]:
    """A search for each type that the CapabilityStatement at `base` says can be searched."""
    base = base.rstrip("/")
    return [SearchQuery(f"{base}/{name}", type=name) for name in searchable_types(capability(client, base))]


def capability(client: HttpClient, base: str) -> dict[str, object]:
    """The CapabilityStatement of the server at `base`. Raises SourceUnusable where there is none."""
    shown = redacted(base)
    try:
        page = SearchPage(client.get(f"{base.rstrip('/')}/metadata", HEADERS))
    except ServerFault as fault:
        raise SourceUnusable(f"{shown}: no CapabilityStatement at {shown}/metadata: {_said(fault)}") from None
    if page.type != "CapabilityStatement":
        raise SourceUnusable(f"{shown}: no FHIR server there: /metadata gives no CapabilityStatement")
    return page.node


def _size(pieces: list[Piece]) -> int:
    return sum(len(piece.data) + 1024 for piece in pieces)


def _read(client: HttpClient, query: SearchQuery, options: ReadOptions, alone: bool) -> Iterator[list[Piece]]:
    """The records of one query; a fault on its first page is SourceUnusable where it is `alone`, else a finding."""
    reading = SearchReading(client, query)
    seen = _Seen()
    source, number = query.shown, 0
    while reading.ahead:
        if reading.position.page >= options.page_limit:
            reading.stop("server-page-limit", limit=options.page_limit)
            break
        try:
            page = reading.read()
        except PageFailed as failed:
            if alone and not reading.position.page:
                raise SourceUnusable(f"{source}: {_said(failed.fault)}") from None
            yield [_problem(failed.issue)]
            return
        if not page.is_paged:
            yield [Piece(source, "resource", page.answer.body, first=number)]
            return
        texts, counts = seen.new(page, reading)
        pieces = [Piece(source, "resource", text, first=at) for at, text in enumerate(texts, number)]
        number += len(texts)
        yield [*pieces, *map(_problem, reading.settle(page, *counts))]
    issues, gave_up = reading.ended()
    last = [_problem(issue) for issue in (*issues, *([gave_up] if gave_up else []))]
    yield [*last, *([] if number or not alone or options.since else [problem(source, "nothing-to-read", skipped=0)])]


class _Seen:
    """What came already, in a temporary database that goes to disk where it grows."""

    def __init__(self) -> None:
        import sqlite3  # with the first search, not with every run

        self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("CREATE TABLE seen(key BLOB PRIMARY KEY) WITHOUT ROWID")
        self._db.execute("BEGIN")

    def new(self, page: SearchPage, reading: SearchReading) -> tuple[list[bytes], tuple[int, int, int]]:
        """(texts of what did not come before, (new matches, new resources, what came again against expectation))."""
        texts: list[bytes] = []
        matches = repeated = 0
        for entry in page.entries:
            key = resource_key(entry.node, entry.text)
            if key and not self._db.execute("INSERT OR IGNORE INTO seen VALUES (?)", (key,)).rowcount:
                repeated += not reading.expects_copies(entry.mode)
                continue
            matches += entry.mode != "include" and reading.is_counted(entry.node.get("resourceType"))
            texts.append(entry.text)
        return texts, (matches, len(texts), repeated)


def _problem(issue: Issue) -> Piece:
    return Piece(issue.place.source, "problem", first=issue.place.record, issues=(issue,))


def _said(fault: ServerFault) -> str:
    """One line for a server that gave nothing at all."""
    if fault.reason in ("not-fhir", "answer-broken"):
        return f"the answer is no FHIR JSON ({fault.detail}); name a search such as .../Patient?_count=100"
    return fault.shown
