"""Input of any size out of sample_bundles/: the valid samples again and again under new ids, with some defects."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).resolve().parent.parent / "sample_bundles" / "valid"
COPY = "-copy"
MARK = b"-copy"
DEFECTS = [
    {"resourceType": "Patient", "id": "defect-date" + COPY, "birthDate": "2023-02-30"},
    {"resourceType": "Observation", "id": "defect-code" + COPY, "status": "finished", "code": {"text": "Puls"}},
]


def resources(folder: Path = SAMPLES) -> list[dict[str, Any]]:
    """All resources of the plain JSON and NDJSON samples, Bundles taken apart, each id once and marked as a copy."""
    found: list[dict[str, Any]] = []
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".json":
            found += unbundled(json.loads(path.read_text(encoding="utf-8")))
        elif path.suffix == ".ndjson":
            found += [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    by_name = {f"{each['resourceType']}/{each['id']}": each for each in found if each.get("id")}
    return [{**rewritten(each, set(by_name)), "id": each["id"] + COPY} for each in by_name.values()]


def unbundled(resource: dict[str, Any]) -> list[dict[str, Any]]:
    """The resource itself, or the resources in a Bundle's entries."""
    if resource.get("resourceType") != "Bundle":
        return [resource]
    entries = [(entry.get("fullUrl", ""), entry["resource"]) for entry in resource["entry"] if "resource" in entry]
    named = [(url, {**each, "id": each.get("id") or re.split("[/:]", url)[-1]}) for url, each in entries]
    here = {url: f"{each['resourceType']}/{each['id']}" for url, each in named}
    return [relinked(each, here) for _, each in named]


def relinked(node: Any, here: dict[str, str]) -> Any:
    """The node with references to a fullUrl turned into references to type and id."""
    if isinstance(node, dict):
        return {
            name: here.get(value, value) if name == "reference" else relinked(value, here)
            for name, value in node.items()
        }
    return [relinked(each, here) for each in node] if isinstance(node, list) else node


def rewritten(node: Any, known: set[str]) -> Any:
    """The node with references to known resources marked as references to their copies."""
    if isinstance(node, dict):
        return {
            name: value + COPY if name == "reference" and value in known else rewritten(value, known)
            for name, value in node.items()
        }
    return [rewritten(each, known) for each in node] if isinstance(node, list) else node


def copies(size: int, folder: Path = SAMPLES) -> Iterator[bytes]:
    """Resources as JSON lines, new ids in each round, until `size` bytes are reached."""
    lines = [json.dumps(each, ensure_ascii=False).encode() + b"\n" for each in [*resources(folder), *DEFECTS]]
    done = number = 0
    while done < size:
        for line in lines:
            copy = line.replace(MARK, b"-%d" % number)
            done += len(copy)
            yield copy
        number += 1


def write_ndjson(path: Path, size: int) -> None:
    """An NDJSON file of about `size` bytes."""
    with path.open("wb") as out:
        out.writelines(copies(size))


def write_bundle(path: Path, size: int) -> None:
    """One Bundle of about `size` bytes."""
    with path.open("wb") as out:
        out.write(b'{"resourceType": "Bundle", "type": "collection", "entry": [\n')
        for number, line in enumerate(copies(size)):
            before = b"," if number else b""
            out.write(before + b'{"fullUrl": "urn:oid:1.2.%d", "resource": ' % number + line.rstrip() + b"}\n")
        out.write(b"]}\n")
