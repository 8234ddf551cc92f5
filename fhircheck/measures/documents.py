"""What describes a data set beside its files: descriptions for people, and records that a catalogue can read."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LEAST, FULL = 1, 2
"""Points of a description without a sound record, and of a record with title, description and holder."""
FOR_PEOPLE = ("readme", "datasheet", "data-dictionary", "data_dictionary", "datacard", "data-card", "codebook")
"""How files begin that describe data for people, in any case."""
RECORDS = (".ttl", ".jsonld", ".rdf", ".croissant.json", "croissant.json", "ro-crate-metadata.json", "datapackage.json")
"""How files end that may hold a record of the data set: DCAT, Croissant, RO-Crate, Data Package."""
MANIFESTS = ("manifest.json", "fetch-manifest.json")
_ENTRIES = 10_000
_BYTES = 4 << 20
_HOLDERS = ("publisher", "creator", "contactPoint", "contributors", "author")


def documentation(source: str) -> int | None:
    """0, 1 or 2 points of the folder that `source` (a file or folder as given) is in; None for what is no path.

    Hidden files do not count; at most 10,000 names are looked at and 4 MB of a record are read.
    """
    if source == "-" or source.lower().startswith(("http://", "https://")):
        return None
    path = Path(source)
    return max((_points(each) for each in _beside(path if path.is_dir() else path.parent)), default=0)


def _beside(folder: Path) -> Iterator[Path]:
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry, _ in zip(entries, range(_ENTRIES), strict=False))
    except OSError:
        return
    for name in names:
        if not name.startswith("."):
            yield folder / name


def _points(path: Path) -> int:
    name = path.name.lower()
    if name.endswith(RECORDS):
        return _record(path)
    return LEAST if name.startswith(FOR_PEOPLE) or name in MANIFESTS else 0


def _record(path: Path) -> int:
    """FULL for a record with title, description and who holds the data; LEAST for another; 0 for what is none."""
    try:
        with path.open("rb") as file:
            text = file.read(_BYTES).decode("utf-8", "replace")
    except OSError:
        return 0
    if path.suffix.lower() in (".ttl", ".rdf"):
        return _rdf(text)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return 0
    return max((_described(each) for each in _objects(found)), default=0)


def _rdf(text: str) -> int:
    if "http://www.w3.org/ns/dcat#" not in text or "Dataset" not in text:
        return 0
    said = all(f":{word}" in text or f"terms/{word}" in text for word in ("title", "description"))
    return FULL if said and any(word in text for word in _HOLDERS) else LEAST


def _objects(found: Any) -> Iterator[dict[str, Any]]:
    """The object itself, or those of a JSON-LD graph."""
    graph = found.get("@graph", [found]) if isinstance(found, dict) else found
    for each in graph if isinstance(graph, list) else ():
        if isinstance(each, dict):
            yield each


def _described(node: dict[str, Any]) -> int:
    """Points of one object: a data set by its type, or a Data Package."""
    short = {
        name.rpartition("/")[2].rpartition("#")[2].rpartition(":")[2]: value for name, value in node.items() if value
    }
    kinds = node.get("@type") or ("Dataset" if "resources" in node and "resourceType" not in node else "")
    if not any(str(kind).endswith("Dataset") for kind in (kinds if isinstance(kinds, list) else [kinds])):
        return 0
    titled = any(name in short for name in ("title", "name")) and "description" in short
    return FULL if titled and any(name in short for name in _HOLDERS) else LEAST
