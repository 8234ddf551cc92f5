"""dataset-documented: points for what lies beside the data, or for a Library in it."""

from pathlib import Path
from typing import Any

import pytest

from fhircheck.measures.documents import documentation
from fhircheck.measures.tools import Tools
from tests.unit.measures.judged import counts, judged

PATIENT = {"resourceType": "Patient", "id": "p"}
SOUND = '{"@type": "Dataset", "name": "a", "description": "b", "creator": {"name": "c"}}'
TURTLE = "@prefix dcat: <http://www.w3.org/ns/dcat#> . <x> a dcat:Dataset ; dct:title 'a'"


def library(code: str = "asset-collection", **more: Any) -> dict[str, Any]:
    return {"resourceType": "Library", "type": {"coding": [{"code": code}]}, **more}


FULL = library(title="a", description="b", publisher="c")


@pytest.mark.parametrize(
    ("name", "text", "points"),
    [
        ("data.csv", "", 0),
        ("README.md", "what it is", 1),
        ("Datasheet.pdf", "", 1),
        ("manifest.json", "{}", 1),
        (".readme", "", 0),
        ("card.ttl", "no record", 0),
        ("card.ttl", TURTLE, 1),
        ("card.ttl", f"{TURTLE} ; dct:description 'b' ; dct:publisher <y> .", 2),
        ("data.croissant.json", SOUND, 2),
        ("data.croissant.json", '{"@type": "sc:Dataset", "name": "a"}', 1),
        ("data.croissant.json", '{"@type": "sc:Dataset", "name": "a", "description": "b"}', 1),
        ("data.croissant.json", '{"@type": "sc:Person", "name": "a"}', 0),
        ("data.croissant.json", "{", 0),
        ("data.croissant.json", "[" * 100_000, 0),
        ("card.jsonld", f'{{"@graph": [{{"@type": "dcat:Catalog"}}, {SOUND}]}}', 2),
        ("card.jsonld", "3", 0),
        ("datapackage.json", '{"resources": [], "title": "a", "description": "b", "contributors": [1]}', 2),
        ("datapackage.json", '{"resourceType": "Patient", "resources": []}', 0),
    ],
)
def test_points_of_a_file(name: str, text: str, points: int, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "a.ndjson").write_text("", encoding="utf-8")
    assert documentation(str(tmp_path)) == points
    assert documentation(str(tmp_path / "a.ndjson")) == points


def test_what_is_no_path_cannot_be_told() -> None:
    assert documentation("-") is None
    assert documentation("https://fhir.example/r4") is None
    assert documentation("/not/there/at/all") == 0


@pytest.mark.parametrize(
    ("nodes", "sources", "expected"),
    [
        ([PATIENT], ("bare",), (0, 2, 0)),
        ([PATIENT], ("described",), (1, 2, 0)),
        ([PATIENT], ("bare", "described"), (1, 4, 0)),
        ([PATIENT], ("-",), (0, 0, 2)),
        ([PATIENT, FULL], ("-", "bare"), (4, 4, 0)),
        ([PATIENT, library()], ("bare",), (1, 2, 0)),
        ([PATIENT, library("logic-library", title="a", description="b", publisher="c")], ("bare",), (0, 2, 0)),
        ([PATIENT], (), (0, 0, 0)),
        ([], ("bare",), (0, 0, 0)),
    ],
)
def test_points_of_a_run(
    nodes: list[dict[str, Any]], sources: tuple[str, ...], expected: tuple[int, int, int], tmp_path: Path
) -> None:
    for name in ("bare", "described"):
        (tmp_path / name).mkdir()
    (tmp_path / "described" / "README").write_text("", encoding="utf-8")
    given = tuple(each if each == "-" else str(tmp_path / each) for each in sources)
    result = judged(*nodes, tools=Tools(sources=given))["dataset-documented"]
    assert counts(result) == expected
    assert result.status == ("informational" if expected[1] else "cannot-tell" if expected[2] else "not-applicable")
    assert bool(result.reason) == (expected[0] < expected[1] or expected[2] > 0)
