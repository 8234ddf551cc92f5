"""The benchmarks' generated input: as big as asked for, every id new, references lead to copies of the same round."""

import json
from pathlib import Path
from typing import Any

from benchmarks.big_data import DEFECTS, resources, write_bundle, write_ndjson

SIZE = 1_000_000


def name(resource: dict[str, Any]) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


def references(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {node["reference"]} if isinstance(node.get("reference"), str) else set()
        return own.union(*map(references, node.values()))
    return set().union(*map(references, node)) if isinstance(node, list) else set()


def test_ndjson_has_new_ids_and_about_the_size(tmp_path: Path) -> None:
    file = tmp_path / "big.ndjson"
    write_ndjson(file, SIZE)
    read = [json.loads(line) for line in file.read_bytes().splitlines()]
    names = [name(each) for each in read]
    assert SIZE <= file.stat().st_size < 2 * SIZE
    assert len(set(names)) == len(names)
    assert sum(each["id"].startswith("defect-") for each in read) == len(names) // (len(resources()) + len(DEFECTS)) * 2


def test_references_lead_to_the_copy_of_the_same_round(tmp_path: Path) -> None:
    file = tmp_path / "big.ndjson"
    write_ndjson(file, SIZE)
    read = [json.loads(line) for line in file.read_bytes().splitlines()]
    samples = {name(each).removesuffix("-copy") for each in resources()}
    names = {name(each) for each in read}
    found = set().union(*map(references, read)) & {f"{each}-{number}" for each in samples for number in (0, 1)}
    assert found
    assert found <= names


def test_bundle_holds_the_same_resources(tmp_path: Path) -> None:
    write_ndjson(tmp_path / "big.ndjson", SIZE)
    write_bundle(tmp_path / "big.json", SIZE)
    bundle = json.loads((tmp_path / "big.json").read_bytes())
    read = [json.loads(line) for line in (tmp_path / "big.ndjson").read_bytes().splitlines()]
    assert bundle["resourceType"] == "Bundle"
    assert [entry["resource"] for entry in bundle["entry"]] == read
    assert len({entry["fullUrl"] for entry in bundle["entry"]}) == len(read)
