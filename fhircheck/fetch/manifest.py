"""manifest.json of a fetched folder: what was asked for, what came, and what did not."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fhircheck import __version__
from fhircheck.fetch.fetch_state import FetchState
from fhircheck.model.issue import Issue, IssueKind
from fhircheck.model.plural import filled
from fhircheck.sources.fetched_folder import BESIDE, FORMAT, MANIFEST, UNREADABLE
from fhircheck.transport.whole_file import whole_file

LISTS = {"": "output", UNREADABLE: UNREADABLE, **{name: name for name in BESIDE}}
_BLOCK = 1 << 20


def manifest(
    state: FetchState, about: Mapping[str, Any], kinds: Iterable[IssueKind], files: list[dict[str, Any]], whole: bool
) -> dict[str, Any]:
    """The manifest as JSON: `about` comes from who fetched (server, queries ...), all else from the state."""
    known = {kind.name: kind for kind in kinds}
    issues = state.issues()
    lists: dict[str, list[dict[str, Any]]] = {}
    for entry in files:
        folder = entry["file"].rpartition("/")[0]
        lists.setdefault(LISTS.get(folder, "output"), []).append(entry)
    return {
        "format": FORMAT,
        "complete": whole and not any(gave_up for _, gave_up, _ in issues),
        **about,
        "software": f"fhircheck {__version__}",
        "started": state.noted("started"),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "output": lists.get("output", []),
        "error": lists.get("error", []),
        "deleted": lists.get("deleted", []),
        **({UNREADABLE: lists[UNREADABLE]} if UNREADABLE in lists else {}),
        "findings": [_finding(name, gave_up, issue, known.get(issue.kind)) for name, gave_up, issue in issues],
    }


def _finding(part: str, gave_up: bool, issue: Issue, kind: IssueKind | None) -> dict[str, Any]:
    """One finding; its text holds counts and names only, never data."""
    given = dict(issue.params)
    text = filled(kind.english, {**given, "value": ""}) if kind is not None else issue.kind
    return {
        "kind": issue.kind,
        "severity": issue.severity,
        "gaveUp": gave_up,
        "source": issue.place.source,
        "params": given,
        "text": text,
    }


def file_entries(state: FetchState, folder: Path) -> list[dict[str, Any]]:
    """Type, name, resources, bytes and SHA-256 of each merged file, read once more from the disk."""
    rows = state.db.execute("SELECT name, lines, repeated FROM file WHERE lines > 0 ORDER BY name").fetchall()
    found = []
    for name, lines, repeated in rows:
        digest, size = hashlib.sha256(), 0
        with open(folder / name, "rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
                size += len(block)
        kind = name.rpartition("/")[2].removesuffix(".ndjson")
        found.append(
            {
                "type": kind,
                "file": name,
                "count": lines,
                "bytes": size,
                "sha256": digest.hexdigest(),
                "repeated": repeated,
            }
        )
    return found


def staged_entries(state: FetchState) -> list[dict[str, Any]]:
    """What there is by type while a fetch is not whole: numbers of what will be in the files."""
    return [
        {"type": kind, "file": f"{folder}/{kind}.ndjson" if folder else f"{kind}.ndjson", "count": count, "bytes": size}
        for (folder, kind), (count, size) in state.counts().items()
    ]


def write_manifest(folder: Path, content: Mapping[str, Any]) -> None:
    """Write it durably, whole or not at all."""
    with whole_file(folder / MANIFEST, durable=True) as file:
        file.write(f"{json.dumps(content, ensure_ascii=False, indent=2)}\n".encode())
