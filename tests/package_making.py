"""Small FHIR packages for tests: made here, no real content."""

import io
import json
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

Resource = dict[str, Any]


def profile(url: str, version: str = "1.0.0", **more: Any) -> Resource:
    """A StructureDefinition that constrains Patient."""
    stem = url.rsplit("/", 1)[-1]
    head = {"resourceType": "StructureDefinition", "id": stem, "url": url, "version": version, "name": stem}
    return {**head, "kind": "resource", "type": "Patient", "derivation": "constraint", **more}


def manifest(name: str, version: str, dependencies: Mapping[str, str] | None = None, **more: Any) -> Resource:
    """A package.json for R4."""
    stated = {"dependencies": dict(dependencies)} if dependencies else {}
    return {"name": name, "version": version, "fhirVersions": ["4.0.1"], **stated, **more}


def package_files(described: Resource, resources: Iterable[Resource] = ()) -> dict[str, bytes]:
    """Path below ``package/`` -> content."""
    files = {f"{each['resourceType']}-{each['id']}.json": json.dumps(each).encode() for each in resources}
    return {"package.json": json.dumps(described).encode(), **files}


def write_tgz(path: Path, files: Mapping[str, bytes], root: str = "package/") -> Path:
    """Write files as a package's archive."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as archive:
        for name, data in files.items():
            facts = tarfile.TarInfo(root + name)
            facts.size = len(data)
            archive.addfile(facts, io.BytesIO(data))
    return path


def write_folder(path: Path, files: Mapping[str, bytes]) -> Path:
    """Write files as an unpacked package (below `path`/package)."""
    for name, data in files.items():
        target = path / "package" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return path


def installed(cache: Path, name: str, version: str, *resources: Resource, **described: Any) -> Path:
    """Put a package into a cache folder."""
    files = package_files(manifest(name, version, **described), resources)
    return write_folder(cache / f"{name}#{version}", files)
