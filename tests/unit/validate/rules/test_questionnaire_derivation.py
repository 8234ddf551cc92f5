"""A derived Questionnaire allows nothing that its base does not."""

from typing import Any

import pytest

from fhircheck.validate.rules.questionnaire_derivation import SYSTEM, URL, QuestionnaireDerivation
from tests.unit.validate.rule_bench import Bench, Node

BASE = "http://example.org/Questionnaire/base"
ITEMS: list[Node] = [
    {"linkId": "1", "type": "string", "required": True, "maxLength": 5},
    {"linkId": "2", "type": "choice", "answerOption": [{"valueCoding": {"code": "a"}}, {"valueString": "b"}]},
    {"linkId": "3", "type": "choice", "answerValueSet": "http://example.org/ValueSet/v"},
    {"linkId": "4", "type": "group", "item": [{"linkId": "4.1", "type": "integer", "repeats": True}]},
]
OPTIONS = {"type": "choice", "answerOption": [{"valueCoding": {"code": "a", "display": "A"}}]}
DIFFERS, NEW = "questionnaire-item-differs-from-base", "questionnaire-item-not-in-base"


def check(items: Any, code: str = "compliesWith", source: str = BASE) -> list[tuple[str, str]]:
    extra = {"extension": [{"url": URL, "valueCoding": {"system": SYSTEM, "code": code}}]} if code else None
    node = {"resourceType": "Questionnaire", "derivedFrom": [source], "_derivedFrom": [extra], "item": items}
    bench = Bench(({"resourceType": "Questionnaire", "url": BASE, "item": ITEMS},))
    return bench.kinds(QuestionnaireDerivation(), node)


CASES: list[tuple[str, Node, list[tuple[str, str]]]] = [
    ("the same", ITEMS[0], []),
    ("narrower", {"linkId": "1", "type": "string", "maxLength": 4}, []),
    ("other type", ITEMS[0] | {"type": "text"}, [(DIFFERS, "item[0].type")]),
    ("repeats", ITEMS[0] | {"repeats": True}, [(DIFFERS, "item[0].repeats")]),
    ("no longer required", ITEMS[0] | {"required": False}, [(DIFFERS, "item[0].required")]),
    ("longer", ITEMS[0] | {"maxLength": 6}, [(DIFFERS, "item[0].maxLength")]),
    ("without bound", {"linkId": "1", "type": "string"}, [(DIFFERS, "item[0]")]),
    ("fewer options", OPTIONS | {"linkId": "2"}, []),
    ("no options", {"linkId": "2", "type": "choice"}, [(DIFFERS, "item[0]")]),
    ("a new option", {"linkId": "2", "type": "choice", "answerOption": [{"valueString": "b"}, {"valueString": "c"}]},
     [(DIFFERS, "item[0].answerOption[1]")]),
    ("a value set for options", {"linkId": "2", "type": "choice", "answerValueSet": "http://example.org/v"},
     [(DIFFERS, "item[0]")]),
    ("options for a value set", OPTIONS | {"linkId": "3"}, [(DIFFERS, "item[0]")]),
    ("elsewhere, by linkId", {"linkId": "4.1", "type": "integer", "repeats": True}, []),
    ("nested", {"linkId": "4", "type": "group", "item": [{"linkId": "4.1", "type": "string"}]},
     [(DIFFERS, "item[0].item[0].type")]),
    ("new", {"linkId": "5", "type": "string"}, [(NEW, "item[0]")]),
]  # fmt: skip


@pytest.mark.parametrize(("item", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_items(item: Node, expected: list[tuple[str, str]]) -> None:
    assert check([item]) == expected


def test_only_promises_are_checked() -> None:
    new = [{"linkId": "5", "type": "string"}, {"linkId": "1", "type": "text", "maxLength": 1}]
    assert check(new, "extends") == [(DIFFERS, "item[1].type")]
    assert check(new, "inspiredBy") == []
    assert check(new, "") == check(new, "other") == [("questionnaire-derivation-type", "derivedFrom[0]")]
    assert check(new, source=BASE + "2") == [("questionnaire-base-unknown", "derivedFrom[0]")]


@pytest.mark.parametrize("junk", [None, 1, "x", [], {}, [None], [[]], [1]])
def test_malformed_ones_never_raise(junk: Any) -> None:
    check(junk)
    for name in ("item", "type", "answerOption", "maxLength", "repeats"):
        check([{"linkId": "2", name: junk}])
    for name in ("derivedFrom", "_derivedFrom"):
        node = {"resourceType": "Questionnaire", "derivedFrom": [BASE], name: junk}
        Bench(({"resourceType": "Questionnaire", "url": BASE, "item": ITEMS},)).kinds(QuestionnaireDerivation(), node)
