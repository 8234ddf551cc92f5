"""A QuestionnaireResponse against the Questionnaire that it names."""

from fhircheck.model.issue import IssueKind
from fhircheck.model.path import child, shown_term
from fhircheck.validate.lenient import Node, member, text
from fhircheck.validate.questionnaire import (
    answer_attachment,
    answer_check,
    answer_limits,
    answer_options,
    answer_quantity,
    answer_reference,
    answer_type,
    answer_value_set,
    item_kinds,
)
from fhircheck.validate.questionnaire.enabling import Enabling
from fhircheck.validate.questionnaire.form import Form
from fhircheck.validate.questionnaire.form_lookup import FormLookup
from fhircheck.validate.questionnaire.item_walk import ItemWalk
from fhircheck.validate.questionnaire.moments import begins
from fhircheck.validate.rules.rule import Subject

CLAUSE = "http://hl7.org/fhir/R4/questionnaireresponse-definitions.html#QuestionnaireResponse.questionnaire"
MISSING = "questionnaire-missing"
EXPRESSION = "enable-when-expression"

NOT_NAMED = IssueKind(
    name="response-without-questionnaire",
    severity="information",
    code="required",
    summary="A QuestionnaireResponse does not name its Questionnaire.",
    why="Whether the answers fit the questions could not be checked.",
    clause=CLAUSE,
    fix="State the canonical URL and version of the Questionnaire.",
    english="No questionnaire is named: the answers were not checked",
    german="Kein Fragebogen ist genannt: die Antworten wurden nicht geprüft",
    failing='{"resourceType": "QuestionnaireResponse", "status": "completed"}',
    passing='{"resourceType": "QuestionnaireResponse", "status": "completed",'
    ' "questionnaire": "http://example.org/Questionnaire/smoking|1.0"}',
)
UNKNOWN = IssueKind(
    name="response-questionnaire-unknown",
    severity="warning",
    code="not-found",
    summary="The Questionnaire that a response names is not known.",
    why="Whether the answers fit the questions could not be checked.",
    clause=CLAUSE,
    fix="Load the Questionnaire with --package or --profile.",
    english="Questionnaire {questionnaire} is not known: the answers were not checked",
    german="Fragebogen {questionnaire} ist nicht bekannt: die Antworten wurden nicht geprüft",
    failing='{"resourceType": "QuestionnaireResponse", "questionnaire": "http://example.org/Questionnaire/none"}',
    passing='{"resourceType": "QuestionnaireResponse", "questionnaire": "http://example.org/Questionnaire/smoking"}',
)
OUTSIDE_PERIOD = IssueKind(
    name="response-outside-period",
    severity="warning",
    code="business-rule",
    summary="A response was written before or after the time in which its Questionnaire was to be used.",
    why="Its questions may have been replaced.",
    clause="http://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.effectivePeriod",
    fix="Use the version of the Questionnaire that is in force.",
    english="Authored {side} of the period of the questionnaire ({bound})",
    german="Erstellt {side} des Zeitraums des Fragebogens ({bound})",
    failing='{"resourceType": "QuestionnaireResponse", "authored": "2021-12-12"}',
    passing='{"resourceType": "QuestionnaireResponse", "authored": "2021-12-11"}',
)


class QuestionnaireResponseRule:
    """Answers fit their questions."""

    name = "questionnaire-response"
    summary = "The items and answers of a QuestionnaireResponse are those that its Questionnaire asks for."
    clause = "http://hl7.org/fhir/R4/questionnaireresponse.html"
    types: frozenset[str] | None = frozenset({"QuestionnaireResponse"})
    kinds: tuple[IssueKind, ...] = (
        NOT_NAMED,
        UNKNOWN,
        OUTSIDE_PERIOD,
        *item_kinds.KINDS,
        *answer_check.KINDS,
        *answer_type.KINDS,
        *answer_limits.KINDS,
        *answer_options.KINDS,
        *answer_value_set.KINDS,
        *answer_quantity.KINDS,
        *answer_attachment.KINDS,
        *answer_reference.KINDS,
    )

    def __init__(self) -> None:
        self._forms = FormLookup()

    def check(self, subject: Subject) -> None:
        """Check one response; one without a known questionnaire is said to be unchecked."""
        node, findings, around = subject.node, subject.findings, subject.around
        canonical = text(node, "questionnaire")
        form = self._forms.form(node, subject.scope.root, around)
        if form is None:
            kind = UNKNOWN if canonical else NOT_NAMED
            findings.add(kind, subject.expression, "QuestionnaireResponse", questionnaire=shown_term(canonical))
            around.undecided(MISSING, shown_term(canonical))
            return
        _period(subject, form)
        enabling = Enabling(form, node, lambda expression: _evaluated(subject, expression))
        answers = answer_check.AnswerCheck(form, around, findings)
        walk = ItemWalk(form, node, findings, enabling, answers)
        walk.level(form.top, node, subject.expression, subject.expression, ())


def _evaluated(subject: Subject, expression: str) -> bool | None:
    """What an enableWhenExpression gives for the response; None where it cannot be evaluated."""
    from fhircheck.assertions.invariant_evaluation import environment_of
    from fhircheck.fhirpath import CannotTell, FhirPathError, compile_expression

    name = "QuestionnaireResponse"
    try:
        compiled = compile_expression(expression, name, subject.around.types)
        return compiled.truth(subject.node, name, environment_of(subject.around))
    except (CannotTell, FhirPathError):
        subject.around.undecided(EXPRESSION, shown_term(text(subject.node, "questionnaire")))
        return None


def _period(subject: Subject, form: Form) -> None:
    period: Node = member(form.node, "effectivePeriod")
    authored = begins(text(subject.node, "authored"))
    start, end = begins(text(period, "start")), begins(text(period, "end"))
    place = child(subject.expression, "authored")
    if authored and end and authored > end:
        _outside(subject, place, "after the end", text(period, "end"))
    if authored and start and authored < start:
        _outside(subject, place, "before the start", text(period, "start"))


def _outside(subject: Subject, place: str, side: str, bound: str) -> None:
    subject.findings.add(OUTSIDE_PERIOD, place, "QuestionnaireResponse.authored", side=side, bound=bound)
