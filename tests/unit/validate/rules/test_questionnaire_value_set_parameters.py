"""Parameters of the value sets that questions take their answers from."""

from typing import Any

import pytest

from fhircheck.validate.rules.questionnaire_value_set_parameters import (
    GIVEN,
    PARAMETER,
    QuestionnaireValueSetParameters,
)
from tests.unit.validate.rule_bench import Bench, Node

URL = "http://example.org/ValueSet/v"


def named(url: str, *names: str) -> Node:
    return {"extension": [{"url": url, "extension": [{"url": "name", "valueCode": name}]} for name in names]}


def check(given: Any, *wanted: str) -> list[tuple[str, str]]:
    question = {"linkId": "1", "type": "choice", "answerValueSet": URL, "_answerValueSet": given}
    node = {"resourceType": "Questionnaire", "item": [{"linkId": "0", "type": "group", "item": [question]}]}
    bench = Bench(({"resourceType": "ValueSet", "url": URL} | named(PARAMETER, *wanted),))
    return bench.kinds(QuestionnaireValueSetParameters(), node)


CASES: list[tuple[Any, tuple[str, ...], list[str]]] = [
    (named(GIVEN, "region"), ("region",), []),
    (named(GIVEN, "region", "displayLanguage"), ("region",), []),
    (None, ("region", "year"), ["value-set-parameter-missing"] * 2),
    (named(GIVEN, "regoin", "region"), ("region",), ["value-set-parameter-unknown"]),
    (named(GIVEN, "region"), (), []),
    ([1], ("region",), ["value-set-parameter-missing"]),
]


@pytest.mark.parametrize(("given", "wanted", "expected"), CASES)
def test_parameters(given: Any, wanted: tuple[str, ...], expected: list[str]) -> None:
    assert check(given, *wanted) == [(kind, "item[0].item[0]") for kind in expected]
