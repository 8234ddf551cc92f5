"""Input of many gigabytes out of ../shared/data: `python -m benchmarks.scale_data FOLDER GIGABYTES [--sets NAME,...]`.

The sets of SETS again and again, each copy with ids and identifiers of its own, so that references lead to resources
of the same copy as they do in the set. NDJSON files by set and resource type. The same bytes on every machine; a copy
is the text of the one before with another number in it, so that writing is limited by the disk.
"""

import argparse
import gzip
import json
import re
import shutil
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jiter import from_json

from fhircheck.transport.json_line import dumped

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
SETS = {
    "synthea": "smart-bulk-synthea/10-patients",
    "pathling": "pathling-testdata/ndjson",
    "encoders": "pathling-testdata/ndjson-encoders",
    "mii": "mii-testdata-2025/bundles",
}
GIGABYTE = 1_000_000_000
NUMBER = "@@copy@@"
"""Stands in a template where the number of the copy goes, eight hexadecimal digits."""
RULED = ("http://fhir.de/sid/gkv/kvid-10", "http://fhir.de/sid/arge-ik/iknr")
"""Systems whose numbers have a check digit: they stay as they are, a number in them would be a finding of its own."""
_UUID = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b")
_REFERENCE = re.compile(r"(?:https?://.*/)?([A-Z][A-Za-z]+)/([A-Za-z0-9.-]{1,64})")
_CONDITIONAL = re.compile(r"([A-Z][A-Za-z]+\?identifier=)([^|]*)\|(.*)")
_LONGEST_ID = 64
_BLOCK = 8_000_000
Node = dict[str, Any]
Replaced = dict[str, str]


@dataclass(frozen=True, slots=True)
class Template:
    """All resources of one type in a set as NDJSON, with NUMBER for the number of the copy."""

    name: str
    text: bytes
    resources: int


@dataclass(frozen=True, slots=True)
class Written:
    """What a folder holds. seconds: wall time of writing it, 0 where it was there."""

    files: int
    bytes: int
    resources: int
    copies: int
    seconds: float = 0.0


def set_resources(name: str, data: Path) -> Iterator[Node]:
    """The resources of one of SETS, Bundles taken apart; what is no resource (logs) is left out."""
    for path in sorted((data / SETS[name]).iterdir()):
        text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        documents = [text] if path.suffix == ".json" else text.splitlines()
        for node in (from_json(each, float_mode="decimal") for each in documents if each.strip()):
            if node.get("resourceType") == "Bundle":
                yield from (entry["resource"] for entry in node["entry"] if "resource" in entry)
            elif node.get("resourceType") and node.get("id"):
                yield node


def templates(name: str, data: Path = SHARED / "data") -> list[Template]:
    """The set as one template for each resource type."""
    by_name = {f"{each['resourceType']}/{each['id']}": each for each in set_resources(name, data)}
    new = _new_names(by_name)
    lines: dict[str, list[bytes]] = {}
    for each in by_name.values():
        copy = {**_renamed(each, new), "id": new[f"{each['resourceType']}/{each['id']}"].partition("/")[2]}
        lines.setdefault(each["resourceType"], []).append(dumped(copy) + b"\n")
    return [Template(f"{kind}.{name}", b"".join(own), len(own)) for kind, own in sorted(lines.items())]


def _new_names(by_name: dict[str, Node]) -> Replaced:
    """What becomes of ``Type/id``, ``system|value`` and UUIDs. Raises ValueError where two would become one."""
    new: Replaced = {}
    for name, node in by_name.items():
        kind, _, old = name.partition("/")
        new[name] = f"{kind}/{_numbered(old, _LONGEST_ID)}"
        for system, value in _identifiers(node):
            if system not in RULED:
                new[f"{system}|{value}"] = f"{system}|{_numbered(value)}"
        new.update((match[0], NUMBER + match[1]) for match in _UUID.finditer(json.dumps(_own_names(node))))
    if len(set(new.values())) != len(new):
        raise ValueError("two resources would have one id or identifier in a copy")
    return new


def _own_names(node: Node) -> list[str]:
    return [node["id"], *(value for _, value in _identifiers(node))]


