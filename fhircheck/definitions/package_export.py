"""One archive with packages, for a machine without network: a tar of their .tgz files, led by a lock file."""

import gzip
import io
import shutil
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from fhircheck.definitions.package import Package
from fhircheck.definitions.package_archive import LARGEST_FILE, ROOT
from fhircheck.definitions.package_folder import list_folder, package_root, read_folder
from fhircheck.definitions.package_index import open_package
from fhircheck.definitions.package_install import folder_name, install_archive
from fhircheck.definitions.package_lock import LOCK, Locked, check_locked, lock_text, locked, parse_lock
from fhircheck.definitions.package_registry import LARGEST_ARCHIVE
from fhircheck.model.errors import PackageUnusable, UsageError
from fhircheck.transport.whole_file import whole_file


def write_export(target: Path, packages: Sequence[Package]) -> None:
    """Write the packages (not the embedded core) to one archive; equal packages give equal bytes.

    Raises UsageError where it cannot be written.
    """
    entries = locked(packages)
    by_label = {(package.name, package.version): package for package in packages}
    try:
        with whole_file(target) as file, tarfile.open(fileobj=file, mode="w") as archive:
            _add(archive, LOCK, io.BytesIO(lock_text(entries).encode()))
            for entry in entries:
                package = by_label[entry.name, entry.version]
                with tempfile.TemporaryFile() as packed:
                    _pack(package, packed)
                    _add(archive, f"{folder_name(package)}.tgz", packed)
    except OSError as error:
        raise UsageError(f"{target}: the archive cannot be written: {error.strerror or error}") from None


def is_export(path: Path) -> bool:
    """Whether a file is an archive of packages: a tar that begins with a lock file."""
    try:
        with tarfile.open(path, mode="r:") as archive:
            first = archive.next()
    except (OSError, tarfile.TarError):
        return False
    return first is not None and first.name == LOCK


def install_export(path: Path, cache: Path) -> list[Package]:
    """Install all packages of an archive into `cache`; each must be what the archive's lock file says.

    Raises PackageUnusable where the archive is damaged, incomplete or refused.
    """
    try:
        with tarfile.open(path, mode="r:") as archive:
            members = iter(archive)
            entries = {f"{entry.name.lower()}#{entry.version}.tgz": entry for entry in _lock(archive, members, path)}
            installed = [_install(archive, member, entries, path, cache) for member in members]
    except (tarfile.TarError, EOFError):
        raise PackageUnusable(f"{path} is no readable archive of packages: damaged or incomplete") from None
    except OSError as error:
        raise PackageUnusable(f"{path} cannot be read: {error.strerror or error}") from None
    if entries:
        raise PackageUnusable(f"{path} is incomplete: it has no {', '.join(sorted(entries))}")
    return installed


def _lock(archive: tarfile.TarFile, members: Iterator[tarfile.TarInfo], path: Path) -> list[Locked]:
    first = next(members, None)
    content = archive.extractfile(first) if first and first.isfile() and first.size <= LARGEST_FILE else None
    return parse_lock(content.read() if content else b"", f"{path}: its {LOCK}")


def _install(
    archive: tarfile.TarFile, member: tarfile.TarInfo, entries: dict[str, Locked], path: Path, cache: Path
) -> Package:
    entry = entries.pop(member.name, None)
    usable = member.isfile() and not member.issparse() and 0 <= member.size <= LARGEST_ARCHIVE
    content = archive.extractfile(member) if usable else None
    if entry is None or content is None:
        raise PackageUnusable(f"{path} is refused: its lock file does not list all of its members")
    with tempfile.TemporaryDirectory(prefix="fhircheck-") as folder:
        packed = Path(folder, member.name)
        with packed.open("wb") as file:
            while block := content.read(2**20):
                file.write(block)
        check_locked(open_package(packed), entry)
        return install_archive(packed, cache)


def _pack(package: Package, packed: IO[bytes]) -> None:
    """Write the package's .tgz: the file itself where it is one, else made from its folder."""
    origin = Path(package.origin)
    if origin.is_file():
        with origin.open("rb") as file:
            shutil.copyfileobj(file, packed)
        return
    root = package_root(origin)
    if root is None:
        raise UsageError(f"{origin} has no package.json: a plain folder cannot be exported as a package")
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", mtime=0, compresslevel=6) as zipped,
        tarfile.open(fileobj=zipped, mode="w") as archive,
    ):
        for name, data in read_folder(root, list_folder(root)):
            _add(archive, f"{ROOT}/{name}", io.BytesIO(data))


def _add(archive: tarfile.TarFile, name: str, content: IO[bytes]) -> None:
    facts = tarfile.TarInfo(name)
    facts.size = content.seek(0, io.SEEK_END)
    content.seek(0)
    archive.addfile(facts, content)
