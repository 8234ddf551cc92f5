"""Joins of more rows than fit, against the same join of all rows at once."""

from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest

from fhircheck.model import bucket_joins
from fhircheck.model.join import Join
from fhircheck.model.row_joins import derive, fold, made
from fhircheck.model.row_memory import GROWTH, limited_rows
from fhircheck.model.spilled_rows import SpilledRows

LIMIT = GROWTH * 2 * 4_096
"""A piece is 4 KiB: 170 rows of three numbers."""
HUGE, SHARED = 0xAB << 56 | 5, 0xAB << 56 | 6


class Found:
    """Rows of the second table by the number of rows of their key in the first. largest: rows in one piece."""

    def __init__(self) -> None:
        self.counts: Counter[int] = Counter()
        self.largest = self.told = 0

    def merge(self, other: "Found") -> None:
        self.counts.update(other.counts)
        self.largest = max(self.largest, other.largest)
        self.told += other.told


def know(known: Counter[int] | None, left: Sequence[int], right: Sequence[int]) -> Counter[int]:
    counts: Counter[int] = Counter() if known is None else known
    counts.update(left[0::2])
    return counts


def see(known: Counter[int], left: Sequence[int], right: Sequence[int]) -> Found:
    found = Found()
    found.counts.update(known[key] for key in right[0::3])
    found.largest = len(left) // 2 + len(right) // 3
    return found


def tell(known: Counter[int]) -> Found:
    found = Found()
    found.told = sum(number > 0 for number in known.values())
    return found


def plain(left: Sequence[int], right: Sequence[int]) -> Found:
    return Join(know, see, tell)(left, right)


def tables(kind: str) -> tuple[SpilledRows, SpilledRows]:
    random = Random(5)
    keys = [random.getrandbits(64) for _ in range(3_000)]
    if kind == "alike":  # all keys agree in their first six bytes
        keys = [0xABCD_EF01_2345 << 16 | key & 0xFFFF for key in keys]
    if kind == "one-huge":
        keys += [HUGE] * 4_000 + [SHARED] * 100
    if kind == "all-one":
        keys = [HUGE] * 4_000
    if kind == "two-huge":
        keys += [HUGE] * 2_000 + [HUGE + 1] * 2_000
    left, right = SpilledRows(2), SpilledRows(3)
    for number, key in enumerate(random.sample(keys, len(keys))):
        if number % 3 or key in (HUGE, HUGE + 1):
            left.fresh += (key, number)
        right.fresh += (key, number, number // 4)
    left.settle()
    right.settle()
    return left, right


@pytest.mark.parametrize("kind", ["even", "alike", "one-huge", "all-one", "two-huge"])
def test_what_does_not_fit_is_joined_as_what_fits(kind: str) -> None:
    whole = fold(plain, *tables(kind))
    with limited_rows(LIMIT):
        left, right = tables(kind)
        for part in (Join(know, see, tell), plain):
            cut = fold(part, left, right)
            assert (cut.counts, cut.told) == (whole.counts, whole.told)
            assert fold(part, left, right).counts == whole.counts, "the tables stay as they are"
        assert len(left) + len(right) == sum(map(len, tables(kind)))


def test_no_piece_is_larger_than_the_limit_allows() -> None:
    for kind in ("even", "alike", "one-huge", "two-huge"):
        with limited_rows(LIMIT):
            assert fold(Join(know, see, tell), *tables(kind)).largest <= 256
    with limited_rows(LIMIT):
        assert fold(plain, *tables("one-huge")).largest >= 8_000, "only a Join can be cut within a key"


def together(known: None, rows: Sequence[int]) -> Found:
    """How many rows there are of each pair of key and third number."""
    found = Found()
    found.counts.update(Counter(zip(rows[0::3], rows[2::3], strict=True)).values())
    return found


def test_rows_that_belong_together_come_in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    cuts = []
    cut = bucket_joins._grouped
    monkeypatch.setattr(bucket_joins, "_grouped", lambda *given: cuts.append(1) or cut(*given))  # type: ignore[func-returns-value]
    join: Join[None, Found] = Join(lambda known, rows: None, together, together=((0, 2),))
    expected = fold(join, tables("one-huge")[1]).counts
    assert not cuts
    with limited_rows(LIMIT):
        assert fold(join, tables("one-huge")[1]).counts == expected
    assert cuts == [1]


def swapped(left: Sequence[int], right: Sequence[int]) -> SpilledRows:
    return made(2, [number for key, other in zip(right[0::3], right[1::3], strict=True) for number in (other, key)])


def test_a_derived_table_holds_what_all_parts_made() -> None:
    expected: Any = sorted(zip(*[iter(derive(swapped, *tables("one-huge")).whole())] * 2, strict=True))  # type: ignore[attr-defined]
    with limited_rows(LIMIT):
        found = derive(swapped, *tables("one-huge"))
        assert sorted(zip(*[iter(found.whole())] * 2, strict=True)) == expected  # type: ignore[attr-defined]
