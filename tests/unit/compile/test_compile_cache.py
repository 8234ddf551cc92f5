"""The cache on disk: kept, found again, and never in the way."""

import json
import multiprocessing
import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fhircheck.compile.compile_cache import CompileCache
from fhircheck.transport import whole_file

DATA: dict[str, Any] = {"a": [1, None, True, "ä"], "b": {"c": {}}}


class Made:
    """A maker that counts how often it is asked."""

    def __init__(self, data: dict[str, Any] | None) -> None:
        self.data = data
        self.times = 0

    def __call__(self) -> dict[str, Any] | None:
        self.times += 1
        return self.data


def never() -> dict[str, Any] | None:
    pytest.fail("it was made, though it is kept")


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.exists() else []


def test_what_was_made_is_found_by_the_next_run(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "there" / "yet"
    made = Made(DATA)
    assert CompileCache(folder).get("key", made) == DATA
    assert CompileCache(folder).get("key", never) == DATA
    assert made.times == 1


def test_each_key_has_its_own_file_whatever_it_holds(tmp_path: Path) -> None:
    cache = CompileCache(tmp_path)
    keys = ["a", "A", "../../a", "a/b", "http://a.org/x|1.0", "ä", "", "x" * 5000, "a\0b"]
    for number, key in enumerate(keys):
        cache.get(key, Made({"number": number}))
    assert [cache.get(key, never) for key in keys] == [{"number": number} for number in range(len(keys))]
    assert len(files(tmp_path)) == len(keys)
    assert all(each.suffix == ".json" for each in files(tmp_path))


def test_decimals_are_kept_digit_by_digit_and_big_integers_too(tmp_path: Path) -> None:
    CompileCache(tmp_path).get("key", Made({"a": Decimal("1.50"), "b": 10**30}))
    assert CompileCache(tmp_path).get("key", never) == {"a": {"$decimal": "1.50"}, "b": 10**30}


@pytest.mark.parametrize("text", [b"", b"{", b'{"a": 1', b"[1]", b"null", b"\xff\xfe", b"\0" * 100, b'{"a": NaN'])
def test_a_broken_file_counts_as_not_there_and_is_mended(tmp_path: Path, text: bytes) -> None:
    CompileCache(tmp_path).get("key", Made(DATA))
    (path,) = files(tmp_path)
    path.write_bytes(text)
    made = Made(DATA)
    assert CompileCache(tmp_path).get("key", made) == DATA
    assert made.times == 1
    assert CompileCache(tmp_path).get("key", never) == DATA


def test_none_is_not_kept(tmp_path: Path) -> None:
    made = Made(None)
    cache = CompileCache(tmp_path)
    assert cache.get("key", made) is None
    assert cache.get("key", made) is None
    assert made.times == 2
    assert files(tmp_path) == []
    assert cache.get("key", Made(DATA)) == DATA


def test_without_a_folder_nothing_is_kept() -> None:
    made = Made(DATA)
    cache = CompileCache(None)
    assert [cache.get("key", made), cache.get("key", made)] == [DATA, DATA]
    assert made.times == 2


def test_a_failing_maker_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> dict[str, Any] | None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        CompileCache(tmp_path).get("key", fail)
    assert files(tmp_path) == []


def _read_only_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir()
    folder.chmod(0o500)
    if os.geteuid() == 0:  # root may write anywhere: refuse as the system would

        def refuse(*args: Any, **more: Any) -> Any:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(whole_file.tempfile, "mkstemp", refuse)


def _a_file_in_its_place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.write_text("a file")


def _full_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: Any, **more: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(whole_file.os, "fdopen", full)


def _cannot_rename(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(whole_file.os, "replace", refuse)


@pytest.mark.parametrize("hinder", [_read_only_folder, _a_file_in_its_place, _full_disk, _cannot_rename])
def test_a_folder_that_cannot_be_written_only_costs_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hinder: Callable[[Path, pytest.MonkeyPatch], None]
) -> None:
    folder = tmp_path / "cache"
    hinder(folder, monkeypatch)
    made = Made(DATA)
    assert [CompileCache(folder).get("key", made) for _ in range(3)] == [DATA] * 3
    assert made.times == 3
    assert not folder.is_dir() or files(folder) == [], "no half-written file is left"


def _write_often(folder: Path, mark: int) -> None:
    """In another process: write the same key again and again, each time another length."""
    for number in range(150):
        for path in folder.glob("*.json"):
            path.unlink(missing_ok=True)
        data = {"mark": mark, "list": [mark] * (number * 50)}
        found = CompileCache(folder).get("key", lambda data=data: data)  # type: ignore[misc]
        assert found is not None
        assert set(found["list"]) <= {found["mark"]}, "a mixture of two writers"


def test_two_writers_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork" if hasattr(os, "fork") else "spawn")
    writers = [context.Process(target=_write_often, args=(tmp_path, mark)) for mark in (1, 2)]
    for each in writers:
        each.start()
    for each in writers:
        each.join(60)
    assert [each.exitcode for each in writers] == [0, 0]
    (path,) = files(tmp_path)
    found = json.loads(path.read_bytes())
    assert set(found["list"]) == {found["mark"]}


def test_a_shipped_cache_is_looked_into_and_never_written(tmp_path: Path) -> None:
    own, shipped = tmp_path / "own", tmp_path / "shipped"
    CompileCache(shipped).get("made before", Made(DATA))
    before = files(shipped)
    cache = CompileCache(own, shipped)
    assert cache.get("made before", never) == DATA
    assert files(own) == []
    assert cache.get("new", Made({"b": 1})) == {"b": 1}
    assert files(shipped) == before
    assert len(files(own)) == 1
    assert CompileCache(None, shipped).get("made before", never) == DATA
    assert CompileCache(None, shipped).get("new", Made(DATA)) == DATA
