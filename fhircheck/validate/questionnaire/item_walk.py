"""The items of one response beside the questions of its form, level by level."""

from collections.abc import Callable, Iterable
from typing import Any

from fhircheck.assertions.assertion import Findings
from fhircheck.model.issue import IssueKind
from fhircheck.model.path import child, item
from fhircheck.validate.lenient import Node, numbered, objects, text
from fhircheck.validate.questionnaire import item_kinds as kinds
from fhircheck.validate.questionnaire.enabling import Chain, Enabling, Step
from fhircheck.validate.questionnaire.form import Form, Question, Questions

DEFINITION = "QuestionnaireResponse.item"
COMPLETE = ("completed", "amended")
TYPES = frozenset(
    {"boolean", "decimal", "integer", "date", "dateTime", "time", "string", "text", "url", "choice", "open-choice"}
    | {"attachment", "reference", "quantity", "group", "question", "display"}
)

CheckAnswers = Callable[[Question, list[tuple[str, Node]], str], None]
"""(question, [(expression, answer)], expression of the item): checks the answers of one item."""


class ItemWalk:
    """Checks where items stand, how many there are and whether they are asked; hands answers on to `answers`."""

    def __init__(
        self, form: Form, response: Node, findings: Findings, enabling: Enabling, answers: CheckAnswers
    ) -> None:
        self._form = form
        self._findings = findings
        self._enabling = enabling
        self._answers = answers
        self._complete = response.get("status") in COMPLETE

    def level(self, questions: Questions, holder: Node, expression: str, owner: str, chain: Chain) -> None:
        """Check the items of `holder`. owner: expression of the item (or response) that they belong to."""
        by_link = self._sorted(questions, holder, expression, owner, chain)
        for question in questions.all:
            found = by_link.get(question.link_id, [])
            enabled = self._enabling.enabled(question, chain)
            if not found and enabled and question.required:
                self._missing(question, owner)
            if enabled is False:
                self._switched_off(question, found)
            if len(found) > 1 and not question.repeats:
                self._add(kinds.REPEATED, owner, link=question.link_id, count=len(found))
            for place, node in found:
                self._item(question, node, place, chain)

    def _sorted(
        self, questions: Questions, holder: Node, expression: str, owner: str, chain: Chain
    ) -> dict[str, list[tuple[str, Node]]]:
        """The items of this level by linkId; reports those that do not belong here or not in this order."""
        by_link: dict[str, list[tuple[str, Node]]] = {}
        last = -1
        for index, node in numbered(holder, "item"):
            place = item(child(expression, "item"), index)
            link = text(node, "linkId")
            if not link.strip():
                self._add(kinds.NO_LINK, owner)
                continue
            position = questions.position.get(link)
            if position is None:
                self._stray(node, link, place, owner, chain)
                continue
            if position < last:
                self._add(kinds.ORDER, owner, link=link)
            last = position
            by_link.setdefault(link, []).append((place, node))
        return by_link

    def _stray(self, node: Node, link: str, place: str, owner: str, chain: Chain) -> None:
        question = self._form.by_link.get(link)
        if question is None:
            self._add(kinds.UNKNOWN, owner, link=shown_link(link))
            return
        self._add(kinds.MISPLACED, owner, link=link)
        self._item(question, node, place, chain)

    def _item(self, question: Question, node: Node, place: str, chain: Chain) -> None:
        """One response item against its question."""
        inside = (*chain, Step(question, node))
        answers = [(item(child(place, "answer"), index), answer) for index, answer in numbered(node, "answer")]
        asked = text(node, "text")
        if asked and asked != question.node.get("text"):
            self._add(kinds.TEXT, place, link=question.link_id)
        if not answers and question.required and not question.group and self._enabling.enabled(question, inside):
            self._missing(question, place)
        self._answers(question, answers, place)
        if question.group:
            self._group(question, node, answers, place, inside)
            return
        self._below_question(question, node, len(answers), place)
        for answer_place, answer in answers:
            self.level(question.inner, answer, answer_place, place, inside)

    def _group(self, question: Question, node: Node, answers: Iterable[object], place: str, inside: Chain) -> None:
        for _ in answers:
            self._add(kinds.GROUP_ANSWERED, place, link=question.link_id, type=question.type)
        if question.required and not objects(node, "item"):
            self._add(kinds.GROUP_EMPTY, place, link=question.link_id)
        self.level(question.inner, node, place, place, inside)

    def _below_question(self, question: Question, node: Node, answers: int, place: str) -> None:
        has_items = bool(objects(node, "item"))
        if question.type == "display":
            for _ in range(answers):
                self._add(kinds.DISPLAY_ANSWERED, place, link=question.link_id, what="answer")
            if has_items:
                self._add(kinds.DISPLAY_ANSWERED, place, link=question.link_id, what="item")
        elif question.type not in TYPES:
            self._add(kinds.NO_TYPE, place, link=question.link_id)
        elif has_items:
            self._add(kinds.OUTSIDE_ANSWER, place, link=question.link_id)

    def _switched_off(self, question: Question, found: list[tuple[str, Node]]) -> None:
        for place, node in found:
            if "answer" in node or "item" in node:
                self._add(kinds.NOT_ENABLED, place, link=question.link_id)

    def _missing(self, question: Question, place: str) -> None:
        self._add(kinds.MISSING if self._complete else kinds.OPEN, place, link=question.link_id)

    def _add(self, kind: IssueKind, expression: str, **shown: Any) -> None:
        self._findings.add(kind, expression, DEFINITION, **shown)


def shown_link(link: str) -> str:
    """A linkId that no questionnaire vouches for: only what cannot be a sentence."""
    return link if len(link) <= 64 and " " not in link else "(linkId)"
