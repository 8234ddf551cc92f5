import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fhircheck.cli.packages import packages
from fhircheck.model.errors import FhircheckError, PackageUnusable, UsageError
from tests.package_making import installed, manifest, package_files, profile, write_tgz

A = profile("http://example.org/StructureDefinition/a")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FHIRCHECK_CACHE", str(tmp_path / "own"))
    monkeypatch.setenv("FHIRCHECK_PACKAGE_CACHE", str(tmp_path / "packages"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "packages"


def run(*words: str) -> Result:
    result = CliRunner().invoke(packages, words)
    if isinstance(result.exception, FhircheckError):
        raise result.exception
    return result


def test_list_names_the_core_and_what_is_installed(cache: Path) -> None:
    installed(cache, "test.one", "1.0.0", A)
    lines = run("list").stdout.splitlines()
    assert lines == ["hl7.fhir.r4.core#4.0.1\tembedded", f"test.one#1.0.0\t{cache / 'test.one#1.0.0'}"]


def test_install_a_file_by_hand_and_show_it(cache: Path, tmp_path: Path) -> None:
    described = manifest("test.one", "1.0.0", {"hl7.fhir.r4.core": "4.0.1", "test.gone": "1.x"})
    archive = write_tgz(tmp_path / "one.tgz", package_files(described, [A]))
    result = run("install", str(archive), "--offline")
    assert result.stdout == f"test.one#1.0.0\t{cache / 'test.one#1.0.0'}\n"
    assert "test.one#1.0.0 depends on test.gone#1.x, which is not there" in result.stderr
    shown = run("show", "test.one", "--offline").stdout
    assert "  StructureDefinition  1\n" in shown
    assert "hl7.fhir.r4.core#4.0.1  (embedded)" in shown
    assert "test.gone#1.x  (not installed)" in shown


def test_other_content_under_an_installed_version_is_refused(cache: Path, tmp_path: Path) -> None:
    installed(cache, "test.one", "1.0.0")
    other = write_tgz(tmp_path / "one.tgz", package_files(manifest("test.one", "1.0.0"), [A]))
    with pytest.raises(PackageUnusable, match=r"installed in .* with other content"):
        run("install", str(other), "--offline")


def test_lock_and_install_what_was_locked(cache: Path) -> None:
    installed(cache, "test.low", "1.0.0", A)
    installed(cache, "test.top", "1.0.0", dependencies={"test.low": "1.0.0"})
    assert run("lock", "test.top", "--offline").stdout == "fhircheck.lock: 2 packages locked\n"
    assert run("install", "--offline").stdout.count("#1.0.0\t") == 2
    os.utime(cache / "test.low#1.0.0" / "package", (1000, 1000))
    assert run("install", "--offline").exit_code == 0
    (cache / "test.low#1.0.0" / "package" / "StructureDefinition-a.json").write_text("{}")
    with pytest.raises(PackageUnusable, match=r"test\.low#1\.0\.0 is not what was locked"):
        run("install", "--offline")


def test_export_and_install_elsewhere(cache: Path, tmp_path: Path) -> None:
    installed(cache, "test.low", "1.0.0", A)
    installed(cache, "test.top", "1.0.0", dependencies={"test.low": "1.0.0"})
    installed(cache, "test.more", "1.0.0")
    assert run("export", "test.top", "--offline").stdout == "fhircheck-packages.tar: 2 packages\n"
    assert run("export", "-o", "all.tar").stdout == "all.tar: 3 packages\n"
    elsewhere = str(tmp_path / "elsewhere")
    words = ("install", "fhircheck-packages.tar", "--offline", "--package-cache", elsewhere)
    assert run(*words).stdout.count(elsewhere) == 2
    assert {each.name for each in Path(elsewhere).iterdir()} == {"test.low#1.0.0", "test.top#1.0.0"}


def test_wrong_use(cache: Path) -> None:
    cache.mkdir()
    with pytest.raises(UsageError, match=r"lock file fhircheck\.lock: no such file"):
        run("install", "--offline")
    with pytest.raises(UsageError, match="is a folder"):
        run("install", str(cache), "--offline")
    assert run("export").exit_code == 2
    assert "comes with fhircheck" in run("install", "hl7.fhir.r4.core").stderr


def test_help_loads_nothing_heavy(project_root: Path) -> None:
    script = (
        "import sys\nfrom fhircheck.cli.packages import packages\n"
        "packages(['install', '--help'], standalone_mode=False)\n"
        "heavy = {'requests', 'rich', 'sqlite3', 'jiter'} & set(sys.modules)\n"
        "raise SystemExit(repr(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=project_root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
