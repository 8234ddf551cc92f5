"""A narrative with the resource around it: links lead somewhere, languages agree."""

import json
from functools import cache
from typing import Any

import pytest

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.first_pass import linker_for
from fhircheck.model.record import Piece
from fhircheck.transport.json_reader import read_records
from fhircheck.validate.validator import Validator

KINDS = ("narrative-link-unresolved", "narrative-language")


@cache
def validator() -> Validator:
    return Validator(linker_for(load_definitions(), lambda reason, detail: None))


def found(node: dict[str, Any]) -> list[tuple[str, str]]:
    (record,) = read_records(Piece("s", "resource", json.dumps(node).encode()))
    issues = [issue for checked in validator().check(record) for issue in checked.issues]
    return [(issue.kind, issue.place.expression) for issue in issues if issue.kind in KINDS]


def text(inner: str, attributes: str = "") -> dict[str, str]:
    return {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml"{attributes}>{inner}</div>'}


UNRESOLVED = ("narrative-link-unresolved", "Patient.text.div")


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ('<a href="#q">x</a>', [UNRESOLVED]),
        ('<img src="#q" alt="x"/><a href="#r">y</a>', [UNRESOLVED] * 2),
        ('<a href="#q">x</a><p id="q">y</p>', []),
        ('<a href="#q">x</a><a name="q">y</a>', []),
        ('<a href="#p">x</a><a href="#n">x</a><a href="#c">x</a>', []),
        ('<a href="#">x</a><a href="https://a.org/#q">y</a>', []),
    ],
)
def test_a_link_into_the_resource_finds_its_target(inner: str, expected: list[tuple[str, str]]) -> None:
    contained = [{"resourceType": "Organization", "id": "c", "name": "C"}]
    organization = {"reference": "#c"}
    patient = {"resourceType": "Patient", "id": "p", "text": text(inner), "name": [{"id": "n", "family": "A"}]}
    assert found(patient | {"contained": contained, "managingOrganization": organization}) == expected


def test_sections_and_contained_resources_are_looked_at() -> None:
    section = {"title": "a", "section": [{"title": "b", "text": text('<a href="#gone">x</a><a href="#s">y</a>')}]}
    composition = {"resourceType": "Composition", "text": text('<p id="s">x</p>'), "section": [section]}
    assert found(composition) == [(UNRESOLVED[0], "Composition.section[0].section[0].text.div")]
    outer = {"resourceType": "Patient", "text": text('<p id="s">x</p>'), "contained": [composition | {"id": "c"}]}
    del outer["contained"][0]["text"]  # the target is in the container
    expression = "Patient.contained[0].section[0].section[0].text.div"
    assert found(outer) == [(UNRESOLVED[0], expression)]


@pytest.mark.parametrize(
    ("attributes", "count"),
    [
        ("", 1),
        (' lang="de"', 1),
        (' xml:lang="de"', 1),
        (' lang="en" xml:lang="en"', 1),
        (' lang="de" xml:lang="de"', 0),
    ],
)
def test_resource_and_narrative_say_the_same_language(attributes: str, count: int) -> None:
    patient = {"resourceType": "Patient", "language": "de", "text": text("x", attributes)}
    assert found(patient) == [("narrative-language", "Patient")] * count
    del patient["language"]
    assert found(patient) == []


@pytest.mark.parametrize("broken", [None, 5, [], "x", {"div": 5}, {"div": None}, {"div": ""}, {"div": "no xhtml #"}])
def test_nothing_breaks_on_broken_narratives(broken: Any) -> None:
    assert found({"resourceType": "Composition", "language": "de", "text": broken, "section": broken}) == []
    assert found({"resourceType": "Composition", "language": 5, "section": [broken, {"text": broken}]}) == []
