"""An answer is one of those that the question offers: answerOption, answerValueSet, and options that exclude others."""

from typing import Any

from fhircheck.assertions.assertion import Spot
from fhircheck.assertions.bound_value import language_of, shown_code
from fhircheck.model.issue import IssueKind
from fhircheck.terminology.codings import Coded
from fhircheck.validate.lenient import Node, Typed, extension, number, objects, text, typed
from fhircheck.validate.questionnaire.answer_value_set import is_member, members_of
from fhircheck.validate.questionnaire.answered import Answered

EXCLUSIVE_URL = "http://hl7.org/fhir/StructureDefinition/questionnaire-optionExclusive"
_QUESTION = "http://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item"

NOT_OFFERED = IssueKind(
    name="response-answer-not-an-option",
    severity="error",
    code="invariant",
    summary="An answer is none of those that the question offers.",
    why="Who evaluates the response knows the answers of the questionnaire only.",
    clause=f"{_QUESTION}.answerOption",
    fix="Choose one of the options; for free text the question has to be an open-choice.",
    english="The {type} {code} is {count:not the one option|none of the {count} options} of question '{link}'",
    german="{type} {code} ist {count:nicht die eine Option|keine der {count} Optionen} der Frage '{link}'",
    failing='{"valueCoding": {"system": "http://example.org/answers", "code": "other"}}',
    passing='{"valueCoding": {"system": "http://example.org/answers", "code": "one-of-them"}}',
)
NO_OPTION_OF_TYPE = IssueKind(
    name="response-options-of-other-type",
    severity="error",
    code="invariant",
    summary="The question offers answers, but none of the type that was given.",
    why="So the answer can be none of them.",
    clause=f"{_QUESTION}.answerOption",
    fix="Choose one of the options.",
    english="Question '{link}' offers no answer of type {type}",
    german="Frage '{link}' bietet keine Antwort vom Typ {type} an",
    failing='{"valueInteger": 1}',
    passing='{"valueCoding": {"system": "http://example.org/answers", "code": "1"}}',
)
EXCLUSIVE = IssueKind(
    name="response-answer-exclusive",
    severity="error",
    code="invariant",
    summary="An answer that excludes all others is given together with others.",
    why='"None of these" beside one of these is a contradiction.',
    clause="http://hl7.org/fhir/R4/extension-questionnaire-optionexclusive.html",
    fix="Keep either the exclusive answer or the others.",
    english="Answer {code} excludes all others, but there are {count} answers",
    german="Antwort {code} schließt alle anderen aus, es gibt aber {count} Antworten",
    failing='{"answer": [{"valueCoding": {"code": "none"}}, {"valueCoding": {"code": "pain"}}]}',
    passing='{"answer": [{"valueCoding": {"code": "none"}}]}',
)
NOT_IN_VALUE_SET = IssueKind(
    name="response-answer-not-in-value-set",
    severity="error",
    code="code-invalid",
    summary="An answer is not in the value set that the question takes its answers from.",
    why="Who evaluates the response knows the codes of the value set only.",
    clause=f"{_QUESTION}.answerValueSet",
    fix="Choose a code of the value set.",
    english="{code} is not in the value set {valueset}",
    german="{code} ist nicht im ValueSet {valueset}",
    failing='{"valueCoding": {"system": "http://hl7.org/fhir/administrative-gender", "code": "m"}}',
    passing='{"valueCoding": {"system": "http://hl7.org/fhir/administrative-gender", "code": "male"}}',
)
NO_OPTIONS = IssueKind(
    name="response-options-missing",
    severity="information",
    code="invariant",
    summary="The question is a choice, but offers no answers of this kind to check against.",
    why="Any answer passes.",
    clause=f"{_QUESTION}.answerOption",
    fix="Give the question answerOption or answerValueSet.",
    english="Question '{link}' offers no options: the answer was not checked",
    german="Frage '{link}' bietet keine Optionen an: die Antwort wurde nicht geprüft",
    failing='{"linkId": "1", "type": "choice"}',
    passing='{"linkId": "1", "type": "choice", "answerOption": [{"valueString": "yes"}]}',
)
TEXT_IS_OPTION = IssueKind(
    name="response-text-is-an-option",
    severity="warning",
    code="invariant",
    summary="A free text answer says the same as one of the coded options.",
    why="Coded it would be counted with the others.",
    clause=f"{_QUESTION}.answerOption",
    fix="Give the coded option.",
    english="The text is one of the coded options of question '{link}'",
    german="Der Text ist eine der kodierten Optionen der Frage '{link}'",
    failing='{"valueString": "Yes"}',
    passing='{"valueCoding": {"system": "http://terminology.hl7.org/CodeSystem/v2-0136", "code": "Y"}}',
)
KINDS = (NOT_OFFERED, NO_OPTION_OF_TYPE, EXCLUSIVE, NOT_IN_VALUE_SET, NO_OPTIONS, TEXT_IS_OPTION)
NUMBERS = ("integer", "decimal")
DATES = ("date", "dateTime")

