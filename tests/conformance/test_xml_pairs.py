"""Real data that exists in both forms: XML gives the same nodes and the same findings as JSON."""

import gzip
import re
import tarfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jiter
import pytest

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.definitions.type_table import TypeTable
from fhircheck.first_pass import linker_for
from fhircheck.model.record import Piece
from fhircheck.transport.record_reader import RecordReader
from fhircheck.validate.validator import Validator
from tests.needs import shared_path

ZONE = re.compile(r"(?:\.0+)?(?:\+00:00|Z)$")
FEW = 40
# Two of the published pairs differ in the data: a blank at the start of a text is in the XML alone.
DIFFERENT_AT_SOURCE = {
    "Standalone-Examples/eRezept_KBV/1.2.0/Beispiel_13.xml",
    "Standalone-Examples/eRezept_KBV/1.2.0/Beispiel_23.xml",
}


@cache
def reader() -> RecordReader:
    return RecordReader(TypeTable(load_definitions(offline=True)))


def pathling() -> Iterator[tuple[str, bytes, bytes]]:
    """Four patients of Synthea."""
    folder = shared_path("data", "pathling-testdata")
    for path in sorted((folder / "bundles-xml").glob("*.xml.gz")):
        twin = folder / "bundles-json" / path.name.replace(".xml", ".json")
        yield path.name, gzip.decompress(path.read_bytes()), gzip.decompress(twin.read_bytes())


def prescriptions() -> Iterator[tuple[str, bytes, bytes]]:
    """gematik's examples of prescriptions and their accounting."""
    for path in sorted(shared_path("data", "gematik-erezept-examples").glob("*.tar.xz")):
        with tarfile.open(path) as archive:
            members = {each.name: each for each in archive if each.isfile()}
            twins = {_stem(name): name for name in members if name.endswith(".json")}
            for name in sorted(members):
                if name.endswith(".xml") and _stem(name) in twins and name not in DIFFERENT_AT_SOURCE:
                    yield name, _content(archive, members[name]), _content(archive, members[twins[_stem(name)]])


def _stem(name: str) -> str:
    return re.sub(r"/(?:xml|json)/", "/", name.lower()).rpartition(".")[0]


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    stream = archive.extractfile(member)
    assert stream is not None
    return stream.read()


def alike(value: Any) -> Any:
    """Without what the two files write differently: white space of narratives, Z for +00:00."""
    if isinstance(value, dict):
        return {name: "" if name == "div" else alike(each) for name, each in value.items()}
    if isinstance(value, list):
        return [alike(each) for each in value]
    return ZONE.sub("Z", value) if isinstance(value, str) else value


@pytest.mark.parametrize("pairs", [pathling, prescriptions], ids=["pathling", "prescriptions"])
def test_both_forms_give_one_node(pairs: Any) -> None:
    count = 0
    for name, xml, text in pairs():
        (record,) = reader().records(Piece(Path(name).name, "resource", xml))
        assert (record.issues, name) == ([], name)
        assert alike(record.node) == alike(jiter.from_json(text, float_mode="decimal")), name
        count += 1
    assert count > 3


@pytest.mark.parametrize("pairs", [pathling, prescriptions], ids=["pathling", "prescriptions"])
def test_both_forms_give_the_same_findings(pairs: Any) -> None:
    linker = linker_for(load_definitions(offline=True), lambda reason, detail: None)
    validator = Validator(linker)

    def findings(data: bytes) -> list[tuple[str, str, str]]:
        (record,) = reader().records(Piece("s", "resource", data))
        issues = [issue for checked in validator.check(record) for issue in checked.issues]
        assert all(issue.place.line for issue in issues)
        return sorted((issue.kind, issue.place.expression, issue.profile) for issue in issues)

    for number, (name, xml, text) in enumerate(pairs()):
        if number == FEW:
            break
        assert findings(xml) == findings(text), name
