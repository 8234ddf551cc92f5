from pathlib import Path
from typing import Any

import pytest
import responses

from fhircheck.definitions.package_resolution import Resolution, resolve
from fhircheck.model.errors import PackageUnusable, UsageError
from tests.package_making import installed, manifest, package_files, profile, write_tgz

URL = "http://example.org/StructureDefinition/"


def loaded(*named: str, **options: Any) -> tuple[list[str], tuple[str, ...]]:
    """Labels of what is loaded beside the core, and notes, without those on the default packages."""
    packages, notes = resolve(named, offline=options.pop("offline", True), **options)
    assert packages[0].label == "hl7.fhir.r4.core#4.0.1"
    kept = tuple(note for note in notes if "is not installed: what depends on" not in note)
    return [package.label for package in packages[1:]], kept


def test_dependencies_are_followed_with_ranges_and_loops(own_caches: Path) -> None:
    installed(own_caches, "test.top", "1.0.0", dependencies={"Test.Low": "1.5.x", "hl7.fhir.r4.core": "4.0.1"})
    installed(own_caches, "test.low", "1.5.2", dependencies={"test.top": "1.0.0"})
    installed(own_caches, "test.low", "1.5.10")
    installed(own_caches, "test.low", "1.6.0")
    assert loaded("test.top#1.0.0") == (["test.top#1.0.0", "test.low#1.5.10"], ())
    assert loaded("test.top", "test.low#1.5.2") == (["test.top#1.0.0", "test.low#1.5.2"], ())


def test_a_named_package_that_is_missing_says_where_it_was_looked_for(own_caches: Path) -> None:
    installed(own_caches, "test.top", "1.0.0")
    with pytest.raises(PackageUnusable) as raised:
        loaded("test.top#2.0.0")
    assert str(raised.value) == (
        f"test.top#2.0.0 is not there: looked in {own_caches} (which has 1.0.0), no registry was asked (offline);"
        " to install it by hand, get its .tgz and run: fhircheck packages install FILE.tgz"
        " (or set FHIRCHECK_PACKAGE_CACHE)"
    )


def test_a_dependency_that_is_missing_is_a_note(own_caches: Path) -> None:
    installed(own_caches, "test.top", "1.0.0", dependencies={"test.gone": "1.0.0", "test.low": "1.0.0"})
    installed(own_caches, "test.low", "2.0.0", dependencies={"test.gone": "1.0.0"})
    labels, notes = loaded("test.top")
    assert labels == ["test.top#1.0.0", "test.low#2.0.0"]
    assert [note.partition(" (")[0] for note in notes] == [
        "test.top#1.0.0 depends on test.gone#1.0.0, which is not there: its definitions are missing",
        "test.top#1.0.0 depends on test.low#1.0.0, which is not there: test.low#2.0.0 is used instead",
    ]


def test_other_fhir_versions_are_noted_and_not_loaded(own_caches: Path) -> None:
    wanted = {"hl7.fhir.r5.core": "5.0.0", "hl7.fhir.r4.core": "4.0.0", "test.r5": "1.0.0", "test.both": "1.0.0"}
    wanted |= {"test.new": "1.0.0", "hl7.fhir.r4.examples": "4.0.1"}
    installed(own_caches, "test.top", "1.0.0", dependencies=wanted)
    installed(own_caches, "test.both", "1.0.0", fhirVersions=["4.3.0"])
    installed(own_caches, "test.both.r4", "1.0.0")
    installed(own_caches, "test.new", "1.0.0", fhirVersions=["5.0.0"])
    labels, notes = loaded("test.top")
    assert labels == ["test.top#1.0.0", "test.both.r4#1.0.0"]
    assert [note.removeprefix("test.top#1.0.0 depends on ") for note in notes] == [
        "hl7.fhir.r5.core#5.0.0: not loaded (the specification of FHIR R5, not R4)",
        "hl7.fhir.r4.core#4.0.0: the embedded hl7.fhir.r4.core#4.0.1 is used",
        "test.r5#1.0.0, which is not for R4: not loaded",
        "test.both#1.0.0, which is made for FHIR 4.3.0: test.both.r4#1.0.0 is used instead",
        "test.new#1.0.0, which is made for FHIR 5.0.0: not loaded",
        "hl7.fhir.r4.examples#4.0.1: not loaded (not needed)",
    ]


def test_another_specification_cannot_be_named(own_caches: Path, tmp_path: Path) -> None:
    core = write_tgz(tmp_path / "core.tgz", package_files(manifest("hl7.fhir.r5.core", "5.0.0")))
    for named in ("hl7.fhir.r5.core#5.0.0", str(core)):
        with pytest.raises(PackageUnusable, match="the specification of FHIR R5"):
            loaded(named)
    assert loaded("hl7.fhir.r4.core", "HL7.FHIR.R4.core@4.0.1") == ([], ())