def _identifiers(node: Node) -> list[tuple[str, str]]:
    """System and value of the identifiers of a resource."""
    found = node.get("identifier", [])
    listed = found if isinstance(found, list) else [found]
    return [(each.get("system", ""), each["value"]) for each in listed if "value" in each]


def _numbered(old: str, longest: int = 1_000) -> str:
    """A UUID stays one; every other id or number gets that of the copy behind it, a long one loses its beginning."""
    if _UUID.search(old):
        return _UUID.sub(NUMBER + r"\1", old)
    return f"{old[-(longest - len(NUMBER) - 1) :]}-{NUMBER}"


def _renamed(node: Any, new: Replaced, system: str = "") -> Any:
    """The node with its references and identifiers as those of a copy."""
    if isinstance(node, dict):
        system = str(node.get("system", ""))
        return {name: _renamed(value, new, system if name == "value" else "") for name, value in node.items()}
    if isinstance(node, list):
        return [_renamed(each, new) for each in node]
    return _renamed_text(node, new, system) if isinstance(node, str) else node


def _renamed_text(text: str, new: Replaced, system: str) -> str:
    if system and f"{system}|{text}" in new:
        return new[f"{system}|{text}"].removeprefix(f"{system}|")
    reference, conditional = _REFERENCE.fullmatch(text), _CONDITIONAL.fullmatch(text)
    if reference and f"{reference[1]}/{reference[2]}" in new:
        return new[f"{reference[1]}/{reference[2]}"]
    if conditional and f"{conditional[2]}|{conditional[3]}" in new:
        return conditional[1] + new[f"{conditional[2]}|{conditional[3]}"]
    return _UUID.sub(lambda match: new.get(match[0], match[0]), text)


def write(folder: Path, size: int, sets: Iterable[str] = tuple(SETS), data: Path = SHARED / "data") -> Written:
    """Whole copies of the sets, at least `size` bytes together, as files in `folder` (made anew)."""
    start = time.perf_counter()
    made = [each for name in sets for each in templates(name, data)]
    copies = -(-size // sum(len(_copy(each.text, 0)) for each in made))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    written = sum(_write_file(folder / f"{each.name}.ndjson", each.text, copies) for each in made)
    resources = copies * sum(each.resources for each in made)
    return Written(len(made), written, resources, copies, time.perf_counter() - start)


def _copy(text: bytes, number: int) -> bytes:
    return text.replace(NUMBER.encode(), b"%08x" % number)


def _write_file(path: Path, text: bytes, copies: int) -> int:
    """All copies of one template; several at a time where it is small."""
    with path.open("wb", buffering=_BLOCK) as out:
        return sum(out.write(_copy(text, number)) for number in range(copies))


def ready(folder: Path, size: int, sets: Iterable[str] = tuple(SETS), data: Path = SHARED / "data") -> Written:
    """As `write`, but what is there from before, whole, is taken as it is: a note beside the folder says so."""
    sets = tuple(sets)
    note = folder.with_name(folder.name + ".note")
    asked = {"size": size, "sets": list(sets)}
    if note.is_file() and folder.is_dir():
        known = json.loads(note.read_text(encoding="utf-8"))
        if known.pop("asked") == asked:
            return Written(**{**known, "seconds": 0.0})
    note.unlink(missing_ok=True)
    done = write(folder, size, sets, data)
    note.write_text(json.dumps({"asked": asked, **asdict(done)}), encoding="utf-8")
    return done


def main() -> None:
    """Write a folder and say what is in it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("gigabytes", type=float)
    parser.add_argument("--sets", default=",".join(SETS), help="names of SETS, by commas")
    given = parser.parse_args()
    done = ready(given.folder, int(given.gigabytes * GIGABYTE), given.sets.split(","))
    speed = f", {done.bytes / done.seconds / 1e6:.0f} MB/s" if done.seconds else ", was there"
    print(
        f"{done.bytes / GIGABYTE:.3f} GB, {done.resources:,} resources, {done.files} files, {done.copies} copies{speed}"
    )


if __name__ == "__main__":
    main()
