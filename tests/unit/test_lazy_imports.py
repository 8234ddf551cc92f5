"""Heavy libraries stay off the way to `import fhircheck` and to `--help`: each in a fresh process."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("pyspark", "fhir", "requests", "jinja2", "lxml", "sqlalchemy", "alembic", "psycopg")
LATE = ("rich", "jsonschema", "sqlite3", "pydantic", "urllib3", "asyncio", "multiprocessing")

IMPORT = "import fhircheck"
HELP = "from fhircheck.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass"


def loaded(statement: str, root: Path) -> set[str]:
    """Top-level modules a fresh interpreter holds after `statement`."""
    code = f"import sys\n{statement}\nprint('LOADED', *sorted({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    words = done.stdout.strip().splitlines()[-1].split()
    assert words[0] == "LOADED"
    return set(words[1:])


@pytest.mark.parametrize("statement", [IMPORT, HELP], ids=["import", "help"])
def test_loads_nothing_heavy(statement: str, project_root: Path) -> None:
    assert not loaded(statement, project_root) & {*HEAVY, *LATE}


def test_help_is_really_run(project_root: Path) -> None:
    done = subprocess.run([sys.executable, "-c", HELP], cwd=project_root, capture_output=True, text=True, check=True)
    assert "check" in done.stdout
    assert "validate" in done.stdout


def test_the_probe_sees_what_is_loaded(project_root: Path) -> None:
    assert "sqlite3" in loaded("import sqlite3", project_root)


@pytest.mark.parametrize("command", ["check", "validate", "explain", "packages", "history"])
def test_help_of_a_command_loads_nothing_heavy(command: str, project_root: Path) -> None:
    assert not loaded(HELP.replace("'--help'", f"'{command}', '--help'"), project_root) & {*HEAVY}


def test_no_resolution_of_public_names_loads_heavy_modules(project_root: Path) -> None:
    assert not loaded("import fhircheck\nfhircheck.check", project_root) & {*HEAVY}
