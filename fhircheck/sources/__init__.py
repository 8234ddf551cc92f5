"""Stage: where instances come from. Names as the user gave them -> chunks of bytes, lazily, in a stable order."""

from collections.abc import Iterable, Iterator
from itertools import chain

from fhircheck.model.errors import UsageError
from fhircheck.model.issue import IssueKind
from fhircheck.model.record import Chunk, Piece
from fhircheck.registry import Registry
from fhircheck.sources.bulk_kinds import BULK_KINDS
from fhircheck.sources.chunked import chunked
from fhircheck.sources.directory import DIRECTORY
from fhircheck.sources.fhir_search import FHIR_SEARCH
from fhircheck.sources.files import FILES, file_pieces
from fhircheck.sources.globs import GLOBS
from fhircheck.sources.options import ReadOptions
from fhircheck.sources.server_kinds import SERVER_KINDS
from fhircheck.sources.source_kinds import SOURCE_KINDS
from fhircheck.sources.source_type import SourceType
from fhircheck.sources.stdin import STDIN
from fhircheck.transport.json_kinds import JSON_KINDS
from fhircheck.transport.xml_kinds import XML_KINDS

__all__ = ["KINDS", "SOURCES", "ReadOptions", "SourceType", "estimate", "file_chunks", "open_sources"]

SOURCES: Registry[SourceType] = Registry("sources", STDIN, FHIR_SEARCH, DIRECTORY, GLOBS, FILES)
"""The first that claims a name opens it."""

KINDS: tuple[IssueKind, ...] = (*JSON_KINDS, *XML_KINDS, *SOURCE_KINDS, *SERVER_KINDS, *BULK_KINDS)
"""All types of finding that reading raises."""


def open_sources(names: Iterable[str], options: ReadOptions) -> Iterator[Chunk]:
    """Chunks of work out of the sources called `names`, in their order, each name once.

    Raises SourceUnusable at once where a name cannot be read at all, and UsageError without names or
    with a sample of less than one record. What turns out to be broken later is a finding.
    """
    chosen = [(source_type(name), name) for name in dict.fromkeys(names)]
    if not chosen:
        raise UsageError("no source is named: give a file, a folder, a pattern, - or a URL")
    if options.sample is not None and options.sample < 1:
        raise UsageError("a sample needs at least one record")
    for source, name in chosen:
        source.check(name, options)
    # asked for at once: a server is read ahead from now on, all others when their turn comes
    pieces: Iterator[Piece] = chain.from_iterable([source.pieces(name, options) for source, name in chosen])
    if options.sample is not None:
        from fhircheck.sources.sampling import sample

        pieces = sample(pieces, options.sample)
    # what comes over the network is checked in smaller portions: less waiting for the first and after the last byte
    portion = options.chunk_bytes // 8 if any(source is FHIR_SEARCH for source, _ in chosen) else options.chunk_bytes
    return chunked(pieces, _enough(portion))


def estimate(names: Iterable[str]) -> int | None:
    """Bytes the sources will give, None where one of them cannot tell (packed, standard input, a server)."""
    sizes = [source_type(name).size(name) for name in dict.fromkeys(names)]
    return None if None in sizes else sum(size for size in sizes if size is not None)


def file_chunks(path: str, options: ReadOptions) -> Iterator[Chunk]:
    """Chunks of one file; what cannot be read is a finding in its place."""
    return chunked(file_pieces(path, options), _enough(options.chunk_bytes))


def source_type(name: str) -> SourceType:
    """The entry of SOURCES that opens `name`."""
    return next(each for each in SOURCES if each.claims(name))


def _enough(size: int) -> int:
    """What a chunk of about `size` bytes has to hold.

    A piece of lines ends before `size`, so that three quarters of it are enough: another piece would be too much.
    """
    return -(-3 * size // 4)
