"""Build the server once a machine, outside the project: FHIRCHECK_TEST_SERVERS, else in ``~/.cache``."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
MAIN_CLASS = "fhircheck.testserver.TestServer"
PROGRAMS = ("java", "javac", "mvn")


class ServerUnusable(Exception):
    """The server cannot be built or does not start; the text says why, in one line."""


def home() -> Path:
    """Where all test servers are built."""
    named = os.environ.get("FHIRCHECK_TEST_SERVERS")
    return Path(named) if named else Path.home() / ".cache" / "fhircheck-test-servers"


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold `path` for this process alone; waits."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def missing_programs() -> list[str]:
    """What has to be installed first: a JDK of version 17 or later, and Maven."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


def built() -> Path:
    """The folder of the built server, made where it is not there yet. Raises ServerUnusable."""
    folder = home() / f"hapi-{_digest()}"
    with locked(home() / "build.lock"):
        if not (folder / "ready").exists():
            _build(folder)
    return folder


def command(folder: Path, port_file: Path) -> list[str]:
    """What starts the server that was built in `folder`."""
    path = f"{folder / 'target' / 'classes'}{os.pathsep}{(folder / 'classpath').read_text().strip()}"
    return ["java", "-Xmx2g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", path, MAIN_CLASS, str(port_file)]


def _sources() -> list[Path]:
    return [HERE / "pom.xml", *sorted(path for path in (HERE / "src").rglob("*") if path.is_file())]


def _digest() -> str:
    digest = hashlib.sha256()
    for path in _sources():
        digest.update(path.relative_to(HERE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _build(folder: Path) -> None:
    if missing := missing_programs():
        raise ServerUnusable(f"not installed: {', '.join(missing)}")
    shutil.rmtree(folder, ignore_errors=True)
    for path in _sources():
        place = folder / path.relative_to(HERE)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
    goals = ["compile", "dependency:build-classpath", "-Dmdep.outputFile=classpath"]
    done = subprocess.run(
        ["mvn", "-B", "-q", *goals], cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        lines = [line for line in (done.stdout + done.stderr).splitlines() if "ERROR" in line]
        raise ServerUnusable(f"Maven ended with {done.returncode}: {lines[0] if lines else 'no error shown'}")
    (folder / "ready").touch()
