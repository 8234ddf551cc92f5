"""The snapshot suite whole (version 4.0.1), and one package whose published snapshots are made again."""

import json
import xml.etree.ElementTree as ET
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.definitions.snapshot import generate_snapshot
from fhircheck.definitions.type_table import TypeTable
from fhircheck.transport.record_reader import read_document
from tests.conformance.snapshots import Effect, compare, differences
from tests.needs import SHARED, shared_path

SUITE = ("conformance", "cases", "rX", "snapshot-generation")
VERSION = "4.0.1"
TESTS = 13


@lru_cache(1)
def suite() -> dict[str, list[str]]:
    """Name of each test of the version -> names of the definitions that it registers."""
    manifest = SHARED.joinpath(*SUITE, "manifest.xml")
    if not manifest.exists():
        return {}
    tests = [each.attrib for each in ET.parse(manifest).getroot() if each.attrib["version"] == VERSION]
    return {each["id"]: [name for name in each.get("register", "").split(",") if name] for each in tests}


def read(name: str) -> dict[str, Any]:
    folder = shared_path(*SUITE)
    path = next(path for path in (folder / f"{name}.json", folder / f"{name}.xml") if path.exists())
    node = read_document(path.read_bytes(), TypeTable(load_definitions(offline=True)))
    assert node is not None
    return node


@pytest.mark.parametrize("name", suite() or ["-"])
def test_suite(name: str) -> None:
    shared_path(*SUITE, "manifest.xml")
    assert len(suite()) == TESTS
    others = [read(f"{other}-input") for other in suite() if other != name]
    definitions = load_definitions(offline=True, loose=others + [read(each) for each in suite()[name]])
    structure = {key: value for key, value in read(f"{name}-input").items() if key != "snapshot"}
    made, expected = generate_snapshot(structure, definitions), read(f"{name}-output")
    ids = [[element["id"] for element in each["snapshot"]["element"]] for each in (made, expected)]
    assert ids[0] == ids[1]
    assert list(differences(made, expected, Effect(definitions))) == []


def test_published_snapshots_are_made_again() -> None:
    package = shared_path("packages", "de.basisprofil.r4-1.5.4.tgz")
    found = list(compare(Path(package)))
    assert len(found) > 70
    assert [(structure["url"], wrong) for structure, _, wrong in found if wrong] == []


def test_a_difference_is_seen() -> None:
    structure = json.loads(json.dumps(load_definitions(offline=True).structure("Patient"), default=str))
    changed = json.loads(json.dumps(structure))
    changed["snapshot"]["element"][5]["min"] = 1
    assert [facet for _, facet, _, _ in differences(structure, changed, None)] == ["min"]
