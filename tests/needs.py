"""What a test may need of its surroundings: where it is missing the test skips, and says so in one form.

Every such skip begins with ``needs ``. Under FHIRCHECK_NO_SKIPS=1 (continuous integration, where all of it is
installed) skips are failures, but for ``../shared`` where that folder is not there and for a test that
would only repeat the run it is part of.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
NEEDS_SHARED = "needs ../shared"
PART_OF_RUN = "part of this run"


def skips_forbidden() -> bool:
    """Whether this run must not skip what it could have been given."""
    return os.environ.get("FHIRCHECK_NO_SKIPS", "") not in {"", "0"}


def forbidden(reason: str, shared_there: bool) -> bool:
    """Whether a skip with `reason` is a failure in a run that forbids skips."""
    if reason.startswith(PART_OF_RUN):
        return False
    return shared_there or not reason.startswith(NEEDS_SHARED)


def lack(what: str, detail: str) -> NoReturn:
    """Skip the test: it needs `what` (``Java``, ``a browser``, ``the network`` ...)."""
    pytest.skip(f"needs {what}: {detail}")


def program(what: str, name: str) -> str:
    """Path of the program `name`; skips where it is not installed."""
    found = shutil.which(name)
    if found is None:
        lack(what, f"no {name} on the PATH")
    return found


def pyspark() -> None:
    """Skip where Spark cannot run: PySpark or Java is missing."""
    if importlib.util.find_spec("pyspark") is None:
        lack("PySpark", "pip install 'fhircheck[spark]'")
    if not os.environ.get("JAVA_HOME"):
        program("Java", "java")


def shared_path(*parts: str) -> Path:
    """A file or folder of ``../shared``; skips where that is missing."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{NEEDS_SHARED}: {'/'.join(parts) or 'the folder'} is not there")
    return path


def package_index() -> None:
    """Skip where pip cannot reach a package index."""
    ask = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--retries", "0", "--timeout", "10"]
    answer = subprocess.run(
        [*ask, "index", "versions", "click"], capture_output=True, check=False, stdin=subprocess.DEVNULL, timeout=120
    )
    if answer.returncode:
        lack("the network", "pip reaches no package index")
