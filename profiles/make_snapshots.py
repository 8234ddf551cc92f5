"""Write the snapshot of each profile in this folder from its differential, and the folder's ``.index.json``.

Run it from the project's root after a differential was changed: ``python profiles/make_snapshots.py``
(``--check`` only says what is out of date). It knows what these profiles use and refuses the rest: no type given by a
profile of its own; slices, which only extensions with parts have here, are left to ``fhircheck.definitions.snapshot``.
"""

import json
import re
import sys
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

Json = dict[str, Any]
Find = Callable[[str], Json | None]

HERE = Path(__file__).resolve().parent
TYPES = "http://hl7.org/fhir/StructureDefinition/"
SPECIFICATION = "http://hl7.org/fhir/R4/"
ADDED = ("constraint", "condition", "alias")
MARKDOWN = {"definition", "comment", "requirements", "meaningWhenMissing"}
RELATIVE_LINK = re.compile(r"\]\((?=[a-z][\w-]*\.html)")
NOT_INHERITED = {"structuredefinition-explicit-type-name", "structuredefinition-standards-status"}
INDEXED = ("resourceType", "id", "url", "version", "kind", "type")


def main(arguments: list[str]) -> int:
    """Write what is out of date, or with ``--check`` only name it. Returns the exit code."""
    stale = {name: text for name, text in make(HERE).items() if _committed(HERE / name) != text}
    for name, text in stale.items():
        print(f"{name}: {'out of date' if '--check' in arguments else 'written'}")
        if "--check" not in arguments:
            (HERE / name).write_text(text, encoding="utf-8")
    return 1 if stale and "--check" in arguments else 0


def make(folder: Path) -> dict[str, str]:
    """File name -> text of everything that is made: profiles with their snapshot, and the index."""
    from fhircheck.definitions.definition_set import load_definitions
    from fhircheck.definitions.snapshot import generate_snapshot

    core = load_definitions(offline=True)
    resources = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*-*.json"))}
    own = {resource["url"]: resource for resource in resources.values()}
    done: dict[str, Json] = {}

    def sliced(profile: Json) -> list[Json]:
        bare = {name: value for name, value in profile.items() if name != "snapshot"}
        elements: list[Json] = generate_snapshot(bare, core)["snapshot"]["element"]
        return [{name: value for name, value in each.items() if name != "mapping"} for each in elements]

    def find(url: str) -> Json | None:
        if url in own and url not in done:
            whole = sliced if _has_slices(own[url]) else lambda each: snapshot(each, find)
            done[url] = own[url] | {"snapshot": {"element": whole(own[url])}}
        return done.get(url) or core.structure(url)

    made = {
        name: find(each["url"]) for name, each in resources.items() if each["resourceType"] == "StructureDefinition"
    }
    texts = {name: _text(_ordered(profile)) for name, profile in made.items() if profile}
    return texts | {".index.json": _text(index(resources))}


def _has_slices(profile: Json) -> bool:
    return any("sliceName" in element for element in profile["differential"]["element"])


def snapshot(profile: Json, find: Find) -> list[Json]:
    """Elements of the snapshot of `profile`: its base's, changed by its differential (R4 profiling, 5.1.0.6).

    Mappings to other standards are left out. Raises ValueError where the differential names an
    element that is not there, or asks for more than this script knows.
    """
    base = find(profile["baseDefinition"])
    if base is None:
        raise ValueError(f"{profile['url']}: no definition of {profile['baseDefinition']}")
    elements = [_inherited(element, base) for element in base["snapshot"]["element"]]
    for change in profile["differential"]["element"]:
        _apply(elements, change, find)
    return elements


def _apply(elements: list[Json], change: Json, find: Find) -> None:
    path = change["path"]
    if "slicing" in change or "sliceName" in change:
        raise ValueError(f"{change['id']}: slicing is not supported here")
    position = _position(elements, path)
    if position is None:
        _walk_into(elements, path.rpartition(".")[0], find)
        position = _position(elements, path)
    if position is None:
        raise ValueError(f"{path}: there is no such element")
    elements[position] = _merged(elements[position], change)


def _position(elements: list[Json], path: str) -> int | None:
    return next((number for number, element in enumerate(elements) if element["path"] == path), None)


def _walk_into(elements: list[Json], path: str, find: Find) -> None:
    """Put the children of the type of the element at `path` behind it, so that they can be constrained."""
    position = _position(elements, path)
    types = elements[position].get("type", []) if position is not None else []
    if position is None or len(types) != 1 or types[0].get("profile"):
        raise ValueError(f"{path}: no element of exactly one plain type, so its children cannot be constrained")
    definition = find(TYPES + types[0]["code"])
    if definition is None:
        raise ValueError(f"{path}: no definition of {types[0]['code']}")
    root, *children = definition["snapshot"]["element"]
    elements[position + 1 : position + 1] = [
        _moved(_inherited(child, definition), root["path"], path) for child in children
    ]


def _moved(element: Json, source: str, target: str) -> Json:
    return element | {name: target + element[name].removeprefix(source) for name in ("id", "path")}


def _merged(element: Json, change: Json) -> Json:
    """`element` with what `change` says: lists of rules are added to, everything else is replaced."""
    _refuse_wider(element, change)
    merged = element | change
    for name in ADDED:
        if name in element and name in change:
            merged[name] = element[name] + change[name]
    for name in change:
        if f"_{name}" in element and f"_{name}" not in change:
            del merged[f"_{name}"]
    return merged


def _refuse_wider(element: Json, change: Json) -> None:
    upper: str = element["max"]
    asked: str = change.get("max", upper)
    fewer = change.get("min", element["min"]) < element["min"]
    more = upper != "*" and (asked == "*" or int(asked) > int(upper))
    if fewer or more:
        raise ValueError(f"{change['id']}: the cardinality is wider than that of the base")


def _inherited(element: Json, origin: Json) -> Json:
    """A copy of `element` as a profile inherits it from `origin`, the definition it stands in."""
    copy = deepcopy({name: value for name, value in element.items() if name != "mapping"})
    extensions = [each for each in copy.pop("extension", []) if each["url"].removeprefix(TYPES) not in NOT_INHERITED]
    for constraint in copy.get("constraint", []):
        constraint.setdefault("source", origin["url"])
    for name in MARKDOWN & set(copy):
        copy[name] = RELATIVE_LINK.sub(f"]({SPECIFICATION}", copy[name])
    return copy | ({"extension": extensions} if extensions else {})


def index(resources: dict[str, Json]) -> Json:
    """The ``.index.json`` of a FHIR package, version 1 of its format."""
    files = [
        {"filename": name} | {each: resource[each] for each in INDEXED if each in resource}
        for name, resource in resources.items()
    ]
    return {"index-version": 1, "files": files}


def _ordered(profile: Json) -> Json:
    """The snapshot stands before the differential, as in the definition of StructureDefinition."""
    last = {name: profile[name] for name in ("snapshot", "differential")}
    return {name: value for name, value in profile.items() if name not in last} | last


def _text(content: Json) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _committed(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
