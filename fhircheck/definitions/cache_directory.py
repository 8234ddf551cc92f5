"""Where fhircheck keeps what it can make again: its own cache, beside the FHIR package cache."""

import os
import sys
from pathlib import Path

VARIABLE = "FHIRCHECK_CACHE"
SHIPPED = "FHIRCHECK_SHIPPED_CACHE"


def cache_directory() -> Path:
    """FHIRCHECK_CACHE, else the platform's place for caches. The folder need not exist."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return (Path(local) if local else Path.home() / "AppData" / "Local") / "fhircheck" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "fhircheck"
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "fhircheck"


def shipped_directory() -> Path | None:
    """FHIRCHECK_SHIPPED_CACHE, a cache that was made beforehand (in an image, on a share) and is only read, or None."""
    named = os.environ.get(SHIPPED)
    return Path(named) if named else None
