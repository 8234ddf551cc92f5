import gc
import os
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from fhircheck.model import spilled_rows, temporary
from fhircheck.model.errors import CouldNotCheck
from fhircheck.model.row_memory import limited_rows
from fhircheck.model.spilled_rows import SpilledRows

STEP = 0x0123_4567_89AB_CDEF


def filled(count: int, limit: int | None = None, beside: int = 1) -> SpilledRows:
    """Rows of a key and a number beside it, which is another one for each `beside`."""
    table = SpilledRows(2, limit)
    for number in range(count):
        table.fresh += [number * STEP % (1 << 64), number * beside * STEP % (1 << 64)]
        if number % 100 == 99:
            table.settle()
    table.settle()
    return table


def contents(table: SpilledRows) -> list[tuple[int, ...]]:
    rows = table.whole()
    return sorted(zip(rows[0::2], rows[1::2], strict=True))


def test_rows_on_disk_are_the_rows_in_memory() -> None:
    memory, disk = filled(1_000), filled(1_000, 100)
    assert (memory.on_disk, disk.on_disk) == (False, True)
    assert len(memory) == len(disk) == 1_000
    assert (memory.held, disk.held) == (16_000, 0)
    assert contents(memory) == contents(disk)


def test_a_bucket_holds_the_rows_whose_key_has_its_byte() -> None:
    table = filled(500, 100)
    for bucket in range(spilled_rows.BUCKETS):
        rows = table.bucket(bucket)
        assert len(rows) * 8 == table.bucket_size(bucket)
        assert {key >> 56 for key in rows[0::2]} <= {bucket}
    below = SpilledRows(2, 100, depth=1)
    below.merge(table)
    assert {key >> 48 & 255 for key in below.bucket(7)[0::2]} == {7}


@pytest.mark.parametrize(("mine", "theirs"), [(None, None), (100, None), (None, 100), (100, 100)])
def test_merge_keeps_every_row(mine: int | None, theirs: int | None) -> None:
    table, other = filled(300, mine), filled(200, theirs)
    expected = contents(filled(300)) + contents(filled(200))
    table.merge(other)
    assert contents(table) == sorted(expected)
    assert len(other) == 200


def test_rows_that_go_to_disk_while_they_are_read_come_once() -> None:
    with limited_rows(60_000):
        small, table = filled(100), filled(1_500)
        expected = contents(table)
        small.merge(table)
        assert table.on_disk, "its room was needed"
        assert len(small) == 1_600
        assert contents(table) == expected


@pytest.mark.parametrize("limit", [100, None])
def test_rows_travel_to_other_processes(limit: int | None) -> None:
    table = filled(300, limit)
    assert contents(pickle.loads(pickle.dumps(table))) == contents(table)


def test_of_the_tables_of_a_run_the_largest_goes_to_disk_first() -> None:
    with limited_rows(100_000):
        small, large = filled(1_000), filled(2_000)
        assert (small.on_disk, large.on_disk) == (False, False)
        more = filled(500)
        assert (small.on_disk, large.on_disk, more.on_disk) == (False, True, False)
        large.close()
        again = filled(1_600)
        assert (small.on_disk, more.on_disk, again.on_disk) == (False, False, False), "what is closed counts no longer"
        assert filled(1_600).on_disk != again.on_disk, "one of the two has to go"
    assert not filled(4_000).on_disk, "the limit was of that run alone"


def test_tables_that_are_gone_take_no_room() -> None:
    with limited_rows(100_000):
        for _ in range(5):
            assert not filled(2_000).on_disk
            gc.collect()


def test_nothing_is_left_in_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def fails() -> None:
        assert filled(1_000, 100).on_disk
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        fails()
    gc.collect()
    assert list(tmp_path.iterdir()) == []


KILLED = """
import os, signal
from fhircheck.model.spilled_rows import SpilledRows
table = SpilledRows(2, 100)
table.fresh += range(10_000)
table.settle()
assert table.on_disk
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_nothing_is_left_where_the_process_is_killed(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    ended = subprocess.run([sys.executable, "-c", KILLED], env=environment, check=False, timeout=60)
    assert ended.returncode == -9
    assert list(tmp_path.iterdir()) == []


def test_closing_frees_the_disk() -> None:
    table = filled(1_000, 100)
    table.close()
    assert (len(table), table.on_disk) == (0, False)


def test_a_full_disk_is_one_clear_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Full:
        def seek(self, place: int) -> None: ...

        def write(self, data: bytes) -> None:
            raise OSError(28, "No space left on device")

    def full(**_: Any) -> Full:
        return Full()

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(temporary.tempfile, "TemporaryFile", full)
    with pytest.raises(CouldNotCheck) as told:
        filled(1_000, 100)
    assert str(told.value) == f"temporary folder {tmp_path}: No space left on device (set TMPDIR)"


def test_a_temporary_folder_that_is_not_there_is_not_passed_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "missing"))
    with pytest.raises(CouldNotCheck, match="missing: is no folder"):
        filled(1_000, 100)
