"""What can be wrong with the items of a response: their order, place and number, and whether they are asked."""

from fhircheck.model.issue import IssueKind

CLAUSE = "http://hl7.org/fhir/R4/questionnaireresponse.html#link"
NESTING = "http://hl7.org/fhir/R4/questionnaireresponse.html#nesting"
ITEM = "http://hl7.org/fhir/R4/questionnaireresponse-definitions.html#QuestionnaireResponse.item"
QUESTION = "http://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item"
_FIX_BOTH = "Fill the response from the same version of the questionnaire that it names."

NO_LINK = IssueKind(
    name="response-item-without-link",
    severity="error",
    code="required",
    summary="An item of a QuestionnaireResponse has no linkId.",
    why="Without it nobody can say which question was answered.",
    clause=f"{ITEM}.linkId",
    fix="Give the item the linkId of its question.",
    english="Item without linkId: it cannot be checked",
    german="Item ohne linkId: es kann nicht geprüft werden",
    failing='{"item": [{"answer": [{"valueString": "no"}]}]}',
    passing='{"item": [{"linkId": "1", "answer": [{"valueString": "no"}]}]}',
)
UNKNOWN = IssueKind(
    name="response-item-unknown",
    severity="error",
    code="not-found",
    summary="The questionnaire has no item with this linkId.",
    why="An answer without its question has no meaning.",
    clause=CLAUSE,
    fix=_FIX_BOTH,
    english="The questionnaire has no item with linkId '{link}'",
    german="Der Fragebogen hat kein Item mit linkId '{link}'",
    failing='{"item": [{"linkId": "9"}]}',
    passing='{"item": [{"linkId": "1"}]}',
)
MISPLACED = IssueKind(
    name="response-item-misplaced",
    severity="error",
    code="structure",
    summary="An item stands at another level than its question does in the questionnaire.",
    why="Which group or answer it belongs to is part of its meaning.",
    clause=NESTING,
    fix="Nest the items as the questionnaire does.",
    english="Item '{link}' is at another level than in the questionnaire",
    german="Item '{link}' steht auf einer anderen Ebene als im Fragebogen",
    failing='{"item": [{"linkId": "1.1"}]}',
    passing='{"item": [{"linkId": "1", "item": [{"linkId": "1.1"}]}]}',
)
ORDER = IssueKind(
    name="response-item-order",
    severity="error",
    code="structure",
    summary="Items are in another order than their questions.",
    why="Items of a response keep the order of the questionnaire; software shows and compares them by it.",
    clause=ITEM,
    fix="Put the items in the order of the questionnaire.",
    english="Item '{link}' comes after an item that follows it in the questionnaire",
    german="Item '{link}' steht nach einem Item, das im Fragebogen auf es folgt",
    failing='{"item": [{"linkId": "2"}, {"linkId": "1"}]}',
    passing='{"item": [{"linkId": "1"}, {"linkId": "2"}]}',
)
REPEATED = IssueKind(
    name="response-item-repeated",
    severity="error",
    code="invalid",
    summary="An item is there more than once, though its question does not repeat.",
    why="Which one counts cannot be told.",
    clause=f"{QUESTION}.repeats",
    fix="Keep one item; where several are meant, the questionnaire has to say so with repeats.",
    english="{count} items with linkId '{link}', one is allowed",
    german="{count} Items mit linkId '{link}', eines ist erlaubt",
    failing='{"item": [{"linkId": "1"}, {"linkId": "1"}]}',
    passing='{"item": [{"linkId": "1"}]}',
)
TEXT = IssueKind(
    name="response-item-text",
    severity="error",
    code="invalid",
    summary="The text of an item is not the text of its question.",
    why="Who reads the response reads another question than the one that was asked.",
    clause=f"{ITEM}.text",
    fix="Copy the text from the questionnaire, or leave it out.",
    english="The text differs from that of the question '{link}'",
    german="Der Text weicht von dem der Frage '{link}' ab",
    failing='{"linkId": "1", "text": "Other question?"}',
    passing='{"linkId": "1", "text": "Do you smoke?"}',
)
NOT_ENABLED = IssueKind(
    name="response-item-not-enabled",
    severity="error",
    code="invalid",
    summary="A question is answered that the other answers have switched off.",
    why="It was not to be asked; the answer contradicts the others.",
    clause=f"{QUESTION}.enableWhen",
    fix="Remove the answer, or correct the answer that it depends on.",
    english="Item '{link}' has content, though it is not enabled",
    german="Item '{link}' hat Inhalt, obwohl es nicht aktiv ist",
    failing='{"item": [{"linkId": "smokes", "answer": [{"valueBoolean": false}]},'
    ' {"linkId": "how-many", "answer": [{"valueInteger": 20}]}]}',
    passing='{"item": [{"linkId": "smokes", "answer": [{"valueBoolean": false}]}]}',
)
MISSING = IssueKind(
    name="response-answer-missing",
    severity="error",
    code="required",
    summary="A required question has no answer, though the response is completed.",
    why="Who asked made the answer a condition of completeness.",
    clause=f"{QUESTION}.required",
    fix="Ask for the answer, or leave the status at in-progress.",
    english="Required question '{link}' has no answer",
    german="Pflichtfrage '{link}' ist nicht beantwortet",
    failing='{"status": "completed", "item": [{"linkId": "1"}]}',
    passing='{"status": "completed", "item": [{"linkId": "1", "answer": [{"valueBoolean": true}]}]}',
)
OPEN = IssueKind(
    name="response-answer-open",
    severity="warning",
    code="required",
    summary="A required question has no answer yet; the response is not completed.",
    why="The response cannot be completed before.",
    clause=f"{QUESTION}.required",
    fix="Answer the question before the status is set to completed.",
    english="Required question '{link}' has no answer yet",
    german="Pflichtfrage '{link}' ist noch nicht beantwortet",
    failing='{"status": "in-progress", "item": [{"linkId": "1"}]}',
    passing='{"status": "in-progress", "item": [{"linkId": "1", "answer": [{"valueBoolean": true}]}]}',
)
GROUP_EMPTY = IssueKind(
    name="response-group-empty",
    severity="error",
    code="invariant",
    summary="A required group is there without any item.",
    why="A required group needs at least one of its questions.",
    clause=f"{QUESTION}.required",
    fix="Answer the questions of the group.",
    english="Required group '{link}' has no items",
    german="Pflichtgruppe '{link}' hat keine Items",
    failing='{"item": [{"linkId": "group"}]}',
    passing='{"item": [{"linkId": "group", "item": [{"linkId": "1"}]}]}',
)
GROUP_ANSWERED = IssueKind(
    name="response-group-answered",
    severity="error",
    code="structure",
    summary="A group (or an abstract question) has an answer.",
    why="A group asks nothing; its items stand directly below it.",
    clause=NESTING,
    fix="Move the items out of the answer, directly into the item of the group.",
    english="Item '{link}' is a {type}: it cannot have answers",
    german="Item '{link}' ist vom Typ {type}: es kann keine Antworten haben",
    failing='{"linkId": "group", "answer": [{"valueString": "x"}]}',
    passing='{"linkId": "group", "item": [{"linkId": "1"}]}',
)
DISPLAY_ANSWERED = IssueKind(
    name="response-display-answered",
    severity="error",
    code="structure",
    summary="An item that only shows text has an answer or further items.",
    why="Nothing was asked there.",
    clause=NESTING,
    fix="Remove what stands below the display item.",
    english="Item '{link}' only shows text: it cannot have {what}",
    german="Item '{link}' zeigt nur Text: {what} ist dort nicht erlaubt",
    failing='{"linkId": "hint", "answer": [{"valueString": "x"}]}',
    passing='{"linkId": "hint"}',
)
OUTSIDE_ANSWER = IssueKind(
    name="response-item-outside-answer",
    severity="error",
    code="structure",
    summary="Items stand below a question, not below its answer.",
    why="Items that belong to a question are nested in answer.item; item.item is for groups.",
    clause=NESTING,
    fix="Move them to answer.item.",
    english="Items below the question '{link}' have to stand in its answer",
    german="Items unter der Frage '{link}' müssen in deren Antwort stehen",
    failing='{"linkId": "1", "item": [{"linkId": "1.1"}]}',
    passing='{"linkId": "1", "answer": [{"valueBoolean": true, "item": [{"linkId": "1.1"}]}]}',
)
NO_TYPE = IssueKind(
    name="response-question-without-type",
    severity="error",
    code="required",
    summary="The questionnaire does not say of which type the answer is to be.",
    why="The answer cannot be checked.",
    clause=f"{QUESTION}.type",
    fix="Correct the questionnaire.",
    english="Question '{link}' has no known type in the questionnaire",
    german="Frage '{link}' hat im Fragebogen keinen bekannten Typ",
    failing='{"linkId": "1"}',
    passing='{"linkId": "1", "type": "string"}',
)
KINDS = (
    NO_LINK,
    UNKNOWN,
    MISPLACED,
    ORDER,
    REPEATED,
    TEXT,
    NOT_ENABLED,
    MISSING,
    OPEN,
    GROUP_EMPTY,
    GROUP_ANSWERED,
    DISPLAY_ANSWERED,
    OUTSIDE_ANSWER,
    NO_TYPE,
)
