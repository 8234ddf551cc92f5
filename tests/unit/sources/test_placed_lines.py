"""Lines of a plain file know where they stand in it; all other bytes do not."""

import gzip
import os
import threading
from pathlib import Path

import pytest

from fhircheck.model.file_span import WORTH, FileSpan
from fhircheck.model.record import Piece
from fhircheck.sources import ReadOptions, file_chunks

LINES = b"".join(b'{"resourceType": "Basic", "id": "%05d"}\n\n' % each for each in range(8_000))
MARK = b"\xef\xbb\xbf"


def pieces(path: Path) -> list[Piece]:
    options = ReadOptions(chunk_bytes=2 * WORTH)
    return [piece for chunk in file_chunks(str(path), options) for piece in chunk]


@pytest.mark.parametrize("text", [LINES, MARK + LINES, b"\n" * 9 + LINES.rstrip()])
def test_each_big_piece_stands_in_the_file_where_it_says(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "lines.ndjson"
    path.write_bytes(text)
    placed = [each.data for each in pieces(path) if isinstance(each.data, FileSpan)]
    assert sum(map(len, placed)) > len(text) - WORTH
    for span in placed:
        assert span.path == str(path)
        assert text[span.offset : span.offset + len(span)] == span


def test_a_small_piece_a_packed_file_and_another_encoding_have_no_place(tmp_path: Path) -> None:
    small, packed, wide = (tmp_path / name for name in ("small.ndjson", "packed.ndjson.gz", "wide.ndjson"))
    small.write_bytes(LINES[:1_000])
    packed.write_bytes(gzip.compress(LINES))
    wide.write_bytes(LINES.decode().encode("utf-16"))
    for path in (small, packed, wide):
        assert not any(isinstance(each.data, FileSpan) for each in pieces(path))
    assert b"".join(each.data for each in pieces(wide)) == LINES


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_has_no_place(tmp_path: Path) -> None:
    path = tmp_path / "pipe.ndjson"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(LINES,))
    writer.start()
    found = pieces(path)
    writer.join()
    assert b"".join(each.data for each in found) == LINES
    assert not any(isinstance(each.data, FileSpan) for each in found)
