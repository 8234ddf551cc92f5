"""What is said of data whose check ended its process: which lines, records and bytes were not checked."""

import signal

from fhircheck.model.issue import Issue, Place, params
from fhircheck.model.record import OUT_OF_MEMORY, Piece
from fhircheck.transport.ndjson_cutter import count_lines


def how_died(code: int) -> str:
    """How a process ended, by its exit code as multiprocessing tells it (a signal is below zero)."""
    if code == OUT_OF_MEMORY:
        return "out of memory"
    if code < 0:
        try:
            return signal.Signals(-code).name
        except ValueError:
            return f"signal {-code}"
    return f"exit code {code}"


def died(piece: Piece, code: int) -> tuple[int, list[Issue]]:
    """How many records of a piece were not checked, and the findings: its own, and the one that says so."""
    if piece.form == "problem":
        return 0, list(piece.issues)
    count = _records(piece)
    record = 0 if piece.form == "bundle-entries" else piece.first
    expression = f"Bundle.entry[{piece.first}]" if piece.form == "bundle-entries" else ""
    place = Place(piece.source, record, expression=expression, offset=piece.offset, line=piece.line, column=1)
    last_line, last_byte = _end(piece)
    said = params(
        reason=how_died(code),
        first_record=piece.first,
        last_record=piece.first + count - 1,
        first_line=piece.line,
        last_line=last_line,
        first_byte=piece.offset,
        last_byte=last_byte,
    )
    return count, [*piece.issues, Issue("check-died", "error", place, said)]


def _records(piece: Piece) -> int:
    if piece.form == "ndjson":
        return count_lines(piece.data)
    return len(piece.parts) if piece.form == "bundle-entries" else 1


def _end(piece: Piece) -> tuple[int, int]:
    """The last line and the last byte of a piece in its source."""
    if piece.parts:
        offset, line, text = piece.parts[-1]
    else:
        offset, line, text = piece.offset, piece.line, piece.data
    return line + text.rstrip(b"\n").count(b"\n"), offset + max(len(text) - 1, 0)
