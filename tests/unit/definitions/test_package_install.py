import json
import multiprocessing
import os
from pathlib import Path

import pytest

from fhircheck.definitions import package_install
from fhircheck.definitions.package_index import open_package
from fhircheck.definitions.package_install import install_archive
from fhircheck.model.errors import PackageUnusable
from tests.package_making import manifest, package_files, profile, write_tgz

URL = "http://example.org/StructureDefinition/one"
FILES = package_files(manifest("Test.One", "1.0.0"), [profile(URL)])


def test_puts_the_package_where_all_tools_look(tmp_path: Path) -> None:
    package = install_archive(write_tgz(tmp_path / "a.tgz", FILES), tmp_path / "cache")
    folder = tmp_path / "cache" / "test.one#1.0.0"
    assert package.origin == str(folder)
    assert json.loads((folder / "package" / "package.json").read_text())["name"] == "Test.One"
    assert open_package(folder).sha256 == package.sha256
    assert [each.name for each in (tmp_path / "cache").iterdir()] == ["test.one#1.0.0"]


def test_writes_an_index_only_where_there_is_none(tmp_path: Path) -> None:
    install_archive(write_tgz(tmp_path / "a.tgz", FILES), tmp_path / "cache")
    index = json.loads((tmp_path / "cache" / "test.one#1.0.0" / "package" / ".index.json").read_text())
    [entry] = index["files"]
    assert (entry["filename"], entry["url"], entry["type"]) == ("StructureDefinition-one.json", URL, "Patient")
    with_index = write_tgz(tmp_path / "b.tgz", {**FILES, ".index.json": b"its own"})
    install_archive(with_index, tmp_path / "other")
    assert (tmp_path / "other" / "test.one#1.0.0" / "package" / ".index.json").read_bytes() == b"its own"


def test_what_is_there_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = write_tgz(tmp_path / "a.tgz", FILES)
    install_archive(archive, tmp_path / "cache")
    mark = tmp_path / "cache" / "test.one#1.0.0" / "package" / "mark"
    mark.write_text("")
    monkeypatch.setattr(package_install, "_unpack", lambda *_: pytest.fail("it was unpacked again"))
    install_archive(archive, tmp_path / "cache")
    assert mark.exists()


def test_a_broken_installation_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "cache" / "test.one#1.0.0" / "package").mkdir(parents=True)
    (tmp_path / "cache" / "test.one#1.0.0" / "package" / "half.json").write_text("")
    install_archive(write_tgz(tmp_path / "a.tgz", FILES), tmp_path / "cache")
    assert open_package(tmp_path / "cache" / "test.one#1.0.0").definitions == 1
    assert [each.name for each in (tmp_path / "cache").iterdir()] == ["test.one#1.0.0"]


def test_nothing_is_left_where_it_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(package_install, "_write_index", full)
    with pytest.raises(PackageUnusable, match=r"Test\.One#1\.0\.0 cannot be installed: No space left on device"):
        install_archive(write_tgz(tmp_path / "a.tgz", FILES), tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_leftovers_of_ended_processes_go_after_a_day(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    for name in (".fhircheck-old", ".fhircheck-new"):
        (cache / name).mkdir(parents=True)
    os.utime(cache / ".fhircheck-old", (1, 1))
    install_archive(write_tgz(tmp_path / "a.tgz", FILES), cache)
    assert {each.name for each in cache.iterdir()} == {".fhircheck-new", "test.one#1.0.0"}


def _install(archive: Path, cache: Path, start: object, answers: object) -> None:
    start.wait()  # type: ignore[attr-defined]
    try:
        answers.put(install_archive(archive, cache).sha256)  # type: ignore[attr-defined]
    except Exception as error:
        answers.put(repr(error))  # type: ignore[attr-defined]


def test_processes_that_install_at_once_do_no_harm(tmp_path: Path) -> None:
    many = [profile(f"{URL}-{number}") for number in range(300)]
    archive = write_tgz(tmp_path / "a.tgz", package_files(manifest("test.many", "1.0.0"), many))
    context = multiprocessing.get_context("spawn")
    start, answers = context.Barrier(4), context.Queue()
    running = [context.Process(target=_install, args=(archive, tmp_path / "cache", start, answers)) for _ in range(4)]
    for process in running:
        process.start()
    said = {answers.get(timeout=60) for _ in running}
    for process in running:
        process.join()
    assert said == {open_package(tmp_path / "cache" / "test.many#1.0.0").sha256}
    assert [each.name for each in (tmp_path / "cache").iterdir()] == ["test.many#1.0.0"]
