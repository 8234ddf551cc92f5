"""enableWhen of a Questionnaire refers to a question that can be answered before."""

from fhircheck.model.issue import IssueKind
from fhircheck.model.path import child, item, shown_term
from fhircheck.validate.lenient import Node, numbered, objects, text
from fhircheck.validate.rules.rule import Subject

CLAUSE = "http://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item.enableWhen"
DEFINITION = "Questionnaire.item.enableWhen"

NO_QUESTION = IssueKind(
    name="enable-when-without-question",
    severity="error",
    code="business-rule",
    summary="An enableWhen does not say which question it looks at.",
    why="Whether the item is to be asked can never be told.",
    clause=f"{CLAUSE}.question",
    fix="State the linkId of the question.",
    english="enableWhen without question",
    german="enableWhen ohne question",
    failing='{"linkId": "2", "type": "string", "enableWhen": [{"operator": "exists", "answerBoolean": true}]}',
    passing='{"linkId": "2", "type": "string",'
    ' "enableWhen": [{"question": "1", "operator": "exists", "answerBoolean": true}]}',
)
UNKNOWN = IssueKind(
    name="enable-when-unknown-question",
    severity="error",
    code="business-rule",
    summary="An enableWhen looks at a question that the questionnaire does not have.",
    why="The condition can never be met.",
    clause=f"{CLAUSE}.question",
    fix="Correct the linkId.",
    english="enableWhen of '{link}' looks at '{question}', which the questionnaire does not have",
    german="enableWhen von '{link}' verweist auf '{question}', das es im Fragebogen nicht gibt",
    failing='{"linkId": "2", "type": "string", "enableWhen": [{"question": "9", "operator": "exists"}]}',
    passing='{"linkId": "2", "type": "string", "enableWhen": [{"question": "1", "operator": "exists"}]}',
)
INNER = IssueKind(
    name="enable-when-inner-question",
    severity="error",
    code="business-rule",
    summary="An enableWhen looks at a question inside the item that it switches.",
    why="While the item is off its questions cannot be answered, so it can never be switched on.",
    clause=CLAUSE,
    fix="Put the question before the item.",
    english="enableWhen of '{link}' looks at '{question}', which is inside it",
    german="enableWhen von '{link}' verweist auf '{question}', das darin liegt",
    failing='{"linkId": "1", "type": "group", "enableWhen": [{"question": "1.1", "operator": "exists"}],'
    ' "item": [{"linkId": "1.1", "type": "string"}]}',
    passing='{"linkId": "1", "type": "group", "enableWhen": [{"question": "0", "operator": "exists"}]}',
)
ITSELF = IssueKind(
    name="enable-when-itself",
    severity="error",
    code="business-rule",
    summary="An enableWhen looks at its own item.",
    why="While the item is off it cannot be answered, so it can never be switched on.",
    clause=CLAUSE,
    fix="Refer to the question that decides.",
    english="enableWhen of '{link}' looks at the item itself",
    german="enableWhen von '{link}' verweist auf das Item selbst",
    failing='{"linkId": "1", "type": "string", "enableWhen": [{"question": "1", "operator": "exists"}]}',
    passing='{"linkId": "1", "type": "string", "enableWhen": [{"question": "0", "operator": "exists"}]}',
)
AFTER = IssueKind(
    name="enable-when-later-question",
    severity="warning",
    code="business-rule",
    summary="An enableWhen looks at a question that comes later.",
    why="Who fills in the form has passed the item before it is switched on.",
    clause=CLAUSE,
    fix="Put the question before the item.",
    english="enableWhen of '{link}' looks at '{question}', which comes later",
    german="enableWhen von '{link}' verweist auf '{question}', das erst später kommt",
    failing='{"item": [{"linkId": "1", "enableWhen": [{"question": "2"}]}, {"linkId": "2"}]}',
    passing='{"item": [{"linkId": "2"}, {"linkId": "1", "enableWhen": [{"question": "2"}]}]}',
)


class QuestionnaireConditions:
    """Conditions look at questions that are there and come before."""

    name = "questionnaire-conditions"
    summary = "Each enableWhen of a Questionnaire looks at an earlier question outside its own item."
    clause = CLAUSE
    types: frozenset[str] | None = frozenset({"Questionnaire"})
    kinds: tuple[IssueKind, ...] = (NO_QUESTION, UNKNOWN, INNER, ITSELF, AFTER)

    def check(self, subject: Subject) -> None:
        """Check every enableWhen of one Questionnaire."""
        places: dict[str, tuple[int, Node]] = {}
        ends: dict[int, int] = {}
        for place, node, expression in _numbered(subject.node, subject.expression, places, ends):
            for condition in objects(node, "enableWhen"):
                self._condition(subject, condition, places, (place, ends[place], node, expression))

    def _condition(
        self,
        subject: Subject,
        condition: Node,
        places: dict[str, tuple[int, Node]],
        at: tuple[int, int, Node, str],
    ) -> None:
        place, end, node, expression = at
        link, question = shown_term(text(node, "linkId")), text(condition, "question")
        add = subject.findings.add
        if not question:
            add(NO_QUESTION, expression, DEFINITION)
            return
        found = places.get(question)
        if found is None:
            add(UNKNOWN, expression, DEFINITION, link=link, question=shown_term(question))
        elif found[1] is node:
            add(ITSELF, expression, DEFINITION, link=link)
        elif place < found[0] < end:
            add(INNER, expression, DEFINITION, link=link, question=shown_term(question))
        elif found[0] > place:
            add(AFTER, expression, DEFINITION, link=link, question=shown_term(question))


def _numbered(
    holder: Node, expression: str, places: dict[str, tuple[int, Node]], ends: dict[int, int]
) -> list[tuple[int, Node, str]]:
    """(number in reading order, item, expression) of all items below `holder`; fills `places` by linkId and, by
    number, `ends`: the first number after the item and all inside it."""
    found: list[tuple[int, Node, str]] = []

    def read(node: Node, at: str) -> None:
        for index, each in numbered(node, "item"):
            place, expression = len(found), item(child(at, "item"), index)
            found.append((place, each, expression))
            places.setdefault(text(each, "linkId"), (place, each))
            read(each, expression)
            ends[place] = len(found)

    read(holder, expression)
    return found
