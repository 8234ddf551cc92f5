import io
import tarfile
from pathlib import Path

import pytest

from fhircheck.definitions.package_export import install_export, is_export, write_export
from fhircheck.definitions.package_index import open_package
from fhircheck.definitions.package_lock import Locked, lock_text
from fhircheck.model.errors import PackageUnusable, UsageError
from tests.package_making import installed, manifest, package_files, profile, write_tgz

A = profile("http://example.org/StructureDefinition/a")


def test_a_machine_without_network_gets_the_same_packages(tmp_path: Path) -> None:
    folder = open_package(installed(tmp_path / "here", "test.one", "1.0.0", A))
    archive = open_package(write_tgz(tmp_path / "two.tgz", package_files(manifest("Test.Two", "2.0.0"), [A])))
    write_export(tmp_path / "all.tar", [folder, archive])
    assert is_export(tmp_path / "all.tar")
    there = install_export(tmp_path / "all.tar", tmp_path / "there")
    assert [(each.label, each.sha256) for each in there] == [
        ("Test.Two#2.0.0", archive.sha256), ("test.one#1.0.0", folder.sha256)
    ]  # fmt: skip
    assert {each.name for each in (tmp_path / "there").iterdir()} == {"test.one#1.0.0", "test.two#2.0.0"}


def test_equal_packages_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("x", "y"):
        write_export(tmp_path / f"{name}.tar", [open_package(installed(tmp_path / name, "test.one", "1.0.0", A))])
    assert (tmp_path / "x.tar").read_bytes() == (tmp_path / "y.tar").read_bytes()
    with tarfile.open(tmp_path / "x.tar") as archive:
        packed = archive.extractfile("test.one#1.0.0.tgz")
        assert packed is not None
        assert packed.read(8)[4:] == bytes(4), "the time of packing stands in the archive"


def test_a_plain_folder_cannot_travel(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    (plain / "a.json").write_text('{"resourceType":"ValueSet","url":"http://example.org/vs"}')
    with pytest.raises(UsageError, match=r"has no package\.json"):
        write_export(tmp_path / "all.tar", [open_package(plain)])
    assert not list(tmp_path.glob("*.tar*"))


def test_other_files_are_no_export(tmp_path: Path) -> None:
    package = write_tgz(tmp_path / "a.tgz", package_files(manifest("test.one", "1.0.0")))
    (tmp_path / "text").write_text("x")
    assert not any(is_export(path) for path in (package, tmp_path / "text", tmp_path / "gone", tmp_path))


def forged(path: Path, lock: str, *members: tuple[str, bytes]) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, data in (("fhircheck.lock", lock.encode()), *members):
            facts = tarfile.TarInfo(name)
            facts.size = len(data)
            archive.addfile(facts, io.BytesIO(data))
    return path


def test_a_forged_archive_installs_nothing(tmp_path: Path) -> None:
    data = write_tgz(tmp_path / "a.tgz", package_files(manifest("test.one", "1.0.0"), [A])).read_bytes()
    right = open_package(tmp_path / "a.tgz").sha256
    listed = lock_text([Locked("test.one", "1.0.0", right)])
    wrong = lock_text([Locked("test.one", "1.0.0", "0" * 64)])
    for lock, members, said in (
        (wrong, [("test.one#1.0.0.tgz", data)], "not what was locked"),
        (listed, [("../../evil.tgz", data)], "does not list all of its members"),
        (listed, [], r"incomplete: it has no test\.one#1\.0\.0\.tgz"),
        (listed, [("test.one#1.0.0.tgz", b"no archive")], r"no readable \.tgz"),
        ("{}", [("test.one#1.0.0.tgz", data)], "no lock file"),
    ):
        path = forged(tmp_path / "f.tar", lock, *members)
        with pytest.raises((PackageUnusable, UsageError), match=said):
            install_export(path, tmp_path / "there")
        assert not (tmp_path / "there").exists()
    assert install_export(forged(tmp_path / "f.tar", listed, ("test.one#1.0.0.tgz", data)), tmp_path / "there")


def test_a_truncated_archive_is_said_to_be_damaged(tmp_path: Path) -> None:
    write_export(tmp_path / "all.tar", [open_package(installed(tmp_path / "here", "test.one", "1.0.0", A))])
    whole = (tmp_path / "all.tar").read_bytes()
    (tmp_path / "all.tar").write_bytes(whole[:1700])
    with pytest.raises(PackageUnusable):
        install_export(tmp_path / "all.tar", tmp_path / "there")
