"""What is written as XML is read as the same node again."""

from pathlib import Path

import pytest
from jiter import from_json

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.definitions.type_table import TypeTable
from fhircheck.transport.record_reader import read_document
from fhircheck.transport.xml_types import XmlTypes
from fhircheck.transport.xml_writer import xml_document
from tests.needs import ROOT

SAMPLES = sorted((ROOT / "sample_bundles" / "valid").glob("*.json"))


@pytest.fixture(scope="module")
def types() -> TypeTable:
    return TypeTable(load_definitions(offline=True))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_there_and_back(path: Path, types: TypeTable) -> None:
    node = from_json(path.read_bytes(), float_mode="decimal")
    assert read_document(xml_document(node, XmlTypes(types)), types) == node


def test_what_xml_cannot_hold_is_replaced(types: TypeTable) -> None:
    node = {"resourceType": "Patient", "id": 'a"<>&\n', "language": "x\x00\x1b\ud800\ufffe"}
    written = xml_document(node, XmlTypes(types))
    assert read_document(written, types) == {"resourceType": "Patient", "id": 'a"<>&\n', "language": "x" + "\ufffd" * 4}


def test_lists_keep_their_gaps(types: TypeTable) -> None:
    node = {
        "resourceType": "Patient",
        "active": True,
        "name": [{"id": "n", "given": ["A", None], "_given": [None, {"extension": [{"url": "u", "valueInteger": 3}]}]}],
        "_birthDate": {"id": "b"},
    }
    assert read_document(xml_document(node, XmlTypes(types)), types) == node


def test_unknown_types_are_refused(types: TypeTable) -> None:
    with pytest.raises(ValueError, match="Nothing"):
        xml_document({"resourceType": "Nothing"}, XmlTypes(types))
