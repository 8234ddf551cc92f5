"""Questionnaires and answers made by chance: most answers fit, some do not (see answered_questionnaires)."""

import copy
from collections.abc import Iterator
from random import Random
from typing import Any

MADE = "http://example.org/fhir/"
SYSTEM = f"{MADE}CodeSystem/made-answers"
VALUE_SET = f"{MADE}ValueSet/made-answers"
EXTENSION = "http://hl7.org/fhir/StructureDefinition/"
CODES = ("a", "b", "c")
Node = dict[str, Any]
VALUES: dict[str, tuple[str, tuple[Any, ...]]] = {
    "boolean": ("Boolean", (True, False)),
    "decimal": ("Decimal", (1.5, 2.25, 7)),
    "integer": ("Integer", (1, 2, 7)),
    "date": ("Date", ("2020-01-01", "2021-05", "2022")),
    "dateTime": ("DateTime", ("2020-01-01T10:00:00Z", "2021-05-02")),
    "time": ("Time", ("10:00:00", "23:59:59")),
    "string": ("String", ("abc", "a longer text")),
    "text": ("String", ("abc", "two\nlines")),
    "url": ("Uri", ("http://example.org/a", "urn:oid:1.2.3")),
    "choice": ("Coding", tuple({"system": SYSTEM, "code": code} for code in CODES)),
    "open-choice": ("Coding", tuple({"system": SYSTEM, "code": code} for code in CODES)),
    "attachment": ("Attachment", ({"contentType": "text/plain", "data": "YQ=="},)),
    "reference": ("Reference", ({"reference": "Patient/1"}, {"display": "someone"})),
    "quantity": (
        "Quantity",
        ({"value": 3, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}, {"value": 4}),
    ),
}
"""Type of an item -> the type of its answers, and some of them."""
ORDERED = ("decimal", "integer", "date", "dateTime", "time", "quantity")


def terminology() -> list[Node]:
    """The code system and the value set of answers."""
    head = {"version": "1.0.0", "name": "Made", "status": "active"}
    concepts = [{"code": code, "display": code.upper()} for code in CODES]
    return [
        {"resourceType": "CodeSystem", "id": "made-answers", "url": SYSTEM, **head, "content": "complete",
         "caseSensitive": True, "concept": concepts},
        {"resourceType": "ValueSet", "id": "made-answers", "url": VALUE_SET, **head,
         "compose": {"include": [{"system": SYSTEM, "concept": [{"code": "a"}, {"code": "b"}]}]}},
    ]  # fmt: skip


def questionnaire(chance: Random, number: int) -> Node:
    """A questionnaire of a few items, some within others."""
    earlier: list[Node] = []
    items = [_item(chance, f"{each}", earlier, 0) for each in range(1, chance.randint(2, 4))]
    name = f"made-{number}"
    return {
        "resourceType": "Questionnaire", "id": name, "url": f"{MADE}Questionnaire/{name}", "version": "1.0.0",
        "name": "Made", "status": "active", "item": items,
    }  # fmt: skip


def _item(chance: Random, link: str, earlier: list[Node], depth: int) -> Node:
    kind = chance.choice(("group", "group", "display", *VALUES))
    item: Node = {"linkId": link, "text": f"Item {link}", "type": kind}
    if kind != "display":
        if chance.random() < 0.4:
            item["required"] = True
        if chance.random() < 0.3:
            item["repeats"] = True
    if kind in VALUES and chance.random() < 0.5:
        _narrowed(chance, item, kind)
    if earlier and chance.random() < 0.35:
        _conditioned(chance, item, earlier)
    if kind in VALUES:
        earlier.append(item)
    if kind != "display" and depth < 2 and (kind == "group" or chance.random() < 0.25):
        item["item"] = [_item(chance, f"{link}.{each}", earlier, depth + 1) for each in range(1, chance.randint(2, 3))]
    return item


