"""A chunk cut into smaller ones with the same records, places and bytes."""

from collections.abc import Iterator

from fhircheck.model.record import Chunk, Piece

PARTS = 10


def parted(chunk: Chunk) -> list[Chunk]:
    """Up to PARTS chunks with the records of `chunk` in their order; one where there is but one record."""
    singles = [single for piece in chunk for single in _singles(piece)]
    size = -(-len(singles) // PARTS)
    return [singles[start : start + size] for start in range(0, len(singles), size)]


def _singles(piece: Piece) -> Iterator[Piece]:
    """The records of a piece, one a piece; its own findings stay with the first."""
    if piece.form == "ndjson":
        singles = _lines(piece)
    elif piece.form == "bundle-entries":
        singles = _entries(piece)
    else:
        singles = iter((piece,))
    for number, each in enumerate(singles):
        yield each._replace(issues=() if number else piece.issues)


def _lines(piece: Piece) -> Iterator[Piece]:
    """Lines with their ends; blank ones go with the line before, at the beginning with the one after."""
    held, start, line, record = b"", piece.offset, piece.line, piece.first
    filled = False
    for each in _cut(piece.data):
        if filled and not each.isspace():
            yield piece._replace(data=held, offset=start, line=line, first=record)
            start, line, record = start + len(held), line + held.count(b"\n"), record + 1
            held, filled = b"", False
        held += each
        filled = filled or not each.isspace()
    yield piece._replace(data=held, offset=start, line=line, first=record)


def _cut(data: bytes) -> list[bytes]:
    lines = [each + b"\n" for each in data.split(b"\n")]
    lines[-1] = lines[-1][:-1]
    return [each for each in lines if each]


def _entries(piece: Piece) -> Iterator[Piece]:
    columns = piece.columns or (1,) * len(piece.parts)
    for number, (part, column) in enumerate(zip(piece.parts, columns, strict=True)):
        offset, line, _ = part
        yield piece._replace(
            parts=(part,), columns=(column,), first=piece.first + number, offset=offset, line=line, entries=1
        )
