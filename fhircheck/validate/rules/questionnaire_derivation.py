"""A Questionnaire that is derived from others keeps to what they say.

http://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.derivedFrom with the extension
questionnaire-derivationType: only ``extends`` and ``compliesWith`` promise something that can be checked.
"""

from collections.abc import Callable
from typing import Any

from fhircheck.model.issue import IssueKind
from fhircheck.model.path import child, item, shown_term
from fhircheck.validate.lenient import Node, extensions, flag, numbered, objects, text, typed, whole
from fhircheck.validate.questionnaire.answer_options import option_key
from fhircheck.validate.questionnaire.form import Form
from fhircheck.validate.rules.rule import Subject

CLAUSE = "http://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.derivedFrom"
URL = "http://hl7.org/fhir/StructureDefinition/questionnaire-derivationType"
SYSTEM = "http://hl7.org/fhir/questionnaire-derivationType"
DEFINITION = "Questionnaire.item"
MISSING = "questionnaire-missing"
ANSWERS = ("answerOption", "answerValueSet")

BASE_UNKNOWN = IssueKind(
    name="questionnaire-base-unknown",
    severity="warning",
    code="business-rule",
    summary="The Questionnaire that another is derived from is not known.",
    why="Whether the derivation holds could not be checked.",
    clause=CLAUSE,
    fix="Load the Questionnaire with --package or --profile.",
    english="Questionnaire {questionnaire} is not known: the derivation was not checked",
    german="Fragebogen {questionnaire} ist nicht bekannt: die Ableitung wurde nicht geprüft",
    failing='{"resourceType": "Questionnaire", "derivedFrom": ["http://example.org/Questionnaire/none"]}',
    passing='{"resourceType": "Questionnaire"}',
)
NO_TYPE = IssueKind(
    name="questionnaire-derivation-type",
    severity="warning",
    code="business-rule",
    summary="A Questionnaire does not say in which sense it is derived from another, or says it in an unknown code.",
    why="Whether the derivation holds could not be checked.",
    clause=CLAUSE,
    fix="Add the extension questionnaire-derivationType: extends, compliesWith or inspiredBy.",
    english="How the questionnaire is derived from {questionnaire} is not said: not checked",
    german="Wie der Fragebogen von {questionnaire} abgeleitet ist, ist nicht gesagt: nicht geprüft",
    failing='{"resourceType": "Questionnaire", "derivedFrom": ["http://example.org/Questionnaire/base"]}',
    passing='{"resourceType": "Questionnaire", "derivedFrom": ["http://example.org/Questionnaire/base"],'
    ' "_derivedFrom": [{"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/questionnaire-derivationType",'
    ' "valueCoding": {"system": "http://hl7.org/fhir/questionnaire-derivationType", "code": "extends"}}]}]}',
)
NOT_IN_BASE = IssueKind(
    name="questionnaire-item-not-in-base",
    severity="error",
    code="not-found",
    summary="A Questionnaire says that it complies with another, but has an item that the other does not have.",
    why="Responses to it are no responses to the other.",
    clause=CLAUSE,
    fix="Remove the item, or derive with the type extends.",
    english="Questionnaire {questionnaire} has no item '{link}'",
    german="Fragebogen {questionnaire} hat kein Item '{link}'",
    failing='{"linkId": "new", "type": "string"}',
    passing='{"linkId": "of-the-base", "type": "string"}',
)
DIFFERS = IssueKind(
    name="questionnaire-item-differs-from-base",
    severity="error",
    code="business-rule",
    summary="An item allows what the same item of the Questionnaire that it is derived from does not allow.",
    why="Responses to it are no responses to the other.",
    clause=CLAUSE,
    fix="Only narrow what the base says: type, repeats, required, maxLength and options.",
    english="{element} of '{link}' is not compatible with questionnaire {questionnaire}",
    german="{element} von '{link}' ist mit Fragebogen {questionnaire} nicht vereinbar",
    failing='{"linkId": "1", "type": "string", "repeats": true}',
    passing='{"linkId": "1", "type": "string", "repeats": false}',
)


