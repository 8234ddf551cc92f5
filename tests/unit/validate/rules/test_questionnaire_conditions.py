"""enableWhen of a Questionnaire looks at an earlier question outside its own item."""

from typing import Any

import pytest

from fhircheck.validate.rules.questionnaire_conditions import QuestionnaireConditions
from tests.unit.validate.rule_bench import Bench, Node


def asks(link: str, question: Any = None, *inner: Node) -> Node:
    when = {"operator": "exists", "answerBoolean": True} | ({"question": question} if question else {})
    return {"linkId": link, "type": "group", "enableWhen": [when], "item": list(inner)}


def plain(link: str, *inner: Node) -> Node:
    return {"linkId": link, "type": "group", "item": list(inner)}


CASES: list[tuple[str, list[Node], list[tuple[str, str]]]] = [
    ("before", [plain("1"), asks("2", "1")], []),
    ("before, elsewhere", [plain("1", plain("1.1")), plain("2", asks("2.1", "1.1"))], []),
    ("the group it is in", [plain("1", asks("1.1", "1"))], []),
    ("after", [asks("1", "2"), plain("2")], [("enable-when-later-question", "item[0]")]),
    ("after, on another level", [plain("1", asks("1.1", "2.1")), plain("2", plain("2.1"))],
     [("enable-when-later-question", "item[0].item[0]")]),
    ("inner", [asks("1", "1.1", plain("1.1"))], [("enable-when-inner-question", "item[0]")]),
    ("deep inside", [asks("1", "1.1.1", plain("1.1", plain("1.1.1")))], [("enable-when-inner-question", "item[0]")]),
    ("itself", [asks("1", "1")], [("enable-when-itself", "item[0]")]),
    ("unknown", [asks("1", "9")], [("enable-when-unknown-question", "item[0]")]),
    ("none", [asks("1")], [("enable-when-without-question", "item[0]")]),
]  # fmt: skip


@pytest.mark.parametrize(("items", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_conditions(items: list[Node], expected: list[tuple[str, str]]) -> None:
    assert Bench().kinds(QuestionnaireConditions(), {"resourceType": "Questionnaire", "item": items}) == expected


@pytest.mark.parametrize("junk", [None, 1, "x", [], {}, [None], [[]], [{"question": []}], [{"linkId": {}}]])
def test_malformed_ones_never_raise(junk: Any) -> None:
    for name in ("item", "enableWhen", "linkId"):
        Bench().kinds(
            QuestionnaireConditions(), {"resourceType": "Questionnaire", "item": [{"linkId": "1", name: junk}]}
        )
    Bench().kinds(QuestionnaireConditions(), {"resourceType": "Questionnaire", "item": junk})
