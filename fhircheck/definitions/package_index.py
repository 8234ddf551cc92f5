"""Makes a package readable: its definitions are read once and kept in a store in our own cache.

The store's name comes from the content of a .tgz, or from names, sizes and times of a folder's
files, so that a second run opens it at once and a changed package is read anew. A package's own
``.index.json`` is compared but never believed: packages ship without one, or with an empty one.
"""

import contextlib
import hashlib
import json
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from fhircheck.definitions.definition_cache import parse
from fhircheck.definitions.package import Package, dependencies_of, fhir_versions_of, is_name
from fhircheck.definitions.package_archive import File, read_archive
from fhircheck.definitions.package_folder import (
    FolderFile,
    list_folder,
    package_root,
    quick_signature,
    read_folder,
    signature,
)
from fhircheck.definitions.package_hash import file_hash, is_hidden, package_hash
from fhircheck.definitions.store_form import FORM, Head, head_of, is_definition
from fhircheck.definitions.store_place import store_place
from fhircheck.definitions.store_reader import PackageStore
from fhircheck.definitions.store_writer import write_store
from fhircheck.definitions.xml_definitions import XmlDefinitions, identity
from fhircheck.model.errors import PackageUnusable
from fhircheck.model.plural import filled

LEVEL = 3
"""zlib level: half the time of the usual one for 8 % more space."""

ASIDE = frozenset({"example", "examples", "openapi", "other", "xml", "tests", "test", "node_modules"})
"""Folders of a package that hold no definitions to work with."""

SINGLE = (".json", ".xml")
"""Endings of files that hold one conformance resource."""

INDEX = ".index.json"
_NO_JSON = "{count} {count:file is|files are} no readable JSON, the first is {first}"
_HIDDEN = f"its {INDEX} leaves out {{hidden}} of {{all}} {{all:definition|definitions}}; all are used"
FOLDER_VERSION = "local"
OLD = 24 * 3600.0


def open_package(path: Path, *, release: bool = False) -> Package:
    """The package in a .tgz or a folder; one conformance resource in a file as a package of its own. Raises
    PackageUnusable with one line where it is none.

    release: a folder that is looked through again only when files came or went, not when one was
    written in place (see quick_signature): a package of 4,400 files opens in 1 ms instead of 50.
    """
    if path.is_dir():
        return open_folder(path, release=release)
    if not path.is_file():
        raise PackageUnusable(f"{path} is not there")
    try:
        with path.open("rb") as file:
            key = hashlib.file_digest(file, "sha256").hexdigest()[:40]
    except OSError as error:
        raise PackageUnusable(f"{path} cannot be read: {error.strerror}") from None
    if path.suffix.lower() in SINGLE:
        store = store_place(f"file-{key}-{FORM}.sqlite")
        return _known(store, path) or _read(_alone(path), store, path, needs_manifest=False)
    store = store_place(f"archive-{key}-{FORM}.sqlite")
    return _known(store, path) or _read(read_archive(path), store, path, needs_manifest=True)


def _alone(path: Path) -> Iterator[File]:
    (file,) = read_folder(path.parent, [FolderFile(path.name, path.stat().st_size, 0)])
    yield file[0].lower(), file[1]


def open_folder(path: Path, *, release: bool = False) -> Package:
    """The package in a folder, or the conformance resources of a plain folder as a package."""
    root = package_root(path)
    seen = quick_signature(root) if release and root else ""
    files = [] if seen else list_folder(root or path)
    seen = seen or signature(root or path, files)
    place = hashlib.sha256(str(path.absolute()).encode(errors="surrogateescape")).hexdigest()[:16]
    store = store_place(f"folder-{place}-{seen[:24]}-{FORM}.sqlite")
    found = _known(store, path)
    if found is None:
        content = read_folder(root or path, files or list_folder(root or path))
        found = _read(_with_index(content, root or path), store, path, needs_manifest=root is not None)
        _remove_old(store, place)
    return found


def _with_index(files: Iterator[File], root: Path) -> Iterator[File]:
    yield from files
    with contextlib.suppress(OSError):
        yield INDEX, (root / INDEX).read_bytes()


def _known(store: Path, path: Path) -> Package | None:
    """The package from its store, None where the store is not there or cannot be read."""
    if not store.is_file():
        return None
    reader = PackageStore(store)
    try:
        return _package(reader.meta(), store, path)
    except (PackageUnusable, KeyError, ValueError):
        return None
    finally:
        reader.close()


def _read(files: Iterable[File], store: Path, path: Path, *, needs_manifest: bool) -> Package:
    reading = _Reading(path, needs_manifest)
    try:
        write_store(store, reading.entries(files), reading.describe, level=LEVEL)
    except OSError as error:
        raise PackageUnusable(f"{store.parent}: the cache cannot be written ({error.strerror})") from None
    found = _known(store, path)
    if found is None:
        raise PackageUnusable(f"{store} cannot be read although it was just written")
    return found


