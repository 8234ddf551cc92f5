"""Joins of rows in memory and on disk: as much at once as the memory of the run allows, whatever the keys are."""

from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from fhircheck.model.join import Columns, Join
from fhircheck.model.record import Lost
from fhircheck.model.spilled_rows import BUCKETS, SpilledRows

if TYPE_CHECKING:
    from fhircheck.model.protocols import JoinWorkers, State

S = TypeVar("S", bound="State")
DEEPEST = 7
"""Bytes of a key below its highest."""
WORTH = 16 << 20
"""Bytes of rows: a join of more is worth the start of processes that take parts of it."""
TASKS = 4
"""Tasks for each worker at least, so that none has much left when the others are done."""
_MASK = (1 << 64) - 1


def joined(part: Callable[..., S], tables: Sequence[SpilledRows]) -> S:
    """The merged State of `part` over all keys of `tables`.

    Rows that fit into memory together are one piece. Else they are on disk, and joined some buckets at a time, by the
    workers of the run where it has some. A bucket that does not fit is cut by the next byte of the key, and so on,
    until what is left is the rows of one key. Those go through a Join piece by piece; any other part function gets
    them whole.
    """
    memory = tables[0].memory
    most = memory.piece if memory.workers is None else min(memory.piece, WORTH)
    if sum(table.size for table in tables) <= most:
        return part(*(table.whole() for table in tables))
    for table in tables:
        table.spill()
    sizes = [sum(table.bucket_size(bucket) for table in tables) for bucket in range(BUCKETS)]
    state = part(*map(_no_rows, tables))
    left = [bucket for bucket in range(BUCKETS) if sizes[bucket]]
    if memory.workers is not None:
        left = _given(memory.workers, part, tables, sizes, state)
    for group in _groups(left, sizes, memory.piece):
        if sizes[group[0]] > memory.piece:
            state.merge(_large(part, tables, group[0]))
        else:
            state.merge(part(*_rows(tables, group)))
    return state


def _given(
    workers: "JoinWorkers", part: Callable[..., S], tables: Sequence[SpilledRows], sizes: list[int], state: S
) -> list[int]:
    """Let the workers join all buckets that one of them has memory for; what they find goes into `state`.

    Returns the buckets that are left: those too large for a worker, and those whose workers died (twice, the second
    time alone): here they are tried with the memory of all.
    """
    limit = tables[0].memory.limit
    most = workers.share(limit)
    fits = [bucket for bucket, size in enumerate(sizes) if 0 < size <= most]
    groups = _groups(fits, sizes, min(most, sum(sizes) // (TASKS * workers.jobs)))
    left = [bucket for bucket, size in enumerate(sizes) if size > most]
    for found in workers.results(part, ((group, _rows(tables, group)) for group in groups), limit):
        if isinstance(found, Lost):
            task: Any = found.chunk  # executors know nothing of what they hand on
            left += task[0]
        else:
            state.merge(found)
    return left


def _groups(buckets: Sequence[int], sizes: Sequence[int], most: int) -> Iterator[list[int]]:
    """Neighbours together, as long as they are not more than `most` bytes; a larger bucket alone."""
    group: list[int] = []
    held = 0
    for bucket in buckets:
        if group and held + sizes[bucket] > most:
            yield group
            group, held = [], 0
        group.append(bucket)
        held += sizes[bucket]
    if group:
        yield group


def _rows(tables: Sequence[SpilledRows], buckets: Sequence[int]) -> "list[array[int]]":
    """The rows of each table in some buckets."""
    arrays = list(map(_no_rows, tables))
    for table, numbers in zip(tables, arrays, strict=True):
        for bucket in buckets:
            for piece in table.bucket_pieces(bucket):
                numbers.extend(piece)
    return arrays


def _no_rows(_: SpilledRows) -> "array[int]":
    return array("Q")


def _large(part: Callable[..., S], tables: Sequence[SpilledRows], bucket: int) -> S:
    """A bucket that does not fit: the rows of its most frequent key apart, the others by the next byte of the key."""
    depth = tables[0].depth
    frequent = _most_frequent(tables, bucket)
    one_key = [SpilledRows(table.width) for table in tables]
    others = [SpilledRows(table.width, depth=min(depth + 1, DEEPEST)) for table in tables]
    for table, same, other in zip(tables, one_key, others, strict=True):
        for numbers in table.bucket_pieces(bucket):
            _divide(numbers, frequent, same, other)
    try:
        state = _of_one_key(part, one_key)
        if any(map(len, others)):
            state.merge(joined(part, others))
    finally:
        for table in (*one_key, *others):
            table.close()
    return state


def _most_frequent(tables: Sequence[SpilledRows], bucket: int) -> int:
    """The key of most rows among the first ones of a bucket."""
    keys: Counter[int] = Counter()
    for table in tables:
        for numbers in table.bucket_pieces(bucket):
            keys.update(numbers[0 :: table.width])
            break
    return keys.most_common(1)[0][0]


def _divide(numbers: "array[int]", key: int, same: SpilledRows, other: SpilledRows) -> None:
    width, rest = same.width, array("Q")
    for start in range(0, len(numbers), width):
        (same.rows if numbers[start] == key else rest).extend(numbers[start : start + width])
    other.rows.extend(rest)
    same.settle()
    other.settle()


def _of_one_key(part: Callable[..., S], tables: Sequence[SpilledRows]) -> S:
    """The rows of one key, however many."""
    if not isinstance(part, Join) or sum(table.size for table in tables) <= tables[0].memory.piece:
        return part(*(table.whole() for table in tables))
    known = None
    for arrays in _apart(tables):
        known = part.know(known, *arrays)
    state: S = part.see(known, *map(_no_rows, tables))
    for arrays in _apart(tables, part.together):
        state.merge(part.see(known, *arrays))
    if part.tell is not None:
        state.merge(part.tell(known))
    return state


def _apart(tables: Sequence[SpilledRows], together: tuple[Columns, ...] = ()) -> "Iterator[list[array[int]]]":
    """One piece of one table at a time, the others empty."""
    for place, table in enumerate(tables):
        columns = together[place] if together else ()
        for numbers in _grouped(table, columns) if columns else table.pieces():
            arrays = list(map(_no_rows, tables))
            arrays[place] = numbers
            yield arrays


def _grouped(table: SpilledRows, columns: Columns) -> "Iterator[array[int]]":
    """All rows in pieces; those with equal numbers in `columns` come in one."""
    width = table.width
    keyed = SpilledRows(width + 1)
    for numbers in table.pieces():
        for start in range(0, len(numbers), width):
            row = numbers[start : start + width]
            keyed.rows.append(hash(tuple(row[column] for column in columns)) * 0x9E3779B97F4A7C15 & _MASK)
            keyed.rows.extend(row)
        keyed.settle()
    keyed.spill()
    for bucket in range(BUCKETS):
        numbers = keyed.bucket(bucket)
        if numbers:
            yield _without_first(numbers, width + 1)
    keyed.close()


def _without_first(numbers: "array[int]", width: int) -> "array[int]":
    found = array("Q", bytes(len(numbers) // width * (width - 1) * 8))
    for column in range(1, width):
        found[column - 1 :: width - 1] = numbers[column::width]
    return found
