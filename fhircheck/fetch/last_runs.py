"""When what was last fetched completely, by the server's clock: a small file beside the fetched folders."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from fhircheck.transport.whole_file import whole_file

FILE = ".fhircheck-fetch.json"
MARGIN = timedelta(seconds=60)
"""Taken off the server's time: what was being written while it answered may carry an earlier stamp."""


def last_time(out: str, asked: Mapping[str, Any], margin: timedelta = MARGIN) -> str:
    """The server's time when the last complete fetch of `asked` beside `out` began, less `margin`; empty for none."""
    entry = _read(_file(out)).get(_key(asked))
    noted = entry.get("serverTime") if isinstance(entry, dict) else None
    moment = _moment(noted)
    if not margin:
        return str(noted) if moment else ""
    return (moment - margin).isoformat(timespec="seconds") if moment else ""


def remember(out: str, asked: Mapping[str, Any], server_time: str) -> None:
    """Note a complete fetch; a time that is none is not noted. Raises OSError where it cannot be written."""
    if _moment(server_time) is None:
        return
    path = _file(out)
    known = _read(path)
    known[_key(asked)] = {"serverTime": server_time, "folder": os.path.basename(os.path.realpath(out))}
    with whole_file(path) as file:
        file.write(f"{json.dumps(known, indent=2)}\n".encode())


def _file(out: str) -> Path:
    return Path(os.path.realpath(out)).parent / FILE


def _key(asked: Mapping[str, Any]) -> str:
    return sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:32]


def _read(path: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        found = json.loads(path.read_bytes())
        if isinstance(found, dict):
            return found
    return {}


def _moment(value: Any) -> datetime | None:
    """An instant of FHIR as a moment in UTC, None where it is none."""
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found.astimezone(UTC) if found.tzinfo else None
