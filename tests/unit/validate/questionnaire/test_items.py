"""Items of a response beside the questions: place, order, number, required, enabled."""

from typing import Any

import pytest

from fhircheck.validate.rules.questionnaire_response import QuestionnaireResponseRule
from tests.unit.validate.rule_bench import Bench, Node

URL = "http://example.org/Questionnaire/q"
QUESTIONS: list[Node] = [
    {"linkId": "1", "type": "boolean", "text": "Smokes?", "required": True,
     "item": [{"linkId": "1.1", "type": "integer", "required": True,
               "enableWhen": [{"question": "1", "operator": "=", "answerBoolean": True}]}]},
    {"linkId": "2", "type": "group", "repeats": True,
     "item": [{"linkId": "2.1", "type": "string"}, {"linkId": "2.2", "type": "string", "required": True}]},
    {"linkId": "3", "type": "display"},
    {"linkId": "4", "type": "string", "repeats": True,
     "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/questionnaire-minOccurs", "valueInteger": 2},
                   {"url": "http://hl7.org/fhir/StructureDefinition/questionnaire-maxOccurs", "valueInteger": 3}]},
    {"linkId": "5", "type": "group", "required": True, "item": [{"linkId": "5.1", "type": "string"}]},
    {"linkId": "6", "type": "question", "item": [{"linkId": "6.1", "type": "string"}]},
    {"linkId": "7"},
]  # fmt: skip
SMOKES = {
    "linkId": "1",
    "answer": [{"valueBoolean": True, "item": [{"linkId": "1.1", "answer": [{"valueInteger": 3}]}]}],
}
NOT = {"linkId": "1", "answer": [{"valueBoolean": False}]}
FIVE = {"linkId": "5", "item": [{"linkId": "5.1"}]}


def text(value: str = "x") -> Node:
    return {"valueString": value}


def check(items: Any, **members: Any) -> list[tuple[str, str]]:
    bench = Bench(({"resourceType": "Questionnaire", "url": URL, "item": QUESTIONS},))
    node = {"resourceType": "QuestionnaireResponse", "questionnaire": URL, "status": "completed", "item": items}
    return bench.kinds(QuestionnaireResponseRule(), node | members)


CASES: list[tuple[str, list[Any], list[tuple[str, str]]]] = [
    ("a sound response", [SMOKES, FIVE], []),
    ("nested question not enabled", [NOT, FIVE], []),
    ("without required ones", [], [("response-answer-missing", ""), ("response-answer-missing", "")]),
    ("required, item without answer", [{"linkId": "1"}, FIVE], [("response-answer-missing", "item[0]")]),
    (
        "nested question enabled but missing",
        [{"linkId": "1", "answer": [{"valueBoolean": True}]}, FIVE],
        [("response-answer-missing", "item[0]")],
    ),
    (
        "nested question answered though not enabled",
        [
            {
                "linkId": "1",
                "answer": [{"valueBoolean": False, "item": [{"linkId": "1.1", "answer": [{"valueInteger": 3}]}]}],
            },
            FIVE,
        ],
        [("response-item-not-enabled", "item[0].answer[0].item[0]")],
    ),
    ("unknown linkId", [SMOKES, {"linkId": "9"}, FIVE], [("response-item-unknown", "")]),
    (
        "unknown linkId below a group",
        [SMOKES, {"linkId": "2", "item": [{"linkId": "9"}, {"linkId": "2.2", "answer": [text()]}]}, FIVE],
        [("response-item-unknown", "item[1]")],
    ),
    (
        "no linkId",
        [SMOKES, {"text": "x"}, {"linkId": " "}, FIVE],
        [("response-item-without-link", ""), ("response-item-without-link", "")],
    ),
    ("misplaced", [SMOKES, {"linkId": "2.1", "answer": [text()]}, FIVE], [("response-item-misplaced", "")]),
    (
        "misplaced and of the wrong type",
        [SMOKES, {"linkId": "2.1", "answer": [{"valueInteger": 1}]}, FIVE],
        [("response-item-misplaced", ""), ("response-answer-type", "item[1].answer[0].value.ofType(integer)")],
    ),
    ("order", [FIVE, SMOKES], [("response-item-order", "")]),
    ("repeated", [SMOKES, SMOKES, FIVE], [("response-item-repeated", "")]),
    (
        "a group that repeats",
        [SMOKES, *[{"linkId": "2", "item": [{"linkId": "2.2", "answer": [text()]}]}] * 2, FIVE],
        [],
    ),
    (
        "each repeat on its own",
        [
            SMOKES,
            {"linkId": "2", "item": [{"linkId": "2.2", "answer": [text()]}]},
            {"linkId": "2", "item": [{"linkId": "2.1"}]},
            FIVE,
        ],
        [("response-answer-missing", "item[2]")],
    ),
    ("other text", [SMOKES | {"text": "Drinks?"}, FIVE], [("response-item-text", "item[0]")]),
    ("same text", [SMOKES | {"text": "Smokes?"}, FIVE], []),
    (
        "answer to a group",
        [SMOKES, {"linkId": "2", "answer": [text()], "item": [{"linkId": "2.2", "answer": [text()]}]}, FIVE],
        [("response-group-answered", "item[1]")],
    ),
    (
        "answer to an abstract question",
        [SMOKES, FIVE, {"linkId": "6", "answer": [text()]}],
        [("response-group-answered", "item[2]")],
    ),
    (
        "answer to a display",
        [SMOKES, {"linkId": "3", "answer": [text()]}, FIVE],
        [("response-display-answered", "item[1]")],
    ),
    (
        "items below a display",
        [SMOKES, {"linkId": "3", "item": [{"linkId": "3.1"}]}, FIVE],
        [("response-display-answered", "item[1]")],
    ),
    (
        "items beside the answer",
        [SMOKES | {"item": [{"linkId": "1.1"}]}, FIVE],
        [("response-item-outside-answer", "item[0]")],
    ),
    ("empty required group", [SMOKES, {"linkId": "5"}], [("response-group-empty", "item[1]")]),
    (
        "question without type",
        [SMOKES, FIVE, {"linkId": "7", "answer": [text()]}],
        [("response-question-without-type", "item[2]")],
    ),
    (
        "two answers where one is allowed",
        [NOT | {"answer": [{"valueBoolean": False}] * 2}, FIVE],
        [("response-answer-repeated", "item[0]")],
    ),
    ("too few", [SMOKES, {"linkId": "4", "answer": [text()]}, FIVE], [("response-answer-count", "item[1]")]),
    ("just enough", [SMOKES, {"linkId": "4", "answer": [text()] * 2}, FIVE], []),
    ("as many as allowed", [SMOKES, {"linkId": "4", "answer": [text()] * 3}, FIVE], []),
    ("too many", [SMOKES, {"linkId": "4", "answer": [text()] * 4}, FIVE], [("response-answer-count", "item[1]")]),
]


