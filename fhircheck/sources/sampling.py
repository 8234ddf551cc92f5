"""A sample that is the same on every machine: the records with the smallest hashes, in the sources' order."""

import heapq
from collections.abc import Iterator
from hashlib import blake2b

from fhircheck.model.record import Piece

_Key = tuple[int, int]


def sample(pieces: Iterator[Piece], size: int) -> Iterator[Piece]:
    """The `size` records whose hash of (source, number) is smallest, one a piece, in the order read.

    An entry of a big Bundle counts as a record. Findings without a record and the Bundles' own
    members are kept always. Memory is bounded by the records held.
    """
    kept: list[tuple[_Key, Piece]] = []
    always: list[tuple[int, Piece]] = []
    for order, piece in enumerate(_singles(pieces)):
        if piece.form in ("problem", "bundle-shell"):
            always.append((order, piece))
            continue
        entry: tuple[_Key, Piece] = ((-_hash(piece), -order), piece)
        if len(kept) < size:
            heapq.heappush(kept, entry)
        elif kept and entry[0] > kept[0][0]:
            heapq.heapreplace(kept, entry)
    chosen = [(-order, piece) for (_, order), piece in kept]
    yield from (piece for _, piece in sorted([*chosen, *always], key=lambda each: each[0]))


def _hash(piece: Piece) -> int:
    text = f"{piece.source}\n{piece.form == 'bundle-entries'}\n{piece.first}"
    return int.from_bytes(blake2b(text.encode("utf-8", "backslashreplace"), digest_size=8).digest(), "big")


def _singles(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The same records, one a piece."""
    for piece in pieces:
        if piece.form == "ndjson":
            yield from _lines(piece)
        elif piece.form == "bundle-entries":
            columns = piece.columns or (1,) * len(piece.parts)
            for number, (part, column) in enumerate(zip(piece.parts, columns, strict=True)):
                yield piece._replace(parts=(part,), columns=(column,), first=piece.first + number, entries=1)
        else:
            yield piece


def _lines(piece: Piece) -> Iterator[Piece]:
    offset, number = piece.offset, piece.first
    for index, data in enumerate(piece.data.split(b"\n")):
        if data and not data.isspace():
            yield piece._replace(data=data, offset=offset, line=piece.line + index, first=number)
            number += 1
        offset += len(data) + 1
