"""The answers of one item: how many there are, and each against the type of its question."""

from collections.abc import Callable

from fhircheck.assertions.assertion import Findings, Spot, Surroundings
from fhircheck.model.issue import IssueKind
from fhircheck.validate.lenient import Node, extension, typed, whole
from fhircheck.validate.questionnaire.answer_attachment import check_attachment
from fhircheck.validate.questionnaire.answer_limits import check_date, check_number, check_text, check_time
from fhircheck.validate.questionnaire.answer_options import check_choice, check_plain
from fhircheck.validate.questionnaire.answer_quantity import check_quantity
from fhircheck.validate.questionnaire.answer_reference import check_reference
from fhircheck.validate.questionnaire.answer_type import has_type
from fhircheck.validate.questionnaire.answered import Answered
from fhircheck.validate.questionnaire.form import Form, Question

ANSWER = "QuestionnaireResponse.item.answer"
OCCURS = "http://hl7.org/fhir/StructureDefinition/questionnaire-{}Occurs"
ANSWERED_ONCE = frozenset({"group", "question", "display"})

REPEATED = IssueKind(
    name="response-answer-repeated",
    severity="error",
    code="invalid",
    summary="A question that does not repeat has several answers.",
    why="Which one counts cannot be told.",
    clause="http://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item.repeats",
    fix="Keep one answer; where several are meant, the questionnaire has to say so with repeats.",
    english="Question '{link}' has {count} answers, one is allowed",
    german="Frage '{link}' hat {count} Antworten, eine ist erlaubt",
    failing='{"linkId": "1", "answer": [{"valueBoolean": true}, {"valueBoolean": false}]}',
    passing='{"linkId": "1", "answer": [{"valueBoolean": true}]}',
)
COUNT = IssueKind(
    name="response-answer-count",
    severity="error",
    code="invalid",
    summary="A question has fewer or more answers than the questionnaire allows (minOccurs, maxOccurs).",
    why="Who asked set the number with a purpose, such as the three worst complaints.",
    clause="http://hl7.org/fhir/R4/extension-questionnaire-maxoccurs.html",
    fix="Complete or shorten the list of answers.",
    english="Question '{link}' has {count} {count:answer|answers}, the {side} is {limit}",
    german="Frage '{link}' hat {count} {count:Antwort|Antworten}, {side}: {limit}",
    failing='{"linkId": "1", "answer": [{"valueString": "a"}, {"valueString": "b"}]}',
    passing='{"linkId": "1", "answer": [{"valueString": "a"}]}',
)
KINDS = (REPEATED, COUNT)

Check = Callable[[Answered], None]
CHECKS: dict[str, tuple[Check, ...]] = {
    "decimal": (check_number, check_plain),
    "integer": (check_number, check_plain),
    "date": (check_date, check_plain),
    "dateTime": (check_date, check_plain),
    "time": (check_time, check_plain),
    "string": (check_text, check_plain),
    "text": (check_text,),
    "url": (check_text,),
    "attachment": (check_attachment,),
    "reference": (check_reference,),
    "quantity": (check_quantity,),
    "choice": (check_choice,),
    "open-choice": (check_choice,),
}


class AnswerCheck:
    """Checks the answers to one question after the other."""

    def __init__(self, form: Form, around: Surroundings, findings: Findings) -> None:
        self._form = form
        self._around = around
        self._findings = findings

    def __call__(self, question: Question, answers: list[tuple[str, Node]], place: str) -> None:
        """Check `answers` (expression, answer) of the item at `place`."""
        spot = Spot(place, "QuestionnaireResponse.item", self._findings)
        self._count(question, len(answers), spot)
        for expression, answer in answers:
            self._answer(question, answer, Spot(expression, ANSWER, self._findings), len(answers))

    def _count(self, question: Question, count: int, spot: Spot) -> None:
        link = question.link_id
        if count > 1 and not question.repeats:
            spot.add(REPEATED, link=link, count=count)
        least = whole(extension(question.node, OCCURS.format("min")))
        most = whole(extension(question.node, OCCURS.format("max")))
        if question.type in ANSWERED_ONCE:
            return
        if least is not None and count < least:
            spot.add(COUNT, link=link, count=count, side="minimum", limit=least)
        if most is not None and 0 <= most < count:
            spot.add(COUNT, link=link, count=count, side="maximum", limit=most)

    def _answer(self, question: Question, answer: Node, place: Spot, count: int) -> None:
        value = typed(answer)
        if value is None:
            return
        spot = place._replace(expression=f"{place.expression}.value.ofType({value.type})")
        answered = Answered(question, value, place, spot, count, self._form, self._around)
        if not has_type(answered):
            return
        for check in CHECKS.get(question.type, ()):
            check(answered)
