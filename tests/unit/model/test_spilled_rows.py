import gc
import pickle
import tempfile
from pathlib import Path
from typing import Any

import pytest

from fhircheck.model import spilled_rows
from fhircheck.model.errors import CouldNotCheck
from fhircheck.model.spilled_rows import SpilledRows, side_by_side

STEP = 0x0123_4567_89AB_CDEF


def filled(count: int, limit: int, beside: int = 1) -> SpilledRows:
    """Rows of a key and a number beside it, which is another one for each `beside`."""
    table = SpilledRows(2, limit)
    for number in range(count):
        table.fresh += [number * STEP % (1 << 64), number * beside * STEP % (1 << 64)]
    table.settle()
    return table


def contents(*tables: SpilledRows) -> list[list[int]]:
    found: list[list[int]] = [[] for _ in tables]
    for buckets in side_by_side(*tables):
        for numbers, bucket in zip(found, buckets, strict=True):
            numbers += bucket
    return [sorted(zip(each[0::2], each[1::2], strict=True)) for each in found]  # type: ignore[misc]


def test_rows_on_disk_are_the_rows_in_memory() -> None:
    memory, disk = filled(1_000, 1 << 20), filled(1_000, 100)
    assert (memory.on_disk, disk.on_disk) == (False, True)
    assert len(memory) == len(disk) == 1_000
    assert len(disk.rows) == 0
    assert contents(memory) == contents(disk)


def test_a_bucket_holds_all_rows_of_its_keys_in_both_tables() -> None:
    left, right = filled(500, 100, beside=3), filled(500, 1 << 20, beside=5)
    for mine, theirs in side_by_side(left, right):
        assert set(mine[0::2]) == set(theirs[0::2])


@pytest.mark.parametrize(("mine", "theirs"), [(1 << 20, 1 << 20), (100, 1 << 20), (1 << 20, 100), (100, 100)])
def test_merge_keeps_every_row(mine: int, theirs: int) -> None:
    table, other = filled(300, mine), filled(200, theirs)
    expected = contents(filled(300, 1 << 20))[0] + contents(filled(200, 1 << 20))[0]
    table.merge(other)
    assert contents(table)[0] == sorted(expected)
    assert len(other) == 200


@pytest.mark.parametrize("limit", [100, 1 << 20])
def test_rows_travel_to_other_processes(limit: int) -> None:
    table = filled(300, limit)
    assert contents(pickle.loads(pickle.dumps(table))) == contents(table)


def test_nothing_is_left_in_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def fails() -> None:
        assert filled(1_000, 100).on_disk
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        fails()
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_closing_frees_the_disk() -> None:
    table = filled(1_000, 100)
    table.close()
    assert (len(table), table.on_disk) == (0, False)


def test_a_full_disk_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def seek(self, place: int) -> None: ...

        def write(self, data: bytes) -> None:
            raise OSError(28, "No space left on device")

    def full(**_: Any) -> Full:
        return Full()

    monkeypatch.setattr(spilled_rows.tempfile, "TemporaryFile", full)
    with pytest.raises(CouldNotCheck, match="No space left on device"):
        filled(1_000, 100)
