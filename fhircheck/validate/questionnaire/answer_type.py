"""The type of an answer follows from the type of its question (Questionnaire.item.type)."""

from fhircheck.model.issue import IssueKind
from fhircheck.validate.lenient import Typed, objects, typed
from fhircheck.validate.questionnaire.answered import Answered
from fhircheck.validate.questionnaire.form import CODED, Question

KIND = IssueKind(
    name="response-answer-type",
    severity="error",
    code="invariant",
    summary="An answer is of another type than its question asks for.",
    why="Software that evaluates the response looks for the answer in the type of the question.",
    clause="http://hl7.org/fhir/R4/questionnaireresponse-definitions.html#QuestionnaireResponse.item.answer.value_x_",
    fix="Give the answer as the type of the question.",
    english="The answer is a {type}, question '{link}' asks for {expected}",
    german="Die Antwort ist vom Typ {type}, Frage '{link}' erwartet {expected}",
    failing='{"linkId": "smokes", "answer": [{"valueString": "yes"}]}',
    passing='{"linkId": "smokes", "answer": [{"valueBoolean": true}]}',
)
KINDS = (KIND,)
OPTION_TYPES = ("Coding", "date", "time", "integer", "string")
EXPECTED: dict[str, tuple[str, ...]] = {
    "boolean": ("boolean",),
    "decimal": ("decimal",),
    "integer": ("integer",),
    "date": ("date",),
    "dateTime": ("dateTime",),
    "time": ("time",),
    "string": ("string",),
    "text": ("string",),
    "url": ("uri",),
    "attachment": ("Attachment",),
    "reference": ("Reference",),
    "quantity": ("Quantity",),
    "choice": OPTION_TYPES,
    "open-choice": OPTION_TYPES,
}
ANSWER_TYPES = frozenset(each for types in EXPECTED.values() for each in types)
"""What QuestionnaireResponse.item.answer.value may be at all; anything else is refused where the element is checked."""


def expected_types(question: Question) -> tuple[str, ...]:
    """Types an answer may have; a choice may be a Reference where an option is one."""
    found = EXPECTED.get(question.type, ())
    if question.type in CODED and any(_is_reference(typed(each)) for each in objects(question.node, "answerOption")):
        return (*found, "Reference")
    return found


def _is_reference(option: Typed | None) -> bool:
    return option is not None and option.type == "Reference"


def has_type(answered: Answered) -> bool:
    """Whether the answer is of a type that its question allows; reports where it is not."""
    expected = expected_types(answered.question)
    kind = answered.value.type
    if kind in expected:
        return True
    if expected and kind in ANSWER_TYPES:
        answered.spot.add(KIND, type=kind, link=answered.question.link_id, expected=", ".join(expected))
    return False
