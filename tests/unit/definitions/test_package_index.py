import json
import os
import shutil
from pathlib import Path

import pytest

from fhircheck.definitions import package_index
from fhircheck.definitions.package import Package
from fhircheck.definitions.package_index import open_package
from fhircheck.definitions.store_reader import PackageStore
from fhircheck.model.errors import PackageUnusable
from tests.package_making import manifest, package_files, profile, write_folder, write_tgz

URL = "http://example.org/StructureDefinition/one"
FILES = package_files(manifest("test.one", "1.0.0", {"hl7.fhir.r4.core": "4.0.1"}), [profile(URL)])


def urls(package: Package) -> list[str]:
    return [head.url for head in PackageStore(Path(package.store)).heads()]


def test_an_archive_and_its_folder_are_the_same_package(tmp_path: Path) -> None:
    archive = open_package(write_tgz(tmp_path / "a.tgz", FILES))
    folder = open_package(write_folder(tmp_path / "folder", {**FILES, ".index.json": b"{}", ".index.db": b"x"}))
    assert (archive.name, archive.version, archive.dependencies) == (
        "test.one", "1.0.0", (("hl7.fhir.r4.core", "4.0.1"),)
    )  # fmt: skip
    assert archive.sha256 == folder.sha256
    assert urls(archive) == urls(folder) == [URL]
    assert open_package(tmp_path / "folder" / "package").sha256 == archive.sha256


def test_the_second_run_reads_only_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = write_tgz(tmp_path / "a.tgz", FILES)
    folder = write_folder(tmp_path / "folder", FILES)
    first = [open_package(archive), open_package(folder)]
    monkeypatch.setattr(package_index, "_read", lambda *_, **__: pytest.fail("it was read again"))
    (folder / "package" / ".index.db").write_text("of another tool")
    assert [open_package(archive), open_package(folder)] == first


def test_a_changed_folder_is_read_anew(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "folder", FILES)
    first = open_package(folder)
    second_url = URL.replace("one", "two")
    added = folder / "package" / "b.json"
    added.write_text(json.dumps(profile(second_url)))
    second = open_package(folder)
    assert urls(second) == [URL, second_url]
    text = added.read_text()
    added.write_text(text.replace("two", "owt"))
    os.utime(added, ns=(1, 1))
    assert urls(open_package(folder)) == [URL, second_url.replace("two", "owt")]
    assert second.sha256 != first.sha256


def test_a_settled_release_is_read_anew_when_files_come_or_go(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "folder", FILES)
    os.utime(folder / "package", (1000, 1000))
    first = open_package(folder, release=True)
    (folder / "package" / "StructureDefinition-one.json").write_text("{}")
    assert open_package(folder, release=True) == first
    (folder / "package" / "b.json").write_text(json.dumps(profile(URL + "-b")))
    os.utime(folder / "package", (2000, 2000))
    assert urls(open_package(folder, release=True)) == [URL + "-b"]


def test_a_release_that_may_still_be_unpacked_is_looked_at_file_by_file(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "folder", {**FILES, "b.json": b'{"resourceType":'})
    assert urls(open_package(folder, release=True)) == [URL]
    (folder / "package" / "b.json").write_text(json.dumps(profile(URL + "-b")))
    assert urls(open_package(folder, release=True)) == [URL, URL + "-b"]


def test_what_was_kept_of_an_old_state_goes_after_a_day(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "folder", FILES)
    first = Path(open_package(folder).store)
    (folder / "package" / "b.json").write_text("{}")
    second = Path(open_package(folder).store)
    assert first.exists()
    os.utime(first, (1, 1))
    (folder / "package" / "c.json").write_text("{}")
    open_package(folder)
    assert not first.exists()
    assert second.exists()


def test_a_wrong_index_hides_nothing_and_is_told(tmp_path: Path) -> None:
    for index in (b'{"index-version":1,"files":[]}', b"no json", b'{"files":[{"filename":"gone.json"}]}', b"[1]"):
        package = open_package(write_tgz(tmp_path / "a.tgz", {".index.json": index, **FILES}))
        assert urls(package) == [URL]
        assert package.notes == ("its .index.json leaves out 1 of 1 definition; all are used",)
    right = json.dumps({"files": [{"filename": "StructureDefinition-one.json"}]}).encode()
    assert open_package(write_folder(tmp_path / "f", {".index.json": right, **FILES})).notes == ()