def _narrowed(chance: Random, item: Node, kind: str) -> None:
    """Limits of what may be answered."""
    name, values = VALUES[kind]
    if kind in ("choice", "open-choice"):
        if chance.random() < 0.5:
            item["answerOption"] = [{"valueCoding": each} for each in values[:2]]
        else:
            item["answerValueSet"] = VALUE_SET
    elif kind in ("string", "text") and chance.random() < 0.6:
        item["maxLength"] = chance.choice((3, 5, 20))
    elif kind in ("integer", "date", "time", "string") and chance.random() < 0.5:
        item["answerOption"] = [{f"value{name}": each} for each in values[:2]]
    elif kind in ("integer", "decimal", "date"):
        side = chance.choice(("minValue", "maxValue"))
        item["extension"] = [{"url": EXTENSION + side, f"value{name}": values[1]}]
    elif item.get("repeats"):
        item["extension"] = [{"url": f"{EXTENSION}questionnaire-maxOccurs", "valueInteger": 1}]


def _conditioned(chance: Random, item: Node, earlier: list[Node]) -> None:
    """enableWhen."""
    conditions = []
    for other in chance.sample(earlier, min(len(earlier), chance.choice((1, 1, 2)))):
        name, values = VALUES[other["type"]]
        operators = ["exists", "=", "!="] + [">", "<", ">=", "<="] * (other["type"] in ORDERED)
        operator = chance.choice(operators)
        name = "Boolean" if operator == "exists" else name
        value = chance.choice((True, False)) if operator == "exists" else chance.choice(values)
        if name not in ("Attachment", "Uri"):  # no condition can have these
            conditions.append({"question": other["linkId"], "operator": operator, f"answer{name}": value})
    if conditions:
        item["enableWhen"] = conditions
        if len(conditions) > 1:
            item["enableBehavior"] = chance.choice(("all", "any"))


def response(chance: Random, asked: Node) -> Node:
    """Answers to a questionnaire."""
    node: Node = {
        "resourceType": "QuestionnaireResponse", "questionnaire": asked["url"],
        "status": chance.choice(("completed", "completed", "completed", "in-progress", "amended")),
        "authored": "2024-01-01",
    }  # fmt: skip
    items = _answered(chance, asked["item"])
    for change in (_swapped, _moved, _unknown, _again):
        if items and chance.random() < 0.06:
            change(chance, items)
    return node | ({"item": items} if items else {})


def _answered(chance: Random, asked: list[Node]) -> list[Node]:
    items = []
    for each in asked:
        if chance.random() < (0.1 if each.get("required") else 0.25):
            continue
        for _ in range(2 if each["type"] == "group" and each.get("repeats") and chance.random() < 0.4 else 1):
            items.append(_one(chance, each))
    return items


def _one(chance: Random, asked: Node) -> Node:
    item: Node = {"linkId": asked["linkId"]}
    if chance.random() < 0.3:
        item["text"] = asked["text"] if chance.random() < 0.8 else "Another text"
    inner = _answered(chance, asked.get("item", []))
    if asked["type"] in VALUES or chance.random() < 0.05:
        count = chance.choice((1, 1, 1, 2) if asked.get("repeats") else (1, 1, 1, 1, 1, 1, 1, 2))
        item["answer"] = [_value(chance, asked) for _ in range(count)]
        if inner:
            (item["answer"][0] if chance.random() < 0.9 else item)["item"] = inner
    elif inner:
        item["item"] = inner
    return item


def _value(chance: Random, asked: Node) -> Node:
    kind = asked["type"] if asked["type"] in VALUES and chance.random() < 0.92 else chance.choice(list(VALUES))
    name, values = VALUES[kind]
    if kind == "open-choice" and chance.random() < 0.3:
        return {"valueString": "something else"}
    return {f"value{name}": copy.deepcopy(chance.choice(values))}


def _all(items: list[Node]) -> Iterator[list[Node]]:
    yield items
    for each in items:
        for answer in (each, *each.get("answer", ())):
            if answer.get("item"):
                yield from _all(answer["item"])


def _swapped(chance: Random, items: list[Node]) -> None:
    """Items in another order."""
    chance.choice(list(_all(items))).reverse()


def _moved(chance: Random, items: list[Node]) -> None:
    """An item at the top that belongs within another."""
    inner = [each for each in _all(items) if each is not items]
    if inner:
        items.append(chance.choice(inner).pop())


def _unknown(chance: Random, items: list[Node]) -> None:
    """An item that the questionnaire does not know."""
    chance.choice(list(_all(items))).append({"linkId": "nowhere", "answer": [{"valueBoolean": True}]})


def _again(chance: Random, items: list[Node]) -> None:
    """An item twice."""
    place = chance.choice([each for each in _all(items) if each])
    place.append(copy.deepcopy(place[0]))
