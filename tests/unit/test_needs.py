"""The rule for skips: forbidden ones fail the run, the two allowed ones do not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.needs import forbidden

PROBE = """
import pytest

def test_java():
    pytest.skip("needs Java: no java on the PATH")

def test_repeats():
    pytest.skip("part of this run: it is the command itself")

def test_expected():
    pytest.xfail("known")

def test_passes():
    pass
"""
MODULE = 'import pytest\npytest.skip("needs a browser: none", allow_module_level=True)\n'


@pytest.mark.parametrize(
    ("reason", "shared_there", "expected"),
    [
        ("needs Java: no java on the PATH", False, True),
        ("needs Java: no java on the PATH", True, True),
        ("no reason in particular", False, True),
        ("needs ../shared: packages is not there", False, False),
        ("needs ../shared: packages is not there", True, True),
        ("part of this run: it is the command itself", True, False),
    ],
)
def test_which_skips_are_forbidden(reason: str, shared_there: bool, expected: bool) -> None:
    assert forbidden(reason, shared_there) is expected


def probe(folder: Path, root: Path, text: str, forbid: str) -> str:
    """What pytest says about `text` with this project's conftest, skips forbidden or not."""
    (folder / "conftest.py").write_bytes((root / "tests" / "conftest.py").read_bytes())
    (folder / "test_probe.py").write_text(text)
    environment = {**os.environ, "FHIRCHECK_NO_SKIPS": forbid, "PYTHONPATH": str(root), "PYTEST_ADDOPTS": ""}
    run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), str(folder)]
    done = subprocess.run(run, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.stdout


def test_skips_fail_where_forbidden(tmp_path: Path, project_root: Path) -> None:
    said = probe(tmp_path, project_root, PROBE, "1")
    assert "skipped, which FHIRCHECK_NO_SKIPS forbids: needs Java: no java on the PATH" in said
    assert "1 failed, 1 passed, 1 skipped, 1 xfailed" in said


def test_skips_are_skips_elsewhere(tmp_path: Path, project_root: Path) -> None:
    assert "1 passed, 2 skipped, 1 xfailed" in probe(tmp_path, project_root, PROBE, "")


def test_a_whole_module_may_not_skip_where_forbidden(tmp_path: Path, project_root: Path) -> None:
    assert "FHIRCHECK_NO_SKIPS forbids: needs a browser: none" in probe(tmp_path, project_root, MODULE, "1")
