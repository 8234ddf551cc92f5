"""Standard input, named ``-``: a JSON document or NDJSON, told apart by content; gzip and tar too."""

import sys
from collections.abc import Iterator

from fhircheck.model.record import Piece
from fhircheck.sources.files import stream_pieces
from fhircheck.sources.options import ReadOptions
from fhircheck.sources.source_type import SourceType
from fhircheck.transport.archives import HEAD, archive_form
from fhircheck.transport.byte_stream import ByteStream

NAME = "-"


def _pieces(name: str, options: ReadOptions) -> Iterator[Piece]:
    buffer = sys.stdin.buffer
    stream = ByteStream(getattr(buffer, "read1", buffer.read))
    yield from stream_pieces(stream, archive_form(stream.peek(HEAD)), NAME, options)


STDIN = SourceType(
    "stdin",
    "Standard input (-): one JSON document or NDJSON, told apart by content.",
    lambda name: name == NAME,
    _pieces,
)
