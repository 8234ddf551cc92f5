"""Answers <-> QuestionnaireResponse (http://hl7.org/fhir/R4/questionnaireresponse.html)."""

import json
from decimal import Decimal, InvalidOperation
from typing import Any

from fhircheck.assess.answers import MOST_INSTANCES, Answers, Sheet, Value, pruned
from fhircheck.assess.form import CANONICAL, Form, Group, Question
from fhircheck.fhirpath.temporal import parse_temporal
from fhircheck.model.errors import SourceUnusable, UsageError

Json = dict[str, Any]
_VALUES = {"integer": "valueInteger", "decimal": "valueDecimal", "date": "valueDate", "string": "valueString"}


def response_of(form: Form, answers: Answers, status: str, authored: str) -> Json:
    """The QuestionnaireResponse of what is answered; questions left open on purpose are items without answer.

    Texts are those of the Questionnaire, in its language, whatever language the questions were shown in.
    """
    counted = pruned(form, answers)
    items = [
        {"linkId": group.link, "text": group.texts[0], "item": made}
        for group in form.groups
        for sheet in counted.sheets(group)
        if (made := [_item(each, sheet) for each in group.questions if each.link in sheet])
    ]
    head: Json = {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": f"{form.url}|{form.version}",
        "status": status,
        "authored": authored,
    }
    return head | ({"item": items} if items else {})


def _item(question: Question, sheet: Sheet) -> Json:
    made: Json = {"linkId": question.link, "text": question.texts[0]}
    answers = [_answer(question, value) for value in sheet[question.link]]
    if answers and sheet.get(question.evidence):
        shown = [{"valueString": str(each)} for each in sheet[question.evidence]]
        answers[0]["item"] = [{"linkId": question.evidence, "answer": shown}]
    return made | ({"answer": answers} if answers else {})


def _answer(question: Question, value: Value) -> Json:
    option = question.option(str(value)) if question.kind == "choice" else None
    if option is not None:
        return {"valueCoding": {"system": option.system, "code": option.full, "display": option.texts[0]}}
    return {_VALUES[question.kind]: value}


def response_text(response: Json) -> str:
    """The resource as JSON; numbers stay as they were written."""
    return json.dumps(response, ensure_ascii=False, indent=1, default=_number) + "\n"


def _number(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(type(value).__name__)


def read_response(path: str) -> Json:
    """The QuestionnaireResponse in a file, JSON or XML.

    Raises SourceUnusable, and UsageError where it holds none or answers another form.
    """
    from fhircheck.sources import ReadOptions, open_sources
    from fhircheck.transport.json_reader import read_records

    found: Any = None
    for chunk in open_sources((path,), ReadOptions(offline=True)):
        for piece in chunk:
            for record in read_records(piece):
                if record.node is None:
                    raise SourceUnusable(f"{path}: no resource that can be read (`fhircheck validate` says why)")
                if found is not None:
                    raise UsageError(f"{path}: holds more than one resource")
                found = record.node
    return checked(found, path)


def checked(node: Any, path: str) -> Json:
    """`node` if it is a response to our Questionnaire. Raises UsageError."""
    if not isinstance(node, dict) or node.get("resourceType") != "QuestionnaireResponse":
        raise UsageError(f"{path}: is no QuestionnaireResponse")
    named = str(node.get("questionnaire", ""))
    if named.partition("|")[0] != CANONICAL:
        raise UsageError(f"{path}: answers another Questionnaire than {CANONICAL}")
    return node


def answers_of(form: Form, response: Json) -> Answers:
    """The answers of a response; what does not fit its question is left out (the validator tells of it)."""
    found = Answers()
    for item in _items(response):
        group = next((each for each in form.groups if each.link == item.get("linkId")), None)
        if group is not None:
            _read_group(group, item, found)
    return found


def _read_group(group: Group, item: Json, found: Answers) -> None:
    kept = found.sheets(group)
    if group.repeats and len(kept) >= MOST_INSTANCES:
        raise UsageError(f"more than {MOST_INSTANCES} instances of {group.link}")
    sheet: Sheet = {} if group.repeats else found.single
    questions = {each.link: each for each in group.questions}
    for inner in _items(item):
        question = questions.get(str(inner.get("linkId")))
        if question is not None:
            _read_item(question, inner, sheet)
    if group.repeats and sheet.get(group.first.link):
        kept.append(sheet)


def _read_item(question: Question, item: Json, sheet: Sheet) -> None:
    given = [each for each in _list(item, "answer") if isinstance(each, dict)]
    values = [value for each in given if (value := _value(question, each)) is not None]
    sheet[question.link] = tuple(dict.fromkeys(values if question.many else values[:1]))
    shown = [
        text
        for each in given
        for inner in _items(each)
        if inner.get("linkId") == question.evidence
        for answer in _list(inner, "answer")
        if isinstance(answer, dict) and isinstance(text := answer.get("valueString"), str)
    ]
    if shown and question.evidence:
        sheet[question.evidence] = (shown[0][: question.longest],)


def _value(question: Question, answer: Json) -> Value | None:
    """The value of one answer, None where it is none of this question's."""
    if question.kind == "choice":
        coding = answer.get("valueCoding")
        system, full = (coding.get("system"), coding.get("code")) if isinstance(coding, dict) else (None, None)
        same = (each for each in question.options if each.full == full and each.system == system)
        return next((each.code for each in same), None)
    value = answer.get(_VALUES[question.kind])
    if question.kind in ("integer", "decimal"):
        return number(question, value)
    if question.kind == "date":
        return day(value)
    return value[: question.longest] if isinstance(value, str) and value else None


def day(value: object) -> str | None:
    """A date as FHIR writes it (2026, 2026-05 or 2026-05-31), None where it is none."""
    found = parse_temporal(value) if isinstance(value, str) else None
    return value if isinstance(value, str) and found is not None and found.type == "System.Date" else None


def number(question: Question, value: object) -> int | Decimal | None:
    """A number within the question's bounds, None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    try:
        found = Decimal(value)
    except InvalidOperation:
        return None
    if not found.is_finite() or (question.kind == "integer" and found != found.to_integral_value()):
        return None
    if (question.least is not None and found < question.least) or (question.most is not None and found > question.most):
        return None
    return int(found) if question.kind == "integer" else found


def _items(node: Json) -> list[Json]:
    return [each for each in _list(node, "item") if isinstance(each, dict)]


def _list(node: Json, name: str) -> list[Any]:
    found = node.get(name)
    return found if isinstance(found, list) else []
