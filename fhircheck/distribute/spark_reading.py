"""Spark's rows -> pieces, in executors: whole files, lines of a part of a file, a stream in one task, rows of a table.

Spark reads the bytes with its own credentials; what is cut out of them and how is sources/, as everywhere.
"""

import pickle
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from typing import Any, NamedTuple

from fhircheck.distribute.spark_files import plain_path, plain_uri
from fhircheck.distribute.spark_worker import Row, Task, batch_of
from fhircheck.model.record import Piece
from fhircheck.sources.archive_members import archive_pieces
from fhircheck.sources.chunked import chunked
from fhircheck.sources.content import MARK, pieces_of
from fhircheck.sources.files import names_lines, stream_pieces
from fhircheck.sources.options import ReadOptions
from fhircheck.transport.archives import HEAD, archive_form
from fhircheck.transport.byte_stream import ByteStream, StreamFault
from fhircheck.transport.ndjson_cutter import cut_lines
from fhircheck.transport.unpacking import tar_members, zip_members


class Name(NamedTuple):
    """What a file is called in findings, and where it stands in the data's order."""

    name: str
    order: str


class Block(NamedTuple):
    """A part of an NDJSON file. offset, line, record: of its first byte. mark: a byte order mark was before it.

    open: its last line has no line end.
    """

    name: str
    order: str
    offset: int
    line: int
    record: int
    mark: bool
    open: bool


