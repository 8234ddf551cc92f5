"""Parts and criteria of a Measure."""

import base64
from typing import Any

import pytest

from fhircheck.validate.measure.cql_names import names_of, split_name
from fhircheck.validate.rules.measure import MeasureRule
from tests.unit.validate.rule_bench import Bench, Node

LIBRARY = "http://example.org/Library/ages"
CQL = "library Ages version '1'\ndefine \"Older Than 65\": true\ndefine function Twice(x Integer): 2 * x\n"
ELM = '<library xmlns="urn:hl7-org:elm:r1"><statements><def name="Older Than 65"/></statements></library>'
JSON = '{"library": {"statements": {"def": [{"name": "Older Than 65"}]}}}'
CODE = {"text": "a"}


def library(kind: str = "text/cql", text: str = CQL, name: str = "Ages", url: str = LIBRARY) -> Node:
    data = base64.b64encode(text.encode()).decode()
    return {"resourceType": "Library", "url": url, "name": name, "content": [{"contentType": kind, "data": data}]}


def measure(*groups: Any, libraries: list[str] | None = None) -> Node:
    return {"resourceType": "Measure", "group": list(groups)} | ({"library": libraries} if libraries else {})


def group(**members: Any) -> Node:
    return {"population": [{"code": CODE}]} | members


def stratifier(expression: str, language: str = "text/cql.identifier") -> Node:
    return group(stratifier=[{"criteria": {"language": language, "expression": expression}}])


PARTS: list[tuple[Node, list[tuple[str, str]]]] = [
    (measure(group()), []),
    (measure(), [("measure-without-parts", "")]),
    (measure({}), [("measure-without-parts", "group[0]")]),
    (measure(group(code=CODE), group()), [("measure-part-without-code", "group[1]")]),
    (measure(group(population=[{}])), []),
    (measure(group(population=[{}, {"code": CODE}])), [("measure-part-without-code", "group[0].population[0]")]),
    (measure(group(stratifier=[{"code": CODE}, {}])), [("measure-part-without-code", "group[0].stratifier[1]")]),
    (measure(group(), libraries=["http://example.org/none"]), [("measure-library-unknown", "")]),
]


@pytest.mark.parametrize(("node", "expected"), PARTS)
def test_parts(node: Node, expected: list[tuple[str, str]]) -> None:
    assert Bench().kinds(MeasureRule(), node) == expected


PLACE = "group[0].stratifier[0].criteria"
NOT_DEFINED = [("measure-criteria-not-defined", PLACE)]
CRITERIA: list[tuple[str, str, list[Node], list[tuple[str, str]], int]] = [
    ("Older Than 65", "text/cql.identifier", [library()], [], 0),
    ('"Older Than 65"', "text/cql", [library("application/elm+xml", ELM)], [], 0),
    ('Ages."Older Than 65"', "text/cql", [library("application/elm+json", JSON)], [], 0),
    ("Twice", "text/cql.identifier", [library()], [], 0),
    ("Younger", "text/cql.identifier", [library()], NOT_DEFINED, 0),
    ("Younger", "text/cql.identifier", [library("application/elm+xml", ELM)], NOT_DEFINED, 0),
    ("Other.Older", "text/cql.identifier", [library()], NOT_DEFINED, 0),
    ("Older", "text/cql.identifier", [], NOT_DEFINED, 0),
    ("Older Than 65", "text/cql.identifier", [library(), library(name="B", url=LIBRARY + "2")], NOT_DEFINED, 0),
    ("B.Twice", "text/cql.identifier", [library(), library(name="B", url=LIBRARY + "2")], [], 0),
    ("Older", "text/cql.identifier", [library("application/elm+xml", "<no")], [], 1),
    ("exists [Encounter] e where true", "text/cql", [library()], [], 1),
    ("true", "text/fhirpath", [], [("measure-criteria-language", PLACE)], 0),
]


@pytest.mark.parametrize(("expression", "language", "libraries", "expected", "undecided"), CRITERIA)
def test_criteria(
    expression: str, language: str, libraries: list[Node], expected: list[tuple[str, str]], undecided: int
) -> None:
    bench = Bench(tuple(libraries))
    node = measure(stratifier(expression, language), libraries=[each["url"] for each in libraries])
    assert bench.kinds(MeasureRule(), node) == expected
    assert len(bench.undecided) == undecided


def test_criteria_of_a_library_that_is_not_known_cannot_be_told() -> None:
    bench = Bench()
    node = measure(stratifier("Older"), libraries=["http://example.org/none"])
    assert bench.kinds(MeasureRule(), node) == [("measure-library-unknown", "")]
    assert bench.undecided == [("measure-criteria", "")]


def test_an_elm_with_entities_is_not_read() -> None:
    bomb = '<!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + ELM.replace('"Older Than 65"', '"x"').replace(
        "</library>", "&b;</library>"
    )
    assert names_of(library("application/elm+xml", bomb)) is None


def test_names() -> None:
    assert split_name('A."b c"') == ("A", "b c")
    assert split_name("b c") == ("", "b c")
    assert split_name("Count([Encounter])") is None


@pytest.mark.parametrize("junk", [None, 1, "x", [], {}, [None], [[]], [1], [{"data": "%"}]])
def test_malformed_ones_never_raise(junk: Any) -> None:
    for name in ("group", "library", "url"):
        Bench().kinds(MeasureRule(), {"resourceType": "Measure", name: junk})
    for name in ("population", "stratifier", "code"):
        Bench().kinds(MeasureRule(), measure({name: junk}, {name: junk}))
    for name in ("language", "expression"):
        node = measure(group(stratifier=[{"criteria": {"language": "text/cql", name: junk}}]), libraries=[LIBRARY])
        Bench((library(),)).kinds(MeasureRule(), node)
    node = measure(stratifier("Older"), libraries=[LIBRARY])
    Bench(({"resourceType": "Library", "url": LIBRARY, "content": junk},)).kinds(MeasureRule(), node)
