"""What `fhircheck fetch` left in a folder: the manifest beside the data, and what is kept beside it."""

import json
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
    return found if isinstance(found, dict) and found.get("format") == FORMAT else None
