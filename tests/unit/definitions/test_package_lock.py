import json
from pathlib import Path

import pytest

from fhircheck.definitions.embedded import core_package
from fhircheck.definitions.package_index import open_package
from fhircheck.definitions.package_lock import Locked, check_locked, lock_text, locked, read_lock, write_lock
from fhircheck.model.errors import PackageUnusable, UsageError
from tests.package_making import installed, profile

ONE = Locked("test.one", "1.0.0", "a" * 64)
TWO = Locked("test.two", "2.0.0", "b" * 64)


def test_what_is_written_is_read_in_a_stable_order(tmp_path: Path) -> None:
    path = tmp_path / "fhircheck.lock"
    write_lock(path, [TWO, ONE])
    assert read_lock(path) == [ONE, TWO]
    assert path.read_text() == lock_text([ONE, TWO])
    assert list(tmp_path.iterdir()) == [path]


def test_the_core_is_not_locked_for_it_comes_with_us(tmp_path: Path) -> None:
    package = open_package(installed(tmp_path, "test.one", "1.0.0"))
    assert [entry.label for entry in locked([core_package(), package])] == ["test.one#1.0.0"]


@pytest.mark.parametrize(
    "content",
    [
        b"", b"[]", b'{"lock-version":2,"packages":[]}', b'{"lock-version":1}', b"\xff",
        json.dumps({"lock-version": 1, "packages": [{"name": "../x", "version": "1", "sha256": "a" * 64}]}).encode(),
        json.dumps({"lock-version": 1, "packages": [{"name": "x", "version": "1", "sha256": "A"}]}).encode(),
        b'{"lock-version":1,"packages":[5]}',
    ],
)  # fmt: skip
def test_what_is_no_lock_file_is_wrong_use(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "l").write_bytes(content)
    with pytest.raises(UsageError, match=f"{tmp_path / 'l'}"):
        read_lock(tmp_path / "l")


def test_a_missing_or_unwritable_lock_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        read_lock(tmp_path / "gone")
    with pytest.raises(UsageError, match="cannot be written"):
        write_lock(tmp_path / "gone" / "l", [ONE])


def test_other_content_or_another_version_is_refused(tmp_path: Path) -> None:
    package = open_package(installed(tmp_path, "Test.One", "1.0.0", profile("http://example.org/a")))
    check_locked(package, Locked("test.one", "1.0.0", package.sha256))
    with pytest.raises(PackageUnusable, match="is not what was locked"):
        check_locked(package, ONE)
    with pytest.raises(PackageUnusable, match=r"test\.two#2\.0\.0 was locked"):
        check_locked(package, TWO)