def test_a_package_for_another_version_is_loaded_when_it_is_named_and_told(own_caches: Path) -> None:
    installed(own_caches, "test.new", "1.0.0", fhirVersions=["5.0.0"])
    assert loaded("test.new") == (["test.new#1.0.0"], ("test.new#1.0.0 is made for FHIR 5.0.0, not for R4 (4.0.1)",))


def test_the_default_packages_are_used_when_installed(own_caches: Path) -> None:
    _, notes = resolve((), offline=True)
    assert [note.partition(" is not installed")[0] for note in notes] == [
        "hl7.terminology.r4", "hl7.fhir.uv.extensions.r4"
    ]  # fmt: skip
    assert all("fhircheck packages install hl7." in note for note in notes)
    installed(own_caches, "hl7.terminology.r4", "6.4.0", dependencies={"test.gone": "1.0.0"})
    installed(own_caches, "hl7.terminology.r4", "6.5.0-ballot")
    assert loaded() == (["hl7.terminology.r4#6.4.0"], ())
    assert loaded("hl7.terminology.r4#6.5.0-ballot")[0] == ["hl7.terminology.r4#6.5.0-ballot"]


def test_a_default_package_that_is_broken_is_a_note(own_caches: Path) -> None:
    (own_caches / "hl7.terminology.r4-6.4.0.tgz").parent.mkdir(parents=True)
    (own_caches / "hl7.terminology.r4-6.4.0.tgz").write_bytes(b"no archive")
    labels, notes = loaded()
    assert labels == []
    assert notes[0].startswith("hl7.terminology.r4 cannot be used: ")


def test_the_same_package_from_two_places_is_loaded_once(own_caches: Path, tmp_path: Path) -> None:
    files = package_files(manifest("test.one", "1.0.0"), [profile(URL + "one")])
    one, two = write_tgz(tmp_path / "one.tgz", files), write_tgz(tmp_path / "two.tgz", {**files, ".hidden": b""})
    assert loaded(str(one), str(two))[0] == ["test.one#1.0.0"]
    other = write_tgz(tmp_path / "other.tgz", {**files, "more.json": b"{}"})
    assert loaded(str(one), str(other))[0] == ["test.one#1.0.0", "test.one#1.0.0"]


def test_an_archive_under_a_wrong_name_is_refused(own_caches: Path) -> None:
    write_tgz(own_caches / "test.one-1.0.0.tgz", package_files(manifest("test.two", "1.0.0")))
    with pytest.raises(PackageUnusable, match=r"says it is test\.two#1\.0\.0, not test\.one"):
        loaded("test.one")


@pytest.mark.parametrize("named", ["", "a b", "#1.0.0", "test.one#..", "test.one#1 0"])
def test_what_names_no_package_is_wrong_use(named: str) -> None:
    with pytest.raises(UsageError, match="neither a file, a folder, nor NAME#VERSION"):
        loaded(named)


def test_what_is_missing_is_fetched_and_installed(own_caches: Path, tmp_path: Path) -> None:
    installed(own_caches, "test.top", "1.0.0", dependencies={"test.low": "1.0.x"})
    data = write_tgz(tmp_path / "low.tgz", package_files(manifest("test.low", "1.0.3"))).read_bytes()
    two = write_tgz(tmp_path / "two.tgz", package_files(manifest("test.two", "2.0.0"))).read_bytes()
    with responses.RequestsMock() as net:
        net.get("https://own.example.org/test.low", json={"versions": {"1.0.3": {}, "1.1.0": {}}})
        net.get("https://own.example.org/test.low/1.0.3", body=data)
        assert loaded("test.top", offline=False, registries=("https://own.example.org",)) == (
            ["test.top#1.0.0", "test.low#1.0.3"], ()
        )  # fmt: skip
        resolution = Resolution(registries=("https://own.example.org",))
        assert resolution.cache.locate("test.two", "") is None
        net.get("https://own.example.org/test.two", json={"versions": {"2.0.0": {}}})
        net.get("https://own.example.org/test.two/2.0.0", body=two)
        resolution.add_named("test.two")
        assert resolution.cache.locate("test.two", "") == own_caches / "test.two#2.0.0"
    assert (own_caches / "test.low#1.0.3" / "package" / "package.json").is_file()
    assert loaded("test.top", offline=True)[0] == ["test.top#1.0.0", "test.low#1.0.3"]