class QuestionnaireDerivation:
    """Derived questionnaires only narrow their base."""

    name = "questionnaire-derivation"
    summary = "The items of a derived Questionnaire allow nothing that the Questionnaire it is derived from does not."
    clause = CLAUSE
    types: frozenset[str] | None = frozenset({"Questionnaire"})
    kinds: tuple[IssueKind, ...] = (BASE_UNKNOWN, NO_TYPE, NOT_IN_BASE, DIFFERS)

    def check(self, subject: Subject) -> None:
        """Check every derivation of one Questionnaire."""
        sources = subject.node.get("derivedFrom")
        if sources.__class__ is not list:
            return
        beside = subject.node.get("_derivedFrom")
        for index, source in enumerate(sources):
            if source.__class__ is str:
                extra = beside[index] if beside.__class__ is list and index < len(beside) else None
                self._derivation(subject, source, extra, item(child(subject.expression, "derivedFrom"), index))

    def _derivation(self, subject: Subject, source: str, extra: Any, place: str) -> None:
        base = subject.around.definitions.find(source, "Questionnaire")
        if base is None:
            subject.findings.add(BASE_UNKNOWN, place, "Questionnaire.derivedFrom", questionnaire=shown_term(source))
            subject.around.undecided(MISSING, shown_term(source))
            return
        kinds = [each.value for each in extensions(extra, URL)]
        code = text(kinds[0], "code") if kinds and text(kinds[0], "system") == SYSTEM else ""
        if code in ("extends", "compliesWith"):
            compare = _Comparison(subject, Form(base, base), shown_term(source), code == "extends")
            compare.items(subject.node, subject.expression)
        elif code != "inspiredBy":
            subject.findings.add(NO_TYPE, place, "Questionnaire.derivedFrom", questionnaire=shown_term(source))


class _Comparison:
    def __init__(self, subject: Subject, base: Form, canonical: str, extends: bool) -> None:
        self._subject = subject
        self._base = base
        self._canonical = canonical
        self._extends = extends

    def items(self, holder: Node, expression: str) -> None:
        """Compare all items below `holder`."""
        for index, node in numbered(holder, "item"):
            place = item(child(expression, "item"), index)
            link = text(node, "linkId")
            found = self._base.by_link.get(link)
            if found is not None:
                self._item(node, found.node, place, link)
            elif link and not self._extends:
                self._add(NOT_IN_BASE, place, link=shown_term(link))
            self.items(node, place)

    def _item(self, node: Node, base: Node, place: str, link: str) -> None:
        for element, differs in DIFFERENCES.items():
            if differs(node, base):
                at = child(place, element) if element in node and element not in ANSWERS else place
                self._add(DIFFERS, at, element=element, link=shown_term(link))
        if "answerOption" in base and "answerValueSet" not in node:
            offered = {option_key(each) for each in map(typed, objects(base, "answerOption")) if each is not None}
            for index, option in numbered(node, "answerOption"):
                value = typed(option)
                if value and option_key(value) not in offered:
                    at = item(child(place, "answerOption"), index)
                    self._add(DIFFERS, at, element="answerOption", link=shown_term(link))

    def _add(self, kind: IssueKind, place: str, **shown: Any) -> None:
        self._subject.findings.add(kind, place, DEFINITION, questionnaire=self._canonical, **shown)


def _longer(node: Node, base: Node) -> bool:
    mine, limit = whole(node.get("maxLength")), whole(base.get("maxLength"))
    return limit is not None and (mine is None or mine > limit)


DIFFERENCES: dict[str, Callable[[Node, Node], bool]] = {
    "type": lambda node, base: bool(text(node, "type") and text(base, "type")) and node["type"] != base["type"],
    "repeats": lambda node, base: flag(node, "repeats") and not flag(base, "repeats"),
    "required": lambda node, base: flag(base, "required") and node.get("required") is False,
    "maxLength": _longer,
    "answerValueSet": lambda node, base: "answerOption" in base and "answerValueSet" in node,
    "answerOption": lambda node, base: (
        ("answerValueSet" in base and "answerOption" in node)
        or ("answerOption" in base and "answerValueSet" not in node and not objects(node, "answerOption"))
    ),
}
"""By element: whether an item allows more than the same item of its base."""
