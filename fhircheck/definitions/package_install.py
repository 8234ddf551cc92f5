"""Puts a package into the shared cache: whole or not at all, also when two processes do so at once."""

import contextlib
import json
import os
import shutil
import tempfile
import time
from pathlib import Path

from fhircheck.definitions.package import Package, is_name, is_version
from fhircheck.definitions.package_archive import read_archive
from fhircheck.definitions.package_folder import MANIFEST
from fhircheck.definitions.package_index import INDEX, open_package
from fhircheck.definitions.store_reader import PackageStore
from fhircheck.model.errors import PackageUnusable

UNFINISHED = ".fhircheck-"
OLD = 24 * 3600.0


def install_archive(archive: Path, cache: Path) -> Package:
    """Unpack a package's .tgz into `cache` as ``NAME#VERSION``; its package.json says the name and version.

    What is already there stays. Raises PackageUnusable where the archive is none or is refused,
    or where the cache cannot be written.
    """
    package = open_package(archive)
    target = cache / folder_name(package)
    if (target / "package" / MANIFEST).is_file():
        return package.seen_at(str(target))
    try:
        cache.mkdir(parents=True, exist_ok=True)
        _remove_unfinished(cache)
        unfinished = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=cache))
        try:
            _unpack(archive, unfinished / "package")
            _write_index(package, unfinished / "package" / INDEX)
            unfinished.chmod(0o755)
            _put_in_place(unfinished, target)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    except OSError as error:
        raise PackageUnusable(f"{cache}: {package.label} cannot be installed: {error.strerror or error}") from None
    return package.seen_at(str(target))


def folder_name(package: Package) -> str:
    """``NAME#VERSION``, the name in lower case as the package specification wants it."""
    if not is_name(package.name) or not is_version(package.version):
        raise PackageUnusable(f"{package.origin}: its name or version cannot be the name of a folder")
    return f"{package.name.lower()}#{package.version}"


def _unpack(archive: Path, folder: Path) -> None:
    for name, data in read_archive(archive):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _write_index(package: Package, path: Path) -> None:
    """Write the package's index where it came without one: other tools look for it."""
    if path.exists():
        return
    store = PackageStore(Path(package.store))
    files = [
        {"filename": head.filename, "resourceType": head.resource_type}
        | {
            name: value
            for name, value in (
                ("id", head.id), ("url", head.url), ("version", head.version),
                ("kind", head.kind), ("type", head.type), ("derivation", head.derivation),
            )
            if value
        }
        for head in store.heads()
        if "/" not in head.filename
    ]  # fmt: skip
    store.close()
    path.write_text(json.dumps({"index-version": 2, "files": files}, indent=1), encoding="utf-8")


def _put_in_place(finished: Path, target: Path) -> None:
    for _ in range(3):
        try:
            os.rename(finished, target)
            return
        except OSError:
            if (target / "package" / MANIFEST).is_file():
                return  # another process was faster; a package's name and version stand for its content
            if not target.exists():
                raise
            # What an earlier, broken installation left is no package: out of the way with it.
            with contextlib.suppress(OSError):
                aside = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=target.parent))
                os.rename(target, aside / target.name)
                shutil.rmtree(aside, ignore_errors=True)
    raise PackageUnusable(f"{target} is there, is no package, and cannot be moved: remove it by hand")


def _remove_unfinished(cache: Path) -> None:
    """Remove what processes that were ended in the middle left more than a day ago."""
    for left in cache.glob(f"{UNFINISHED}*"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > OLD:
                shutil.rmtree(left, ignore_errors=True)
