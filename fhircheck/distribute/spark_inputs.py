"""Sources -> what each is to Spark: files read whole, lines of big files in parts, streams, tables, or said at once."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from fhircheck.distribute.spark_files import Found, HadoopFiles, Listing, plain_path, plain_uri
from fhircheck.distribute.spark_reading import (
    CHUNKS,
    Block,
    Name,
    Reading,
    Stream,
    check_chunks,
    check_lines,
    check_streams,
    check_whole,
    chunk_row,
    cut_streams,
    whole_pieces,
)
from fhircheck.distribute.spark_session import encrypts, own_copy, plain_errors
from fhircheck.distribute.spark_worker import OUTPUT
from fhircheck.model.record import Piece
from fhircheck.sources.chunked import chunked
from fhircheck.sources.content import MARK, _wide, foreign_form, is_ndjson, problem
from fhircheck.sources.files import names_lines
from fhircheck.transport.archives import HEAD, archive_form

RESOURCE = b'"resourceType"'
EXACT_PATHS = {"__globPaths__": "false", "recursiveFileLookup": "true"}
"""Options that have Spark take names as they are; without the second one, files are read twice beside one whose name
holds signs of a pattern."""
_HEAD = 1 << 20
_PACKED = ".gz"
_SPACE = " \t\n\r\x0b\x0c"


@dataclass(slots=True)
class Inputs:
    """The files of a run by how they are read. said: (order, pieces) that come of no executor."""

    whole: list[Found] = field(default_factory=list)
    lines: list[tuple[Found, bytes]] = field(default_factory=list)
    streams: list[tuple[Found, Stream]] = field(default_factory=list)
    said: list[tuple[str, list[Piece]]] = field(default_factory=list)


def inputs_of(listing: Listing, hadoop: HadoopFiles, reading: Reading, whole_bytes: int) -> Inputs:
    """Sort the files by size and by their first bytes."""
    inputs = Inputs(said=[(each.order, [each.piece]) for each in listing.said])
    for found in listing.files:
        if not found.size:
            inputs.said.append((found.order, [problem(found.name, "empty-file")]))
        elif found.path.rpartition("/")[2].startswith("_"):
            inputs.said.append((found.order, _hidden(found, hadoop, reading, whole_bytes)))
        elif found.size <= whole_bytes:
            inputs.whole.append(found)
        else:
            _sort(found, hadoop.head(hadoop.path_of(found.path), _HEAD), inputs)
    return inputs


def _hidden(found: Found, hadoop: HadoopFiles, reading: Reading, whole_bytes: int) -> list[Piece]:
    """A file whose name begins with ``_``: Spark's readers pass over it, so its bytes come here."""
    if found.size > whole_bytes:
        return [problem(found.name, "file-unreadable", reason="Spark passes over names that begin with _")]
    content = hadoop.head(hadoop.path_of(found.path), found.size)
    return list(whole_pieces(content, found.name, reading.options))


def _sort(found: Found, head: bytes, inputs: Inputs) -> None:
    """Say how a file is read that is too large to be read whole."""
    form = archive_form(head[:HEAD])
    if form == "gzip" and found.path.endswith(_PACKED):
        inside = _unpacked(head)
        stream = Stream(found.name, found.order, _cut(inside), -1, inside.startswith(MARK))
        inputs.streams.append((found, stream))
    elif form and form not in ("gzip", "tar"):
        inputs.said.append((found.order, [problem(found.name, "archive-unsupported", form=form)]))
    elif not form and not foreign_form(head[:4096]) and not _wide(head[:4096])[0] and _is_lines(head, found.name):
        inputs.lines.append((found, head))
    else:
        stream = Stream(found.name, found.order, b"\n" if form else _cut(head), found.size, head.startswith(MARK))
        inputs.streams.append((found, stream))


def _is_lines(head: bytes, name: str) -> bool:
    text = head.removeprefix(MARK).lstrip()
    return bool(text) and not text.startswith(b"<") and is_ndjson(head, bool(names_lines(name)))


