from pathlib import Path

import pytest

from fhircheck.definitions.package_cache import Installed, PackageCache, package_cache_folder
from fhircheck.model.errors import UsageError
from tests.package_making import installed


def test_the_folder_asked_for_comes_before_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert package_cache_folder(str(tmp_path)) == tmp_path
    monkeypatch.setenv("FHIRCHECK_PACKAGE_CACHE", str(tmp_path / "other"))
    assert package_cache_folder() == tmp_path / "other"
    monkeypatch.delenv("FHIRCHECK_PACKAGE_CACHE")
    assert package_cache_folder() == Path.home() / ".fhir" / "packages"


def test_a_file_in_its_place_is_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="is no folder"):
        package_cache_folder(str(tmp_path / "file"))


def test_finds_versions_in_folders_and_archives_whatever_the_case(tmp_path: Path) -> None:
    one = installed(tmp_path, "KBV.Basis", "1.1.3")
    (tmp_path / "kbv.basis-1.3.0.tgz").write_bytes(b"")
    (tmp_path / "kbv.basis-extra-1.4.0.tgz").write_bytes(b"")
    (tmp_path / "de.gematik.erezept-workflow.r4-1.0.3-1.tgz").write_bytes(b"")
    (tmp_path / "kbv.basis#9.9.9").mkdir()
    (tmp_path / "packages.ini").write_text("")
    cache = PackageCache(tmp_path)
    assert cache.versions("kbv.BASIS") == {"1.1.3": one, "1.3.0": tmp_path / "kbv.basis-1.3.0.tgz"}
    assert list(cache.versions("de.gematik.erezept-workflow.r4")) == ["1.0.3-1"]
    assert cache.locate("kbv.basis", "1.1.x") == one
    assert cache.locate("kbv.basis", "latest") == tmp_path / "kbv.basis-1.3.0.tgz"
    assert cache.locate("kbv.basis", "2.0.0") is None


def test_dev_falls_back_to_current(tmp_path: Path) -> None:
    current = installed(tmp_path, "test.ig", "current")
    assert PackageCache(tmp_path).locate("test.ig", "dev") == current


def test_a_missing_folder_holds_nothing(tmp_path: Path) -> None:
    assert PackageCache(tmp_path / "gone").all() == []


def test_forget_makes_it_look_again(tmp_path: Path) -> None:
    cache = PackageCache(tmp_path)
    assert cache.all() == []
    path = installed(tmp_path, "test.one", "1.0.0")
    assert cache.all() == []
    cache.forget()
    assert cache.all() == [Installed("test.one", "1.0.0", path)]
