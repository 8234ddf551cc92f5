"""The FHIR package cache that all tools share: ``~/.fhir/packages/NAME#VERSION/package``.

https://confluence.hl7.org/display/FHIR/FHIR+Package+Cache. A folder of ``NAME-VERSION.tgz`` or
``NAME#VERSION.tgz`` files serves as well: names are compared without regard to case.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from fhircheck.definitions.package_folder import MANIFEST
from fhircheck.definitions.version import newest
from fhircheck.model.errors import UsageError

VARIABLE = "FHIRCHECK_PACKAGE_CACHE"
_ARCHIVE = re.compile(r"(?P<name>[^#]+?)[#-](?P<version>\d[^#]*|current|dev)\.(?:tgz|tar\.gz)", re.IGNORECASE)


class Installed(NamedTuple):
    """A package in the cache, by what its place says of it."""

    name: str
    version: str
    path: Path


def package_cache_folder(asked: str | None = None) -> Path:
    """The folder asked for, else FHIRCHECK_PACKAGE_CACHE, else ``~/.fhir/packages``; it need not exist.

    Raises UsageError where there is a file in its place.
    """
    named = asked or os.environ.get(VARIABLE)
    folder = Path(named).expanduser() if named else Path.home() / ".fhir" / "packages"
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is no folder: it cannot be the package cache")
    return folder


class PackageCache:
    """What lies in one package cache; the folder is listed once and again after `forget`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._found: dict[str, dict[str, Path]] | None = None

    def versions(self, name: str) -> dict[str, Path]:
        """Version -> path of all installed packages of this name."""
        return self._listed().get(name.lower(), {})

    def locate(self, name: str, wanted: str) -> Path | None:
        """Path of the package that `wanted` (``1.0.0``, ``1.5.x``, ``latest``) means here, or None.

        ``dev`` falls back to ``current``, the build server's last state.
        """
        versions = self.versions(name)
        version = newest(versions, wanted)
        if version is None and wanted == "dev":
            version = newest(versions, "current")
        return None if version is None else versions[version]

    def all(self) -> list[Installed]:
        """All installed packages, by name and version."""
        return sorted(
            Installed(name, version, path)
            for name, versions in self._listed().items()
            for version, path in versions.items()
        )

    def forget(self) -> None:
        """Something was installed: list the folder again when next asked."""
        self._found = None

    def _listed(self) -> dict[str, dict[str, Path]]:
        if self._found is None:
            self._found = {}
            for name, version, path in _listing(self.folder):
                # A package that was unpacked wins over its archive beside it.
                known = self._found.setdefault(name.lower(), {})
                if version not in known or path.is_dir():
                    known[version] = path
        return self._found


def _listing(folder: Path) -> Iterator[Installed]:
    try:
        with os.scandir(folder) as entries:
            found = sorted((entry.name, entry.path) for entry in entries if not entry.name.startswith("."))
    except OSError:
        return
    for entry, path in found:
        archive = _ARCHIVE.fullmatch(entry)
        name, mark, version = entry.partition("#")
        if archive:
            yield Installed(archive["name"], archive["version"], Path(path))
        elif mark and version and (Path(path) / "package" / MANIFEST).is_file():
            yield Installed(name, version, Path(path))
