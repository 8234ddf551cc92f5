"""Is a question asked at all? enableWhen, enableBehavior and the extensions that hold an expression.

http://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item.enableWhen. The answers that count
are those below the innermost response item that holds both questions. Three answers: True, False, None.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from fhircheck.assertions.min_max_value import compare
from fhircheck.validate.lenient import Node, Typed, extensions, number, objects, text, typed
from fhircheck.validate.questionnaire.form import Condition, Form, Question
from fhircheck.validate.questionnaire.moments import begins, clock

EXPRESSION = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-enableWhenExpression"
PLAIN_EXPRESSION = "http://phr.kanta.fi/StructureDefinition/fiphr-ext-questionnaire-enablewhen"
NUMBERS = frozenset({"decimal", "integer"})
DATES = frozenset({"date", "dateTime"})
TEXTS = frozenset({"string", "uri", "url", "code", "markdown"})
ORDERS: dict[str, Callable[[int], bool]] = {
    "=": lambda order: order == 0,
    "!=": lambda order: order != 0,
    ">": lambda order: order > 0,
    "<": lambda order: order < 0,
    ">=": lambda order: order >= 0,
    "<=": lambda order: order <= 0,
}

Evaluate = Callable[[str], bool | None]


class Step(NamedTuple):
    """A response item on the way to the one being checked, with its question."""

    question: Question
    item: Node


Chain = tuple[Step, ...]


class Enabling:
    """Says for one response which questions are enabled. evaluate: a FHIRPath expression over the response."""

    def __init__(self, form: Form, response: Node, evaluate: Evaluate) -> None:
        self._evaluate = evaluate
        self._expressions: dict[str, bool | None] = {}
        self._answers: dict[tuple[int, str], list[Node]] = {}
        self._watched = form.watched
        if form.watched:
            self._collect(response, (0,))

    def enabled(self, question: Question, chain: Chain) -> bool | None:
        """Whether `question` is asked below the response items of `chain`; None where that cannot be told."""
        expression = _expression(question.node)
        if expression is not None:
            if expression not in self._expressions:
                self._expressions[expression] = self._evaluate(expression)
            return self._expressions[expression]
        if not question.conditions:
            return True
        met = [self._met(each, chain) for each in question.conditions]
        behavior = "all" if len(met) == 1 else text(question.node, "enableBehavior")
        if behavior == "any":
            return True if True in met else None if None in met else False
        if behavior == "all":
            return False if False in met else None if None in met else True
        return met[0] if len(set(met)) == 1 else None

    def _collect(self, holder: Node, above: tuple[int, ...]) -> None:
        for item in objects(holder, "item"):
            inside = (*above, id(item))
            answers = objects(item, "answer")
            link = text(item, "linkId")
            if link in self._watched:
                for each in inside:
                    self._answers.setdefault((each, link), []).extend(answer for answer in answers if answer)
            for answer in answers:
                self._collect(answer, inside)
            self._collect(item, inside)

    def _met(self, condition: Condition, chain: Chain) -> bool | None:
        if condition.target is None:
            return None
        place = 0
        if condition.shared is not None:
            found = [step.item for step in chain if step.question is condition.shared]
            if not found:
                return None
            place = id(found[-1])
        return holds(condition.node, self._answers.get((place, condition.target.link_id), []))


def _expression(node: Node) -> str | None:
    """The expression that says whether an item is enabled; empty where it is not FHIRPath."""
    for each in extensions(node, PLAIN_EXPRESSION):
        return each.value if each.value.__class__ is str else ""
    for each in extensions(node, EXPRESSION):
        return text(each.value, "expression") if text(each.value, "language") == "text/fhirpath" else ""
    return None


def holds(condition: Node, answers: list[Node]) -> bool | None:
    """Whether one enableWhen is true of `answers` (objects of QuestionnaireResponse.item.answer).

    ``!=`` is told only where all answers agree: the specification asks that no answer is equal, the
    reference that one is different, and that there is an answer at all.
    """
    operator, expected = text(condition, "operator"), typed(condition, "answer")
    if expected is None:
        return None
    if operator == "exists":
        return bool(answers) is expected.value if expected.value.__class__ is bool else None
    if operator not in ORDERS:
        return None
    each = [compared(typed(answer), expected, operator) for answer in answers]
    if operator == "!=":
        return each[0] if each and len(set(each)) == 1 else None
    return True if True in each else None if None in each else False


def compared(actual: Typed | None, expected: Typed, operator: str) -> bool | None:
    """Whether `actual` stands to `expected` as `operator` says; None where that cannot be told."""
    if actual is None or actual.value is None or expected.value is None:
        return None
    if actual.type == expected.type == "Coding":
        return _coding(actual.value, expected.value, operator)
    kinds = {actual.type, expected.type}
    if len(kinds) > 1 and not any(kinds <= alike for alike in (NUMBERS, DATES, TEXTS)):
        return {"=": False, "!=": True}.get(operator)
    order = _order(actual.type, actual.value, expected.value)
    if order is None and kinds == {"Quantity"} and _has_number(actual.value) and _has_number(expected.value):
        return {"=": False, "!=": True}.get(operator)  # of units that do not go together
    if order is None:
        return None
    if actual.type in ("boolean", "Reference", "Attachment") and operator not in ("=", "!="):
        return None
    return ORDERS[operator](order)


def _order(kind: str, actual: Any, expected: Any) -> int | None:
    left: Any
    right: Any
    if kind == "Quantity":
        if any(text(actual, name) != text(expected, name) for name in ("system", "code")):
            return compare(actual, expected)
        left, right = number(actual.get("value")), number(expected.get("value"))
    elif kind in NUMBERS:
        left, right = number(actual), number(expected)
    elif kind in DATES:
        left, right = begins(actual), begins(expected)
    elif kind == "time":
        left, right = clock(actual), clock(expected)
    elif kind == "Reference":
        left, right = text(actual, "reference") or None, text(expected, "reference") or None
    elif kind in TEXTS or kind == "boolean":
        left, right = actual, expected
    else:
        return None
    if left is None or right is None or left.__class__ is not right.__class__:
        return None
    return int(left > right) - int(left < right)


def _has_number(quantity: Any) -> bool:
    return quantity.__class__ is dict and number(quantity.get("value")) is not None


def _coding(actual: Any, expected: Any, operator: str) -> bool | None:
    if operator not in ("=", "!="):
        return None
    system = text(expected, "system")
    equal = text(actual, "code") == text(expected, "code") and system in ("", text(actual, "system"))
    return equal is (operator == "=")