Key = tuple[str, Any]


def check_choice(answered: Answered) -> None:
    """The answer to a choice or open-choice."""
    question, kind = answered.question, answered.value.type
    options = objects(question.node, "answerOption")
    value_set = text(question.node, "answerValueSet")
    if options:
        if kind == "string" and question.type == "open-choice":
            _free_text(answered, options)
        else:
            _offered(answered, answered.answer)
            _exclusive(answered)
    elif kind == "Coding" and value_set:
        _coding_in(answered, value_set)
    else:
        answered.answer.add(NO_OPTIONS, link=question.link_id)


def check_plain(answered: Answered) -> None:
    """Options of a question of another type, and the value set of a string."""
    value, value_set = answered.value, text(answered.question.node, "answerValueSet")
    if value_set and value.type == "string" and value.value.__class__ is str:
        members = members_of(answered, value_set)
        if members is not None and is_member(answered, members, Coded(None, value.value)) is False:
            answered.spot.add(NOT_IN_VALUE_SET, value=value.value, code="(value)", valueset=value_set)
    if objects(answered.question.node, "answerOption"):
        _offered(answered, answered.spot)


def _offered(answered: Answered, spot: Spot) -> None:
    value, link = answered.value, answered.question.link_id
    if value.value is None:
        return
    offered = _option_keys(answered, False)
    if option_key(value) in offered:
        return
    alike = [key for key in offered if key[0] == _family(value.type)]
    if not alike:
        spot.add(NO_OPTION_OF_TYPE, link=link, type=value.type)
    else:
        code = shown_code(value.value.get("code")) if value.type == "Coding" and value.value.__class__ is dict else ""
        shown = None if value.value.__class__ is dict else str(value.value)
        spot.add(NOT_OFFERED, value=shown, type=value.type, code=code or "(value)", count=len(alike), link=link)


def _option_keys(answered: Answered, exclusive: bool) -> set[Key]:
    """Keys of the options of a question, or of those that exclude all others; made once a form."""
    key = ("exclusive" if exclusive else "options", answered.question.place)
    if key not in answered.form.cache:
        options = objects(answered.question.node, "answerOption")
        if exclusive:
            options = [each for each in options if extension(each, EXCLUSIVE_URL) is True]
        answered.form.cache[key] = {option_key(each) for each in map(typed, options) if each is not None}
    found: set[Key] = answered.form.cache[key]
    return found


def _family(kind: str) -> str:
    """Types whose values compare with each other go by one name."""
    return "number" if kind in NUMBERS else "date" if kind in DATES else kind


def option_key(option: Typed) -> Key:
    """What makes an answer this option: codings by system and code, references by reference, the rest by value."""
    kind, value = _family(option.type), option.value
    if kind == "Coding":
        return kind, (text(value, "system"), text(value, "code"))
    if kind == "Reference":
        return kind, text(value, "reference")
    if kind == "number":
        return kind, number(value)
    return kind, value if value.__class__ is str else None


def _exclusive(answered: Answered) -> None:
    if answered.answers > 1 and option_key(answered.value) in _option_keys(answered, True):
        code = shown_code(text(answered.value.value, "code") or None)
        answered.answer.add(EXCLUSIVE, code=code, count=answered.answers)


def _free_text(answered: Answered, options: list[Node]) -> None:
    value: Any = answered.value.value
    if value.__class__ is not str:
        return
    wanted = value.casefold()
    codings = [each.value for each in map(typed, options) if each is not None and each.type == "Coding"]
    if any(wanted in (text(each, "display").casefold(), text(each, "code").casefold()) for each in codings):
        answered.answer.add(TEXT_IS_OPTION, link=answered.question.link_id)


def _coding_in(answered: Answered, value_set: str) -> None:
    coding = answered.value.value
    if coding.__class__ is not dict:
        return
    code = text(coding, "code")
    members = members_of(answered, value_set)
    if members is None:
        return
    if not code or is_member(answered, members, _coded(answered, coding)) is False:
        answered.answer.add(NOT_IN_VALUE_SET, code=shown_code(code), valueset=value_set)


def _coded(answered: Answered, coding: Node) -> Coded:
    language = language_of(answered.around) or ""
    return Coded(
        text(coding, "system"), text(coding, "code"), text(coding, "version"), text(coding, "display"), language
    )