def test_broken_files_and_examples_are_left_out(tmp_path: Path) -> None:
    strange = {
        "broken.json": b'{"resourceType":', "latin.json": b'{"a":"\xe4"}', "list.json": b"[]", "number.json": b"1",
        "strange.json": b'{"resourceType":"ValueSet","url":5,"version":{}}',
        "examples/e.json": json.dumps(profile(URL + "-example")).encode(),
        "terminology/deep/cs.json": b'\xef\xbb\xbf{"resourceType":"CodeSystem","url":"http://example.org/cs"}',
        "NamingSystem-a.json": b'{"resourceType":"NamingSystem","id":"a"}',
        "Patient-a.json": b'{"resourceType":"Patient","id":"a"}',
    }  # fmt: skip
    package = open_package(write_tgz(tmp_path / "a.tgz", {**FILES, **strange}))
    assert sorted(urls(package)) == ["", "", URL, "http://example.org/cs"]
    assert package.notes == ("2 files are no readable JSON, the first is broken.json",)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a.json": b"{}"}, "no package/package.json in it"),
        ({"package.json": b"[]"}, "its package.json is no JSON object"),
        ({"package.json": b"\xff{"}, "its package.json is no JSON object"),
        ({"package.json": b'{"name":"../x","version":"1"}'}, "no usable name and version"),
        ({"package.json": b'{"name":"x"}'}, "no usable name and version"),
    ],
)
def test_what_is_no_package_is_refused(tmp_path: Path, files: dict[str, bytes], said: str) -> None:
    with pytest.raises(PackageUnusable, match=said):
        open_package(write_tgz(tmp_path / "a.tgz", files))
    assert list((Path(os.environ["FHIRCHECK_CACHE"]) / "packages").iterdir()) == []


def test_a_plain_folder_of_resources_is_a_package(tmp_path: Path) -> None:
    plain = tmp_path / "profiles"
    plain.mkdir()
    with pytest.raises(PackageUnusable, match=r"neither a package\.json nor conformance resources"):
        open_package(plain)
    (plain / "one.json").write_text(json.dumps(profile(URL)))
    package = open_package(plain)
    assert (package.label, urls(package)) == ("profiles#local", [URL])


@pytest.mark.parametrize("name", ["a.json", "a.xml", "A.JSON"])
def test_a_file_with_one_conformance_resource_is_a_package(tmp_path: Path, name: str) -> None:
    is_json = name.lower().endswith("json")
    text = '{"resourceType": "ValueSet", "url": "http://example.org/v", "status": "draft"}'
    xml = '<ValueSet xmlns="http://hl7.org/fhir"><url value="http://example.org/v"/><status value="draft"/></ValueSet>'
    file = tmp_path / name
    file.write_text(text if is_json else xml)
    assert urls(open_package(file)) == ["http://example.org/v"]


@pytest.mark.parametrize("text", ["{", '{"resourceType": "Patient"}', "[]", ""])
def test_a_file_without_one_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(PackageUnusable, match="is no conformance resource that can be read"):
        open_package(tmp_path / "a.json")


def test_a_missing_path_is_named(tmp_path: Path) -> None:
    with pytest.raises(PackageUnusable, match=r"gone\.tgz is not there"):
        open_package(tmp_path / "gone.tgz")


def test_a_damaged_store_is_made_again(tmp_path: Path) -> None:
    archive = write_tgz(tmp_path / "a.tgz", FILES)
    store = Path(open_package(archive).store)
    for damage in (b"", b"no database", store.read_bytes()[:5000]):
        store.write_bytes(damage)
        assert urls(open_package(archive)) == [URL]


def test_a_cache_that_cannot_be_written_is_gone_around(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FHIRCHECK_CACHE", str(tmp_path / "file"))
    package = open_package(write_tgz(tmp_path / "a.tgz", FILES))
    assert urls(package) == [URL]
    assert not package.store.startswith(str(tmp_path))
    shutil.rmtree(Path(package.store).parent)