class Stream(NamedTuple):
    """A file that one task reads from its beginning. cut: bytes its rows were cut at, which Spark does not give.

    size: its bytes; -1: Spark unpacks it. mark: a byte order mark was before it. fault: kind and reason of what breaks
    it off.
    """

    name: str
    order: str
    cut: bytes
    size: int
    mark: bool
    fault: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a task reads. job: pickled. apart: what is found must be put into the data's order, file by file.

    task: what takes the chunks in.
    """

    job: bytes
    options: ReadOptions
    apart: bool = False
    task: type[Task] = Task


def check_whole(reading: Reading, names: Any, batches: Iterable[Any]) -> Iterator[Any]:
    """Check files that come whole (path, content). names: a broadcast of plain path -> Name."""
    task = reading.task(reading.job)
    known: dict[str, Name] = names.value
    seen = 0

    def files() -> Iterator[tuple[str, Iterator[Piece]]]:
        nonlocal seen
        for batch in batches:
            for path, content in zip(batch.column(0).to_pylist(), batch.column(1), strict=True):
                seen += 1
                name, order = known[plain_path(path)]
                yield order, whole_pieces(content.as_py(), name, reading.options)

    size = reading.options.chunk_bytes
    if reading.apart:
        for order, pieces in files():
            for number, chunk in enumerate(chunked(pieces, size)):
                yield from task.check(chunk, order, number)
    else:
        for chunk in chunked((piece for _, pieces in files() for piece in pieces), size):
            yield from task.check(chunk, "", 0)
    yield from task.finish()
    yield _seen(seen)


def _seen(number: int) -> Any:
    row: Row = ("seen", "", 0, "", number, b"")
    return batch_of([row])


def whole_pieces(content: bytes, name: str, options: ReadOptions) -> Iterator[Piece]:
    """All pieces of one file that is in memory."""
    form = archive_form(content[:HEAD])
    if form == "zip":
        yield from archive_pieces(zip_members(BytesIO(content), options.unpack), name, options)
    else:
        yield from stream_pieces(ByteStream(BytesIO(content).read), form, name, options)


def check_lines(reading: Reading, blocks: Any, batches: Iterable[Any]) -> Iterator[Any]:
    """Check lines (value, file_path, file_block_start). blocks: a broadcast of (plain path, start) -> Block."""
    task = reading.task(reading.job)
    options = reading.options
    for key, slices in _runs(batches, 2):
        block: Block = blocks.value[plain_uri(key[0]), key[1]]
        stream = ByteStream(_reader(_lines(slices, block)))
        start = block.offset, block.line, block.record
        pieces = cut_lines(stream, block.name, options.chunk_bytes, options.max_record_bytes, start)
        for chunk in chunked(pieces, options.chunk_bytes):
            yield from task.check(chunk, block.order, chunk[0].offset)
    yield from task.finish()


def _lines(slices: Iterable[Any], block: Block) -> Iterator[bytes]:
    if block.mark:
        yield MARK
    held = b""
    for each in slices:
        if held:
            yield held
        held = b"\n".join(each.column(0).to_pylist()) + b"\n"
    yield held[:-1] if block.open else held


def check_streams(reading: Reading, streams: Any, batches: Iterable[Any]) -> Iterator[Any]:
    """Check files that come in order (value, file_path). streams: a broadcast of plain path -> Stream."""
    task = reading.task(reading.job)
    for stream, chunks in _stream_chunks(reading, streams, batches):
        for number, chunk in enumerate(chunks):
            yield from task.check(chunk, stream.order, number)
    yield from task.finish()


CHUNKS = "major string, minor bigint, payload binary"


def cut_streams(reading: Reading, streams: Any, batches: Iterable[Any]) -> Iterator[Any]:
    """Chunks of files that come in order, as rows of CHUNKS, to be checked by other tasks."""
    for stream, chunks in _stream_chunks(reading, streams, batches):
        for number, chunk in enumerate(chunks):
            yield chunk_row(stream.order, number, chunk)


def chunk_row(order: str, number: int, chunk: list[Piece]) -> Any:
    """A chunk as a RecordBatch of CHUNKS."""
    import pyarrow

    cells = ([order], pyarrow.string()), ([number], pyarrow.int64()), ([pickle.dumps(chunk, 5)], pyarrow.binary())
    arrays = [pyarrow.array(values, type=type_) for values, type_ in cells]
    return pyarrow.RecordBatch.from_arrays(arrays, names=["major", "minor", "payload"])


def check_chunks(reading: Reading, batches: Iterable[Any]) -> Iterator[Any]:
    """Check rows of CHUNKS."""
    task = reading.task(reading.job)
    for batch in batches:
        for row in batch.to_pylist():
            yield from task.check(pickle.loads(row["payload"]), row["major"], row["minor"])
    yield from task.finish()


def _stream_chunks(
    reading: Reading, streams: Any, batches: Iterable[Any]
) -> Iterator[tuple[Stream, Iterator[list[Piece]]]]:
    for (path,), slices in _runs(batches, 1):
        stream: Stream = streams.value[plain_uri(path)]
        pieces = _stream_pieces(ByteStream(_reader(_joined(slices, stream))), stream, reading.options)
        yield stream, chunked(pieces, reading.options.chunk_bytes)


def _stream_pieces(bytes_: ByteStream, stream: Stream, options: ReadOptions) -> Iterator[Piece]:
    form = archive_form(bytes_.peek(HEAD))
    if stream.size >= 0:
        yield from stream_pieces(bytes_, form, stream.name, options)
    elif form == "tar":
        yield from archive_pieces(tar_members(bytes_.read, options.unpack), stream.name, options)
    else:
        yield from pieces_of(bytes_, stream.name, options, names_lines(stream.name))


def _joined(slices: Iterable[Any], stream: Stream) -> Iterator[bytes]:
    """The bytes of a file as they were before Spark cut them."""
    total, cut = 0, stream.cut
    if stream.mark:
        total = len(MARK)
        yield MARK
    first = True
    for each in slices:
        data = cut.join(each.column(0).to_pylist())
        data = data if first else cut + data
        first = False
        total += len(data)
        yield data
    if stream.size >= 0 and total + len(cut) == stream.size:
        total += len(cut)
        yield cut
    if stream.fault[0]:
        raise StreamFault(*stream.fault)
    if stream.size >= 0 and total != stream.size:
        raise StreamFault("file-unreadable", "changed while it was read")


class Table(NamedTuple):
    """A table. path: plain, of its folder or file; empty where it is known by its name alone."""

    path: str
    name: str
    order: str


def check_rows(reading: Reading, table: Table, batches: Iterable[Any]) -> Iterator[Any]:
    """Check rows of a table (value, file path, row number); the place of a finding is its file and row."""
    task = reading.task(reading.job)
    started = 0
    names: dict[str, str] = {}

    def pieces() -> Iterator[Piece]:
        nonlocal started
        for batch in batches:
            for value, path, row in zip(*(batch.column(number).to_pylist() for number in range(3)), strict=True):
                name = names.get(path)
                if name is None:
                    name = names[path] = _file_of(path, table)
                started += row == 0
                yield Piece(name, "resource", value or b"null", first=row)

    for name, group in groupby(pieces(), key=lambda piece: piece.source if reading.apart else ""):
        for chunk in chunked(group, reading.options.chunk_bytes):
            yield from task.check(chunk, f"{table.order}\0{name}", chunk[0].first)
    yield from task.finish(started)


def _file_of(path: str, table: Table) -> str:
    """What a file of a table is called: under the path the user gave, else under the table's name."""
    plain, root = plain_uri(path), table.path.rstrip("/")
    if not path or plain == root:
        return table.name
    inside = plain[len(root) + 1 :] if root and plain.startswith(root + "/") else plain.rpartition("/")[2]
    return f"{table.name.rstrip('/')}/{inside}"


def _runs(batches: Iterable[Any], keys: int) -> Iterator[tuple[tuple[Any, ...], Iterator[Any]]]:
    """(key, its batches) where the columns behind the first one change; a file's rows come one after another."""
    for key, group in groupby(_slices(batches, keys), key=lambda pair: pair[0]):
        yield key, (each for _, each in group)


def _slices(batches: Iterable[Any], keys: int) -> Iterator[tuple[tuple[Any, ...], Any]]:
    for batch in batches:
        start = 0
        for key, group in groupby(zip(*(batch.column(1 + at).to_pylist() for at in range(keys)), strict=True)):
            size = sum(1 for _ in group)
            yield key, batch.slice(start, size)
            start += size


def _reader(blocks: Iterator[bytes]) -> Callable[[int], bytes]:
    """`read(size)` over blocks."""
    held, at = b"", 0

    def read(size: int) -> bytes:
        nonlocal held, at
        while at >= len(held):
            found = next(blocks, None)
            if found is None:
                return b""
            held, at = found, 0
        part = held[at : at + size]
        at += len(part)
        return part

    return read