@pytest.mark.parametrize(("items", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_items_against_their_questions(items: list[Any], expected: list[tuple[str, str]]) -> None:
    assert check(items) == expected


def test_what_is_not_completed_may_be_open() -> None:
    assert check([], status="in-progress") == [("response-answer-open", ""), ("response-answer-open", "")]
    assert check([{"linkId": "5"}], status="in-progress")[-1] == ("response-group-empty", "item[0]")
    assert check([], status="amended") == [("response-answer-missing", ""), ("response-answer-missing", "")]


@pytest.mark.parametrize("junk", [None, 1, "x", True, [], {}, [[]], [None], [{"linkId": []}], [{"linkId": {}}]])
def test_a_malformed_node_never_raises(junk: Any) -> None:
    check(junk)
    for name in ("answer", "item", "linkId", "text", "extension"):
        check([SMOKES | {name: junk}])
        check([{"linkId": "2", "item": [{"linkId": "2.2", name: junk}]}])
    for name in ("status", "questionnaire", "authored", "contained"):
        check([SMOKES], **{name: junk})


@pytest.mark.parametrize("junk", [None, 1, "x", True, [], {}, [[]], [None], [{"url": []}], [{"valueInteger": {}}]])
@pytest.mark.parametrize("name", ["linkId", "type", "item", "enableWhen", "answerOption", "extension", "maxLength"])
def test_a_malformed_questionnaire_never_raises(name: str, junk: Any) -> None:
    question = {"linkId": "1", "type": "choice", name: junk}
    bench = Bench(({"resourceType": "Questionnaire", "url": URL, "item": [question]},))
    node = {"resourceType": "QuestionnaireResponse", "questionnaire": URL, "status": "completed"}
    bench.kinds(QuestionnaireResponseRule(), node | {"item": [{"linkId": "1", "answer": [text()]}]})


def test_an_unknown_questionnaire_is_said_and_counted() -> None:
    bench, rule = Bench(), QuestionnaireResponseRule()
    node = {"resourceType": "QuestionnaireResponse", "status": "completed"}
    assert bench.kinds(rule, node) == [("response-without-questionnaire", "")]
    assert bench.kinds(rule, node | {"questionnaire": URL}) == [("response-questionnaire-unknown", "")]
    assert bench.kinds(rule, node | {"questionnaire": "#q"}) == [("response-questionnaire-unknown", "")]
    assert [reason for reason, _ in bench.undecided] == ["questionnaire-missing"] * 3


def test_a_contained_questionnaire_is_used_with_its_value_sets() -> None:
    values = {"resourceType": "ValueSet", "id": "v", "status": "active",
              "compose": {"include": [{"system": "http://example.org/s", "concept": [{"code": "a"}]}]}}  # fmt: skip
    form = {"resourceType": "Questionnaire", "id": "q",
            "item": [{"linkId": "1", "type": "choice", "repeats": True, "answerValueSet": "#v"}]}  # fmt: skip
    codings = [{"valueCoding": {"system": "http://example.org/s", "code": code}} for code in ("a", "b")]
    node = {"resourceType": "QuestionnaireResponse", "questionnaire": "#q", "status": "completed",
            "contained": [form, values], "item": [{"linkId": "1", "answer": codings}]}  # fmt: skip
    expected = [("response-answer-not-in-value-set", "item[0].answer[1]")]
    assert Bench().kinds(QuestionnaireResponseRule(), node) == expected


def test_a_response_outside_the_period_of_its_questionnaire() -> None:
    form = {"resourceType": "Questionnaire", "url": URL, "effectivePeriod": {"start": "2020-01", "end": "2021-12-11"}}
    node = {"resourceType": "QuestionnaireResponse", "questionnaire": URL, "status": "completed"}
    for authored, expected in (("2021-12-12", 1), ("2021-12-11", 0), ("2019-12-31", 1), ("2020-01-01", 0)):
        found = Bench((form,)).kinds(QuestionnaireResponseRule(), node | {"authored": authored})
        assert found == [("response-outside-period", "authored")] * expected
