"""What `fhircheck fetch` left in a folder: the manifest beside the data, and what is kept beside it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"
FORMAT = "fhircheck-fetch"
BESIDE = ("error", "deleted")
"""Folders of what is no data: outcomes, and what was deleted."""
UNREADABLE = "unreadable"
"""The folder of lines that are no resource: broken data, which a check must see."""


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of a folder that `fhircheck fetch` wrote, None where there is none."""
    try:
        found = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return None
    return manifest_of(found)


def manifest_of(found: object) -> dict[str, Any] | None:
    """`found` where it is such a manifest."""
    return found if isinstance(found, dict) and found.get("format") == FORMAT else None


def is_incomplete(manifest: Mapping[str, object] | None) -> bool:
    """Whether there is a manifest, and it does not say that all was fetched."""
    return manifest is not None and manifest.get("complete") is not True