def _package(meta: dict[str, str], store: Path, path: Path) -> Package:
    manifest = json.loads(meta["manifest"])
    return Package(
        name=meta["name"],
        version=meta["version"],
        fhir_versions=fhir_versions_of(manifest),
        dependencies=dependencies_of(manifest),
        origin=str(path),
        sha256=meta["sha256"],
        store=str(store),
        definitions=int(meta["definitions"]),
        notes=tuple(json.loads(meta["notes"])),
    )


class _Reading:
    """One pass over a package's files: gives its definitions, then says what the package is."""

    def __init__(self, path: Path, needs_manifest: bool) -> None:
        self._path = path
        self._needs_manifest = needs_manifest
        self._hashes: list[tuple[str, str]] = []
        self._manifest: dict[str, Any] = {}
        self._has_manifest = False
        self._kept: set[str] = set()
        self._known: set[tuple[str, str, str]] = set()
        self._xml = XmlDefinitions()
        self._indexed: set[str] | None = None
        self._broken: list[str] = []

    def entries(self, files: Iterable[File]) -> Iterator[tuple[Head, bytes]]:
        for name, data in files:
            self._hashes.append((name, file_hash(data)))
            if name == INDEX:
                self._indexed = _indexed(data)
            elif name == "package.json" and self._needs_manifest:
                self._take_manifest(data)
            elif name.endswith(".json") and not is_hidden(name) and not ASIDE & set(name.split("/")[:-1]):
                yield from self._definition(name, data.removeprefix(b"\xef\xbb\xbf"))
            elif name.endswith(".xml") and not is_hidden(name) and not ASIDE & set(name.split("/")[:-1]):
                self._xml.add(name, data)
        for head, text in self._xml.without_twins(self._kept, self._known):
            self._kept.add(head.filename)
            yield head, text

    def describe(self) -> dict[str, str]:
        if self._needs_manifest and not self._has_manifest:
            raise PackageUnusable(f"{self._path} is no FHIR package: there is no package/package.json in it")
        if not self._needs_manifest and not self._kept:
            if self._path.is_file():
                raise PackageUnusable(f"{self._path} is no conformance resource that can be read")
            raise PackageUnusable(f"{self._path} has neither a package.json nor conformance resources")
        name = self._manifest.get("name")
        version = self._manifest.get("version")
        if self._needs_manifest and not (isinstance(name, str) and is_name(name) and isinstance(version, str)):
            raise PackageUnusable(f"{self._path}: its package.json has no usable name and version")
        return {
            "name": name if isinstance(name, str) else self._path.absolute().name,
            "version": version if isinstance(version, str) else FOLDER_VERSION,
            "sha256": package_hash(self._hashes),
            "manifest": json.dumps(self._manifest, default=str),
            "notes": json.dumps(self._notes()),
        }

    def _take_manifest(self, data: bytes) -> None:
        try:
            manifest = json.loads(data.decode("utf-8-sig"))
        except ValueError:
            manifest = None
        if not isinstance(manifest, dict):
            raise PackageUnusable(f"{self._path}: its package.json is no JSON object")
        self._manifest, self._has_manifest = manifest, True

    def _definition(self, name: str, text: bytes) -> Iterator[tuple[Head, bytes]]:
        try:
            resource = parse(text)
        except ValueError:
            self._broken.append(name)
            return
        if isinstance(resource, dict) and is_definition(head := head_of(resource, name)):
            self._kept.add(name)
            self._known.add(identity(head))
            yield head, text

    def _notes(self) -> list[str]:
        notes = []
        if self._broken:
            notes.append(filled(_NO_JSON, {"count": len(self._broken), "first": min(self._broken)}))
        hidden = self._kept - (self._indexed if self._indexed is not None else self._kept)
        if hidden:
            notes.append(filled(_HIDDEN, {"hidden": len(hidden), "all": len(self._kept)}))
        return notes


def _indexed(data: bytes) -> set[str]:
    """File names that a package's own index lists."""
    try:
        files = json.loads(data.decode("utf-8-sig"))["files"]
        return {str(entry["filename"]) for entry in files}
    except (ValueError, LookupError, TypeError):
        return set()


def _remove_old(store: Path, place: str) -> None:
    """Remove what was kept of earlier states of the same folder, but for what another run may still read."""
    for earlier in store.parent.glob(f"folder-{place}-*.sqlite"):
        with contextlib.suppress(OSError):
            if earlier != store and time.time() - earlier.stat().st_mtime > OLD:
                earlier.unlink()
