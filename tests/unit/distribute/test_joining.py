"""Joins that processes take parts of, against the same joins in this process."""

import multiprocessing
import os
from collections.abc import Sequence
from functools import partial

import pytest

from fhircheck.distribute import joining as module
from fhircheck.distribute.joining import joining
from fhircheck.distribute.start_method import START_METHOD
from fhircheck.model import bucket_joins
from fhircheck.model.join import Join
from fhircheck.model.row_joins import derive, fold
from fhircheck.model.row_memory import GROWTH, limited_rows, row_memory
from tests.unit.model.test_bucket_joins import Found, know, plain, see, swapped, tables, tell

LIMIT = GROWTH * 4 * 4_096
"""A piece is 8 KiB here and 3 KiB in each of two workers."""


class Seen(Found):
    """Notes the processes that joined, and the bytes of rows one of them got at once."""

    def __init__(self, found: Found, numbers: int) -> None:
        super().__init__()
        super().merge(found)
        self.sizes = {os.getpid(): numbers * 8}

    def merge(self, other: Found) -> None:
        assert isinstance(other, Seen)
        super().merge(other)
        for process, size in other.sizes.items():
            self.sizes[process] = max(size, self.sizes.get(process, 0))


def seen(parent: int, deadly: int | None, left: Sequence[int], right: Sequence[int]) -> Seen:
    """The plain join; a worker dies that sees the key `deadly`."""
    if os.getpid() != parent and deadly in right[0::3]:
        os.kill(os.getpid(), 9)
    return Seen(plain(left, right), len(left) + len(right))


@pytest.mark.parametrize("kind", ["even", "alike", "one-huge"])
def test_workers_find_what_one_process_finds(kind: str) -> None:
    whole = fold(plain, *tables(kind))
    with limited_rows(LIMIT), joining(2):
        found = fold(partial(seen, os.getpid(), None), *tables(kind))
        pieces = fold(Join(know, see, tell), *tables(kind))
    assert (found.counts, found.told) == (pieces.counts, pieces.told) == (whole.counts, whole.told)
    sizes = dict(found.sizes)
    here = sizes.pop(os.getpid())
    assert len(sizes) >= 1, "keys that are alike in some bytes are spread by the next one"
    assert kind != "even" or here == 0
    assert all(size <= LIMIT // 2 // GROWTH // 2 for size in sizes.values())


def test_a_derived_table_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = sorted(derive(swapped, *tables("even")).whole())  # type: ignore[attr-defined]
    if "spawn" in multiprocessing.get_all_start_methods():
        monkeypatch.setenv(START_METHOD, "spawn")
    with limited_rows(LIMIT), joining(2):
        assert sorted(derive(swapped, *tables("even")).whole()) == expected  # type: ignore[attr-defined]


def test_what_kills_its_worker_is_joined_here() -> None:
    whole = fold(plain, *tables("even"))
    with limited_rows(LIMIT), joining(2):
        deadly = tables("even")[1].whole()[300]
        found = fold(partial(seen, os.getpid(), deadly), *tables("even"))
        assert row_memory().workers is not None
    assert found.counts == whole.counts
    assert 0 < found.sizes[os.getpid()] <= LIMIT // 2 // GROWTH, "only what was lost"
    assert row_memory().workers is None
    assert not multiprocessing.active_children()


def test_small_joins_start_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "Processes", None)
    with joining(2):
        fold(plain, *tables("even"))
        monkeypatch.setattr(bucket_joins, "WORTH", 4_096)
        with pytest.raises(TypeError):
            fold(plain, *tables("even"))
    with joining(1):
        fold(plain, *tables("even"))
