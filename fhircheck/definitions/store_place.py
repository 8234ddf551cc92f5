"""Where stores are kept: our cache or a shipped one; where ours cannot be written, a folder that goes when we go."""

import atexit
import functools
import os
import shutil
import tempfile
from pathlib import Path

from fhircheck.definitions.cache_directory import cache_directory, shipped_directory


def store_place(name: str) -> Path:
    """Path of the store `name`; its folder exists and can be written, or the store is already there."""
    folder = cache_directory() / "packages"
    if (folder / name).is_file():
        return folder / name
    shipped = shipped_directory()
    if shipped is not None and (shipped / "packages" / name).is_file():
        return shipped / "packages" / name
    return _usable(folder) / name


@functools.lru_cache(maxsize=8)
def _usable(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        passing = Path(tempfile.mkdtemp(prefix="fhircheck-"))
        atexit.register(_remove, passing, os.getpid())
        return passing


def _remove(folder: Path, process: int) -> None:
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)
