"""fhircheck.lock: which packages, in which version and with which content, a project works with."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from fhircheck.definitions.embedded import ORIGIN
from fhircheck.definitions.package import Package, is_name, is_version
from fhircheck.model.errors import PackageUnusable, UsageError
from fhircheck.transport.bounded_file import read_bounded
from fhircheck.transport.whole_file import whole_file

LOCK = "fhircheck.lock"
LOCK_FORM = 1
LARGEST = 16 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Locked(NamedTuple):
    """One locked package; sha256: package_hash of its files, equal for its .tgz and its folder."""

    name: str
    version: str
    sha256: str

    @property
    def label(self) -> str:
        """``name#version``."""
        return f"{self.name}#{self.version}"


def locked(packages: Iterable[Package]) -> list[Locked]:
    """The packages as they are locked: by name and version, without the embedded core, which comes with fhircheck."""
    return sorted(
        Locked(package.name, package.version, package.sha256) for package in packages if package.origin != ORIGIN
    )


def lock_text(entries: Iterable[Locked]) -> str:
    """The lock file's text: the same for the same packages."""
    rows = [entry._asdict() for entry in sorted(entries)]
    return json.dumps({"lock-version": LOCK_FORM, "packages": rows}, indent=2) + "\n"


def write_lock(path: Path, entries: Iterable[Locked]) -> None:
    """Write the lock file; it appears whole or not at all. Raises UsageError where it cannot be written."""
    try:
        with whole_file(path) as file:
            file.write(lock_text(entries).encode())
    except OSError as error:
        raise UsageError(f"{path}: the lock file cannot be written: {error.strerror}") from None


def read_lock(path: Path) -> list[Locked]:
    """The locked packages. Raises UsageError where the file is missing or is no lock file."""
    return parse_lock(read_bounded(path, LARGEST, f"lock file {path}"), str(path))


def parse_lock(data: bytes, shown: str) -> list[Locked]:
    """The locked packages of a lock file's content. Raises UsageError, naming `shown`."""
    try:
        content = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        content = None
    rows = content.get("packages") if isinstance(content, dict) else None
    if not isinstance(content, dict) or not isinstance(rows, list) or content.get("lock-version") != LOCK_FORM:
        raise UsageError(f"{shown} is no lock file of form {LOCK_FORM}")
    return [_entry(row, number, shown) for number, row in enumerate(rows, 1)]


def _entry(row: Any, number: int, shown: str) -> Locked:
    values = [row.get(name) if isinstance(row, dict) else None for name in Locked._fields]
    name, version, sha256 = (value if isinstance(value, str) else "" for value in values)
    if not (is_name(name) and version and is_version(version) and _SHA256.fullmatch(sha256)):
        raise UsageError(f"{shown}: its entry {number} has no usable name, version and sha256")
    return Locked(name, version, sha256)


def check_locked(package: Package, entry: Locked) -> None:
    """Raises PackageUnusable where `package` is not what was locked."""
    if (package.name.lower(), package.version) != (entry.name.lower(), entry.version):
        raise PackageUnusable(f"{package.origin} is {package.label}, but {entry.label} was locked")
    if package.sha256 != entry.sha256:
        raise PackageUnusable(
            f"{package.origin}: the content of {package.label} is not what was locked (sha256 {package.sha256[:12]}...,"
            f" locked {entry.sha256[:12]}...)"
        )
