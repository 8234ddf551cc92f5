"""Portions whose process died: made smaller, down to the record that no process survives, which counts as not read."""

from itertools import accumulate

from fhircheck.model.record import Lost
from fhircheck.reconcile.row_pass import ROW_BITS, Portion, RowsMade
from fhircheck.sources.died import died
from fhircheck.sources.parted import PARTS, parted

DIED = "check-died"
"""Kind of the finding."""


def smaller(portions: list[Portion]) -> list[list[Portion]]:
    """Up to PARTS tasks with what is in `portions`, in their order; one where it cannot be made smaller.

    Each is some whole portions or a part of one. Rows of a part are numbered from the bytes before it on: a row comes
    of more than one byte, so that numbers stay in the order of the rows and none is given twice. A portion that is too
    long for that is not cut.
    """
    if len(portions) > 1:
        size = -(-len(portions) // PARTS)
        return [portions[start : start + size] for start in range(0, len(portions), size)]
    (whole,) = portions
    chunks = parted(whole.pieces)
    *starts, _ = accumulate((sum(piece.size for piece in chunk) for chunk in chunks), initial=whole.first)
    if starts[-1] >> ROW_BITS - 1:
        return [portions]
    ends = (False,) * (len(chunks) - 1) + (whole.last,)
    parts = zip(chunks, starts, ends, strict=True)
    return [[Portion(whole.unit, whole.number, chunk, first, last)] for chunk, first, last in parts]


def unmade(lost: Lost) -> RowsMade:
    """What lost portions count as: no rows, and each record of them not read."""
    made = RowsMade()
    portions: list[Portion] = lost.chunk  # type: ignore[assignment]  # executors know no FHIR
    for portion in portions:
        for piece in portion.pieces:
            made.bytes += piece.size
            count, found = died(piece, lost.code)
            for issue in found:
                if issue.severity in ("error", "fatal"):
                    times = count if issue.kind == DIED else 1
                    made.unread.add(issue.kind, issue.place.source, issue.place.record, times)
        if portion.last:
            made.done.append((portion.unit, portion.number))
    return made