def _unpacked(head: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(head, _HEAD)
    except zlib.error:
        return b""


def _cut(head: bytes) -> bytes:
    """What to cut a document at so that no part is long; no sound document ends with it."""
    if head.count(RESOURCE) > len(head) >> 16:
        return RESOURCE
    text = head.removeprefix(MARK).lstrip()
    return b"<" if text.startswith(b"<") else b"," if text[:1] in (b"{", b"[") else b"\n"


class FileFrames:
    """Frames of OUTPUT for files: each is a job of its own kind."""

    def __init__(self, session: Any, reading: Reading) -> None:
        self._session = session
        self._reading = reading

    def frames(self, inputs: Inputs) -> Iterator[Any]:
        """One frame for each way of reading that is needed."""
        for layer in _layers(inputs.whole):
            yield self._whole(layer)
        for layer in _layers([found for found, _ in inputs.lines]):
            heads = {found.path: head for found, head in inputs.lines}
            yield self._lines(layer, heads)
        if inputs.streams:
            yield from self._streams(inputs.streams)
        if inputs.said:
            yield self._said(inputs.said)

    def _whole(self, files: list[Found]) -> Any:
        session = own_copy(self._session, {"spark.sql.files.minPartitionNum": str(_tasks(self._session) * 4)})
        names = session.sparkContext.broadcast({plain_path(each.path): Name(each.name, each.order) for each in files})
        frame = session.read.format("binaryFile").options(**EXACT_PATHS).load([each.path for each in files])
        return frame.select("path", "content").mapInArrow(partial(check_whole, self._reading, names), OUTPUT)

    def _lines(self, files: list[Found], heads: dict[str, bytes]) -> Any:
        from pyspark.sql import functions as sql

        session = own_copy(self._session, _fixed_parts(self._session, sum(each.size for each in files)))
        text = session.read.option("lineSep", "\n").options(**EXACT_PATHS).text([each.path for each in files])
        frame = text.select(
            sql.col("value").cast("binary").alias("value"),
            sql.col("_metadata.file_path").alias("path"),
            sql.col("_metadata.file_block_start").alias("start"),
        )
        filled = sql.octet_length(sql.ltrim(sql.col("text"), sql.lit(_SPACE))) > 0
        counted = (
            text.select(
                sql.col("value").alias("text"),
                sql.col("_metadata.file_path").alias("path"),
                sql.col("_metadata.file_block_start").alias("start"),
            )
            .groupBy("path", "start")
            .agg(
                sql.count("text").alias("lines"),
                sql.sum(sql.octet_length("text") + 1).alias("bytes"),
                sql.count_if(filled).alias("records"),
            )
        )
        with plain_errors():
            counts = counted.collect()
        blocks = session.sparkContext.broadcast(_blocks(files, heads, counts))
        return frame.mapInArrow(partial(check_lines, self._reading, blocks), OUTPUT)

    def _streams(self, streams: list[tuple[Found, Stream]]) -> Iterator[Any]:
        """Frames of files that one task each reads; where that is safe others help to check what it cuts."""
        cuts: dict[tuple[bytes, bool], list[tuple[Found, Stream]]] = {}
        for found, stream in streams:
            fault = self._fault(found) if stream.size < 0 else ("", "")
            stream = stream._replace(fault=fault)
            cuts.setdefault((stream.cut, bool(fault[0])), []).append((found, stream))
        for (cut, broken), group in cuts.items():
            known = dict(group)
            for layer in _layers(list(known)):
                yield self._stream_frame(cut, broken, layer, known)

    def _stream_frame(self, cut: bytes, broken: bool, files: list[Found], known: dict[Found, Stream]) -> Any:
        from pyspark.sql import functions as sql

        largest = str(max(each.size for each in files) + 1)
        one = {"spark.sql.files.maxPartitionBytes": largest, "spark.sql.files.minPartitionNum": "1"}
        session = own_copy(self._session, one)
        reader = session.read.option("lineSep", cut.decode()).options(**EXACT_PATHS)
        if broken:
            reader = reader.option("ignoreCorruptFiles", "true")
        frame = reader.text([each.path for each in files]).select(
            sql.col("value").cast("binary").alias("value"), sql.col("_metadata.file_path").alias("path")
        )
        names = session.sparkContext.broadcast({plain_path(each.path): known[each] for each in files})
        if not encrypts(session):
            return frame.mapInArrow(partial(check_streams, self._reading, names), OUTPUT)
        tasks = max(2, _tasks(session)) * 4
        chunks = frame.mapInArrow(partial(cut_streams, self._reading, names), CHUNKS).repartition(tasks)
        return chunks.mapInArrow(partial(check_chunks, self._reading), OUTPUT)

    def _fault(self, found: Found) -> tuple[str, str]:
        """What is wrong with a packed file, as Spark finds it when it reads all of it."""
        from pyspark.errors import PySparkException

        reader = self._session.read.option("lineSep", ",").options(**EXACT_PATHS)
        try:
            reader.text(found.path).selectExpr("sum(octet_length(value))").collect()
        except Exception as error:
            if not isinstance(error, PySparkException) and not type(error).__module__.startswith("py4j"):
                raise
            text = str(error)
            cut_off = "EOFException" in text or "Unexpected end" in text
            return "archive-broken", "truncated" if cut_off else "BadGzipFile"
        return "", ""

    def _said(self, said: list[tuple[str, list[Piece]]]) -> Any:
        import pyarrow

        batches = []
        for order, pieces in said:
            for number, chunk in enumerate(chunked(pieces, self._reading.options.chunk_bytes)):
                batches.append(chunk_row(order, number, chunk))
        session = own_copy(self._session)
        frame = session.createDataFrame(pyarrow.Table.from_batches(batches)).select("major", "minor", "payload")
        return frame.repartition(1).mapInArrow(partial(check_chunks, self._reading), OUTPUT)


def _layers(files: list[Found]) -> list[list[Found]]:
    """The files so that none is twice in a layer: a file named twice is read twice, as everywhere."""
    layers: list[list[Found]] = []
    seen: dict[str, int] = {}
    for each in files:
        number = seen.get(each.path, 0)
        seen[each.path] = number + 1
        if number == len(layers):
            layers.append([])
        layers[number].append(each)
    return layers


def _tasks(session: Any) -> int:
    """Tasks that run at a time."""
    number: int = session.sparkContext.defaultParallelism
    return max(1, number)


def _fixed_parts(session: Any, size: int) -> dict[str, str]:
    """Settings under which Spark cuts the same files at the same bytes in the count and in the check.

    With more than one part asked for at least, Spark would cut them at its cost of opening a file, if that is less.
    """
    tasks = _tasks(session)
    largest = int(session._jsparkSession.sessionState().conf().filesMaxPartitionBytes())
    part = min(largest, max(4 << 20, size // (tasks * 3) + 1))
    return {"spark.sql.files.maxPartitionBytes": str(part), "spark.sql.files.minPartitionNum": "1"}


def _blocks(files: list[Found], heads: dict[str, bytes], counts: list[Any]) -> dict[tuple[str, int], Block]:
    """Where each part of each file begins, from the counts of all parts before it."""
    by_file: dict[str, list[Any]] = {}
    for row in counts:
        by_file.setdefault(plain_uri(row.path), []).append(row)
    blocks = {}
    for found in files:
        path, mark = plain_path(found.path), heads[found.path].startswith(MARK)
        rows = sorted(by_file.get(path, ()), key=lambda row: row.start)
        offset, line, record = len(MARK) if mark else 0, 1, 0
        for row in rows:
            first = row is rows[0]
            start = 0 if first else offset
            last = row is rows[-1]
            unended = last and offset + row.bytes == found.size + 1
            blocks[path, row.start] = Block(found.name, found.order, start, line, record, mark and first, unended)
            offset, line, record = offset + row.bytes, line + row.lines, record + row.records
    return blocks
