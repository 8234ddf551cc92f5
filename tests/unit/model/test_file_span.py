"""Bytes of a file travel as their place there, and never as other bytes than were read."""

import copy
import pickle
from pathlib import Path

import pytest

from fhircheck.model.file_span import FileSpan, SpanChanged, packed
from fhircheck.model.record import Piece

DATA = bytes(range(256)) * 40
AT = 1_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "lines.ndjson"
    path.write_bytes(b"." * AT + DATA + b".")
    return path


def span(path: Path) -> FileSpan:
    return FileSpan.of(DATA, str(path), AT)


def test_a_span_is_its_place_and_comes_back_as_plain_bytes(path: Path) -> None:
    message = packed([[Piece("lines", "ndjson", span(path), AT)]])
    assert len(message) < len(DATA) // 10
    ((piece,),) = pickle.loads(message)
    assert piece == Piece("lines", "ndjson", DATA, AT)
    assert type(piece.data) is bytes


def test_any_other_pickle_holds_the_bytes(path: Path) -> None:
    held = pickle.dumps(span(path))
    copied = copy.deepcopy(span(path))
    path.unlink()
    assert pickle.loads(held) == copied == DATA


def test_bytes_without_a_place_are_sent() -> None:
    assert pickle.loads(packed((DATA, 1))) == (DATA, 1)


@pytest.mark.parametrize("now", [None, b"", b"." * AT + DATA[:-1], b"." * AT + DATA[:-1] + b"!", DATA + b"." * AT])
def test_a_file_that_is_gone_short_or_different_is_told(path: Path, now: bytes | None) -> None:
    message = packed(span(path))
    path.unlink()
    if now is not None:
        path.write_bytes(now)
    with pytest.raises(SpanChanged):
        pickle.loads(message)


def test_a_file_that_grows_is_the_same(path: Path) -> None:
    message = packed(span(path))
    with path.open("ab") as file:
        file.write(b"more")
    assert pickle.loads(message) == DATA
