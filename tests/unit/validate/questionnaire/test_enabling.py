"""enableWhen: every operator and type, all and any, groups that repeat, expressions."""

from typing import Any

import pytest

from fhircheck.validate.questionnaire.enabling import EXPRESSION, Enabling, Step, holds
from fhircheck.validate.questionnaire.form import Form
from fhircheck.validate.rules.questionnaire_response import QuestionnaireResponseRule
from tests.unit.validate.rule_bench import Bench, Node

CODING = {"system": "s", "code": "a"}
KG = {"value": 5, "system": "http://unitsofmeasure.org", "code": "kg"}


def one(**value: Any) -> list[Node]:
    return [value]


CASES: list[tuple[str, Node, list[Node], bool | None]] = [
    ("exists", {"answerBoolean": True}, one(valueString="x"), True),
    ("exists", {"answerBoolean": True}, [], False),
    ("exists", {"answerBoolean": False}, [], True),
    ("exists", {"answerBoolean": False}, one(valueString="x"), False),
    ("exists", {"answerString": "x"}, [], None),
    ("=", {"answerBoolean": True}, one(valueBoolean=True), True),
    ("=", {"answerBoolean": True}, one(valueBoolean=False), False),
    ("=", {"answerBoolean": True}, [], False),
    ("=", {"answerInteger": 3}, [{"valueInteger": 2}, {"valueInteger": 3}], True),
    ("=", {"answerInteger": 3}, one(valueDecimal=3.0), True),
    ("=", {"answerDecimal": 3.5}, one(valueString="x"), False),
    (">", {"answerDecimal": 3.5}, one(valueDecimal=3.6), True),
    (">", {"answerDecimal": 3.5}, one(valueDecimal=3.5), False),
    (">=", {"answerDecimal": 3.5}, one(valueDecimal=3.5), True),
    ("<", {"answerDate": "2020-06"}, one(valueDate="2020-05-31"), True),
    ("<", {"answerDateTime": "2020-06-01T12:00:00Z"}, one(valueDateTime="2020-06-01T13:59:00+02:00"), True),
    ("<=", {"answerTime": "10:00:00"}, one(valueTime="10:00:00.5"), False),
    ("=", {"answerCoding": CODING}, one(valueCoding=CODING | {"display": "A"}), True),
    ("=", {"answerCoding": CODING}, one(valueCoding={"system": "t", "code": "a"}), False),
    ("=", {"answerCoding": {"code": "a"}}, one(valueCoding={"system": "t", "code": "a"}), True),
    ("=", {"answerCoding": CODING}, one(valueString="a"), False),
    (">", {"answerCoding": CODING}, one(valueCoding=CODING), None),
    ("=", {"answerQuantity": KG}, one(valueQuantity=KG | {"unit": "kilo"}), True),
    (">", {"answerQuantity": KG}, one(valueQuantity=KG | {"value": 6}), True),
    (">", {"answerQuantity": KG}, one(valueQuantity=KG | {"code": "g"}), False),
    ("=", {"answerQuantity": KG}, one(valueQuantity=KG | {"code": "g", "value": 5000}), True),
    ("=", {"answerQuantity": KG}, one(valueQuantity=KG | {"code": "m"}), False),
    ("=", {"answerQuantity": KG}, one(valueQuantity={"value": 5}), False),
    ("!=", {"answerQuantity": KG}, one(valueQuantity={"value": 5}), True),
    (">", {"answerQuantity": KG}, one(valueQuantity={"value": 6}), None),
    ("=", {"answerQuantity": KG}, one(valueQuantity={"unit": "kg"}), None),
    ("=", {"answerReference": {"reference": "Patient/1"}}, one(valueReference={"reference": "Patient/1"}), True),
    ("=", {"answerString": "x"}, one(_valueString={"extension": []}), None),
    ("!=", {"answerString": "x"}, one(valueString="y"), True),
    ("!=", {"answerString": "x"}, one(valueString="x"), False),
    ("!=", {"answerString": "x"}, [], None),
    ("!=", {"answerString": "x"}, [{"valueString": "x"}, {"valueString": "y"}], None),
    ("~", {"answerString": "x"}, one(valueString="x"), None),
    ("=", {}, one(valueString="x"), None),
]


@pytest.mark.parametrize(("operator", "expected", "answers", "result"), CASES)
def test_one_condition(operator: str, expected: Node, answers: list[Node], result: bool | None) -> None:
    assert holds({"operator": operator, "question": "q"} | expected, answers) is result


def question(link: str, *conditions: tuple[str, Any], **members: Any) -> Node:
    found = [{"question": each, "operator": "=", "answerBoolean": wanted} for each, wanted in conditions]
    return {"linkId": link, "type": "boolean", "enableWhen": found} | members


