"""The README's two commands work as written in a fresh copy of the checkout, and print the report it shows."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.needs import PART_OF_RUN, package_index
from tests.readme_commands import commands, shown_report, structure

LEFT_OUT = (".git", ".venv", "build", "dist", "*.sqlite", "__pycache__", ".*_cache", ".hypothesis", "*.egg-info")
INSIDE = "FHIRCHECK_INSIDE_README"


@pytest.fixture(scope="module")
def readme(project_root: Path) -> str:
    return (project_root / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def checkout(project_root: Path, tmp_path: Path) -> Path:
    """A copy of the checkout as it is after cloning: nothing installed, nothing built."""
    package_index()
    return shutil.copytree(project_root, tmp_path / "checkout", ignore=shutil.ignore_patterns(*LEFT_OUT))


def run(command: str, checkout: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in a shell, as a newcomer's: no virtual environment, no packages in the cache."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON", "VIRTUAL"))}
    mine |= {"FHIRCHECK_PACKAGE_CACHE": str(checkout.parent / "packages"), **environment}
    return subprocess.run(
        ["bash", "-c", command],
        cwd=checkout,
        env=mine,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=1500,
    )


def test_first_command_runs_the_main_job_and_prints_the_report_shown(readme: str, checkout: Path) -> None:
    done = run(commands(readme)["run"], checkout)
    assert done.returncode == 0, done.stdout + done.stderr
    printed, shown = structure(done.stdout), structure(shown_report(readme))
    assert printed[-len(shown) :] == shown, "README.md shows another report: run python docs/generate.py"


def test_second_command_runs_all_tests(readme: str, checkout: Path) -> None:
    if os.environ.get(INSIDE):
        pytest.skip(f"{PART_OF_RUN}: the README's test command is what runs this test")
    done = run(commands(readme)["test"], checkout, **{INSIDE: "1"})
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert re.search(r"\d+ passed", done.stdout.splitlines()[-1])


def test_structure_sees_a_changed_line() -> None:
    assert structure("Score  83.5 of 100\nrest") == structure("Score 7 of 100\nrest")
    assert structure("Score 83 of 100") != structure("Points 83 of 100")
