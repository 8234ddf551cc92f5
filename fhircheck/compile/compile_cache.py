"""Compiled profiles and value sets on disk, as JSON, one file each, keyed by the package set's hash."""

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import jiter

from fhircheck.compile.compiled_profile import DECIMAL
from fhircheck.transport.whole_file import whole_file

WRITERS = ("assertions", "compile", "definitions", "terminology")


@cache
def code_stamp() -> str:
    """Tells the code apart that writes the cache: what another version of it wrote is not read."""
    root = Path(__file__).parent.parent
    files = sorted(file for folder in WRITERS for file in (root / folder).glob("*.py"))
    known = [f"{file.name} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in files]
    return hashlib.blake2b("\n".join(known).encode(), digest_size=16).hexdigest()


class CompileCache:
    """A folder of JSON files; whatever is unreadable in it counts as not there.

    folder None: nothing is kept. shipped: a folder of the same form that is looked into too and never written.
    Two processes may write at once: each file is written whole and renamed.
    """

    def __init__(self, folder: Path | None, shipped: Path | None = None) -> None:
        self._folder = folder
        self._shipped = shipped

    def get(self, key: str, make: Callable[[], dict[str, Any] | None]) -> dict[str, Any] | None:
        """The data kept under `key`, or what `make` returns, which is then kept unless it is None."""
        places = [each for each in (self._folder, self._shipped) if each is not None]
        name = _name(key) if places else ""
        for place in places:
            with suppress(OSError, ValueError):
                found = jiter.from_json((place / name).read_bytes(), float_mode="decimal")
                if isinstance(found, dict):
                    return dict(found)
        data = make()
        if self._folder is not None and data is not None:
            self._write(self._folder / name, data)
        return data

    def _write(self, path: Path, data: dict[str, Any]) -> None:
        """Keep `data`; a full or read-only disk only costs the speed of the next run."""
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(path, mode=0o600) as file:
                file.write(json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=_number).encode())


def _name(key: str) -> str:
    return hashlib.blake2b(f"{code_stamp()} {key}".encode(), digest_size=16).hexdigest() + ".json"


def _number(value: Any) -> dict[str, str]:
    """A Decimal as the digits it was written with; compiled_profile.from_json restores it."""
    return {DECIMAL: str(value)}