def enabled(items: list[Node], response: list[Node], link: str) -> bool | None:
    form = Form({"item": items}, {})
    return Enabling(form, {"item": response}, lambda _: None).enabled(form.by_link[link], ())


def answered(link: str, value: bool, **members: Any) -> Node:
    return {"linkId": link, "answer": [{"valueBoolean": value}]} | members


BOTH = (("a", True), ("b", True))
PLAIN = [question("a"), question("b")]
BEHAVIOR = [
    ("all", True, True, True), ("all", True, False, False), ("any", True, False, True), ("any", False, False, False),
    (None, True, True, True), (None, False, False, False), (None, True, False, None),
]  # fmt: skip


@pytest.mark.parametrize(("behavior", "first", "second", "result"), BEHAVIOR)
def test_several_conditions(behavior: str | None, first: bool, second: bool, result: bool | None) -> None:
    items = [*PLAIN, question("c", *BOTH, **({"enableBehavior": behavior} if behavior else {}))]
    assert enabled(items, [answered("a", first), answered("b", second)], "c") is result


def test_what_cannot_be_told_is_decided_by_the_others() -> None:
    for behavior, value, result in (
        ("any", True, True),
        ("any", False, None),
        ("all", False, False),
        ("all", True, None),
    ):
        items = [*PLAIN, question("c", ("a", True), ("no-such-question", True), enableBehavior=behavior)]
        assert enabled(items, [answered("a", value)], "c") is result


def test_each_repeat_of_a_group_looks_at_its_own_answers() -> None:
    group = {"linkId": "g", "type": "group", "repeats": True, "item": [question("a"), question("c", ("a", True))]}
    form = Form({"item": [group]}, {})
    repeats = [{"linkId": "g", "item": [answered("a", value)]} for value in (True, False)]
    enabling = Enabling(form, {"item": repeats}, lambda _: None)
    chains = [(Step(form.by_link["g"], each),) for each in repeats]
    assert [enabling.enabled(form.by_link["c"], chain) for chain in chains] == [True, False]


def test_a_question_outside_the_group_counts_for_all_repeats() -> None:
    group = {"linkId": "g", "type": "group", "item": [question("c", ("a", True))]}
    form = Form({"item": [question("a"), group]}, {})
    inner = {"linkId": "g", "item": []}
    enabling = Enabling(form, {"item": [answered("a", True), inner]}, lambda _: None)
    assert enabling.enabled(form.by_link["c"], (Step(form.by_link["g"], inner),)) is True


def test_answers_nested_in_answers_are_found() -> None:
    items = [{"linkId": "o", "type": "string", "item": [question("a")]}, question("c", ("a", True))]
    response = [{"linkId": "o", "answer": [{"valueString": "x", "item": [answered("a", True)]}]}]
    assert enabled(items, response, "c") is True


def expression_item(language: str, expression: str) -> Node:
    value = {"language": language, "expression": expression}
    return {"linkId": "c", "type": "boolean", "extension": [{"url": EXPRESSION, "valueExpression": value}]}


EXPRESSIONS = [
    ("text/fhirpath", "%resource.item.where(linkId = 'a').answer.value = true", True, 0),
    ("text/fhirpath", "%resource.item.where(linkId = 'a').answer.value = false", False, 0),
    ("text/fhirpath", "this is no FHIRPath", None, 1),
    ("text/cql", "true", None, 1),
]


@pytest.mark.parametrize(("language", "expression", "result", "undecided"), EXPRESSIONS)
def test_expressions(language: str, expression: str, result: bool | None, undecided: int) -> None:
    url = "http://example.org/Questionnaire/q"
    items = [question("a"), expression_item(language, expression)]
    bench = Bench(({"resourceType": "Questionnaire", "url": url, "item": items},))
    node = {"resourceType": "QuestionnaireResponse", "questionnaire": url, "status": "completed",
            "item": [answered("a", True), answered("c", True)]}  # fmt: skip
    found = bench.kinds(QuestionnaireResponseRule(), node)
    assert found == ([("response-item-not-enabled", "item[1]")] if result is False else [])
    assert [reason for reason, _ in bench.undecided] == ["enable-when-expression"] * undecided


def test_many_repeats_take_time_in_proportion() -> None:
    """Ten thousand repeats of a group with a condition: an index, not a search for each."""
    url = "http://example.org/Questionnaire/q"
    group = {"linkId": "g", "type": "group", "repeats": True, "item": [question("a"), question("c", ("a", True))]}
    bench = Bench(({"resourceType": "Questionnaire", "url": url, "item": [group]},))
    repeat = {"linkId": "g", "item": [answered("a", True), answered("c", True)]}
    node = {"resourceType": "QuestionnaireResponse", "questionnaire": url, "status": "completed",
            "item": [dict(repeat) for _ in range(10_000)]}  # fmt: skip
    assert bench.kinds(QuestionnaireResponseRule(), node) == []
