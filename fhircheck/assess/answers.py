"""Answers by question, as they are kept while a form is filled in; read from and written as a QuestionnaireResponse.

A question that was left open on purpose has no values but is there; one that was never asked is not there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from fhircheck.assess.form import EnableWhen, Form, Group, Question

Json = dict[str, Any]
Value = str | int | Decimal
"""A choice's short code, a date or a text; a number."""
Sheet = dict[str, tuple[Value, ...]]
"""Values by linkId"""

MOST_INSTANCES = 100
"""Instances of a repeating group that are kept."""


@dataclass
class Answers:
    """single: of all that stands once. repeated: the instances of each group that repeats."""

    single: Sheet = field(default_factory=dict)
    repeated: dict[str, list[Sheet]] = field(default_factory=dict)

    def sheets(self, group: Group) -> list[Sheet]:
        """The sheets a group's questions are answered on."""
        return self.repeated.setdefault(group.link, []) if group.repeats else [self.single]

    def copy(self) -> "Answers":
        """A copy that can be changed by itself."""
        return Answers(dict(self.single), {name: [dict(each) for each in kept] for name, kept in self.repeated.items()})


def enabled(form: Form, question: Question, sheet: Sheet, answers: Answers) -> bool:
    """Whether `question` is asked, with the answers of its own sheet and of what stands once.

    http://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item.enableWhen; a condition on a question that
    is itself not asked does not hold.
    """
    if not question.conditions:
        return True
    met = (_met(form, each, sheet, answers) for each in question.conditions)
    return any(met) if question.any_condition else all(met)


def _met(form: Form, condition: EnableWhen, sheet: Sheet, answers: Answers) -> bool:
    asked = form.question(condition.question)
    own = asked.link in {each.link for each in form.group(asked.group).questions} and form.group(asked.group).repeats
    values = (sheet if own else answers.single).get(condition.question, ())
    if values and not enabled(form, asked, sheet, answers):
        values = ()
    if condition.operator == "exists":
        return bool(values) == condition.answer
    if condition.operator == "!=":
        return any(value != condition.answer for value in values)
    if condition.operator == ">=":
        assert isinstance(condition.answer, int)
        return any(not isinstance(value, str) and value >= condition.answer for value in values)
    return condition.answer in values


def pruned(form: Form, answers: Answers) -> Answers:
    """The answers that count: those to questions that are asked, and evidence of what was said to be so."""
    found = Answers()
    for group in form.groups:
        for sheet in answers.sheets(group):
            kept: Sheet = {}
            for question in group.questions:
                if question.link in sheet and enabled(form, question, sheet, answers):
                    kept[question.link] = sheet[question.link]
                    if question.evidence in sheet and {"yes", "partly"} & set(sheet[question.link]):
                        kept[question.evidence] = sheet[question.evidence]
            if group.repeats:
                found.repeated.setdefault(group.link, []).append(kept)
            else:
                found.single.update(kept)
    return found


def asked(form: Form, answers: Answers) -> Iterator[tuple[Question, Sheet]]:
    """Every question that is asked, with its sheet, in the form's order."""
    for group in form.groups:
        for sheet in answers.sheets(group):
            for question in group.questions:
                if enabled(form, question, sheet, answers):
                    yield question, sheet


def instance_name(form: Form, group: Group, sheet: Sheet, language: str) -> str:
    """What an instance is called: its kind, and its name in the house."""
    code = next(iter(sheet.get(group.first.link, ())), "")
    option = group.first.option(str(code))
    kind = option.texts[language == "de"] if option else group.texts[language == "de"]
    name = next(iter(sheet.get("product", ())), "") if group.link == "applications" else ""
    short = kind.rpartition("(")[2].removesuffix(")")
    return f"{name} ({short})" if name else kind
