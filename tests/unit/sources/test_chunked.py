from pathlib import Path

import pytest

from fhircheck.model.record import Piece
from fhircheck.reconcile.row_pass import Portion
from fhircheck.sources import ReadOptions, file_chunks
from fhircheck.sources.chunked import chunked

PIECE = Piece("a", "ndjson", b"x" * 44)
ENTRIES = Piece("b", "bundle-entries", b"{}", parts=((0, 1, b"y" * 30), (31, 2, b"z" * 12)))


def test_what_a_piece_weighs() -> None:
    assert (PIECE.size, PIECE.weight) == (44, 300)
    assert (ENTRIES.size, ENTRIES.weight) == (44, 300)
    assert Portion(0, 0, [PIECE, ENTRIES]).weight == 600


@pytest.mark.parametrize(
    ("weight", "lengths"),
    [(1, [1] * 5), (300, [1] * 5), (301, [2, 2, 1]), (600, [2, 2, 1]), (601, [3, 2]), (1501, [5])],
)
def test_chunks_end_when_they_weigh_enough(weight: int, lengths: list[int]) -> None:
    pieces = [PIECE._replace(first=number) for number in range(5)]
    chunks = list(chunked(pieces, weight))
    assert [len(chunk) for chunk in chunks] == lengths
    assert [piece for chunk in chunks for piece in chunk] == pieces
    assert not list(chunked([], weight))


def test_three_quarters_of_a_chunk_of_a_file_are_enough(tmp_path: Path) -> None:
    """Pieces of lines end before the size of a chunk: two of them would be nearly twice as much."""
    path = tmp_path / "a.ndjson"
    path.write_bytes(b"".join(b'{"resourceType": "Basic", "id": "%0850d"}\n' % each for each in range(40)))
    chunks = list(file_chunks(str(path), ReadOptions(chunk_bytes=4_000)))
    assert 3_000 <= chunks[0][0].weight < 4_000
    assert [len(chunk) for chunk in chunks] == [1] * 9
    assert sum(piece.size for chunk in chunks for piece in chunk) == path.stat().st_size
