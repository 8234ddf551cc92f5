"""The questions one after the other: which comes next, what an entered text answers, and the way back."""

from dataclasses import dataclass, field
from typing import Literal

from fhircheck.assess.answers import MOST_INSTANCES, Answers, Sheet, Value, enabled
from fhircheck.assess.form import Form, Group, Question
from fhircheck.assess.response import day, number

Fault = Literal["", "number", "several", "bounds", "date", "long", "needed", "exclusive"]
"""What is wrong with an entered text; empty where nothing is."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the interview is. question: None where it is asked whether there is one more instance."""

    group: Group
    index: int
    question: Question | None


@dataclass
class Interview:
    """State of an interview. closed: groups that repeat to which nothing is added any more."""

    form: Form
    answers: Answers
    closed: set[str] = field(default_factory=set)
    trail: list[Place] = field(default_factory=list)

    def __post_init__(self) -> None:
        """What comes after a group that repeats was asked before: nothing is added to it any more."""
        later = False
        for group in reversed(self.form.groups):
            if group.repeats and later:
                self.closed.add(group.link)
            later = later or any(question.link in sheet for sheet in self.sheets(group) for question in group.questions)

    def sheets(self, group: Group) -> list[Sheet]:
        """The sheets of a group."""
        return self.answers.sheets(group)

    def next(self) -> Place | None:
        """The first question that was not asked yet, None at the end."""
        for group in self.form.groups:
            for index, sheet in enumerate(self.sheets(group)):
                for question in group.questions:
                    if question.link not in sheet and enabled(self.form, question, sheet, self.answers):
                        return Place(group, index, question)
            if group.repeats and group.link not in self.closed and len(self.sheets(group)) < MOST_INSTANCES:
                return Place(group, len(self.sheets(group)), None)
        return None

    def more(self, place: Place, wanted: bool) -> None:
        """Whether there is one more instance."""
        self.trail.append(place)
        if wanted:
            self.sheets(place.group).append({})
        else:
            self.closed.add(place.group.link)

    def answer(self, place: Place, entered: str) -> Fault:
        """Take what was entered; empty leaves the question open. Returns what is wrong with it."""
        assert place.question is not None
        values, fault = entered_values(place.question, entered)
        if not fault and not values and place.question.required:
            fault = "needed"
        if not fault:
            self.sheets(place.group)[place.index][place.question.link] = values
            self.trail.append(place)
        return fault

    def prove(self, place: Place, text: str) -> None:
        """The document that shows the last answer."""
        assert place.question is not None
        sheet = self.sheets(place.group)[place.index]
        sheet.pop(place.question.evidence, None)
        if text.strip():
            sheet[place.question.evidence] = (text.strip()[: place.question.longest],)

    def wants_proof(self, place: Place) -> bool:
        """Whether the question's answer is one that a document can show."""
        if place.question is None or not place.question.evidence:
            return False
        return bool({"yes", "partly"} & set(self.sheets(place.group)[place.index].get(place.question.link, ())))

    def back(self) -> bool:
        """Ask the question before again. False at the beginning."""
        if not self.trail:
            return False
        place = self.trail.pop()
        if place.question is not None:
            sheet = self.sheets(place.group)[place.index]
            sheet.pop(place.question.link, None)
            sheet.pop(place.question.evidence, None)
        elif place.group.link in self.closed:
            self.closed.remove(place.group.link)
        else:
            del self.sheets(place.group)[place.index :]
        return True

    def reopen(self, group: Group, all_questions: bool) -> None:
        """Ask a group again: all of it, or only what was left open."""
        for sheet in self.sheets(group):
            for question in group.questions:
                if question.link in sheet and (not sheet[question.link] or (all_questions and question != group.first)):
                    del sheet[question.link]
        if all_questions:
            self.closed.discard(group.link)

    def progress(self) -> tuple[int, int]:
        """Questions that were asked, and questions to be asked as far as is known."""
        put = [
            question.link in sheet
            for group in self.form.groups
            for sheet in self.sheets(group)
            for question in group.questions
            if question.link in sheet or enabled(self.form, question, sheet, self.answers)
        ]
        return sum(put), len(put)


def entered_values(question: Question, entered: str) -> tuple[tuple[Value, ...], Fault]:
    """The values that a text means: numbers of options (from 1), a number, a date, a text."""
    text = entered.strip()
    if not text:
        return (), ""
    if question.kind == "choice":
        return _chosen(question, text)
    if question.kind in ("integer", "decimal"):
        found = number(question, text.replace(",", "."))
        return ((found,), "") if found is not None else ((), "bounds")
    if question.kind == "date":
        day_ = day(_iso(text))
        return ((day_,), "") if day_ is not None else ((), "date")
    return ((text,), "") if len(text) <= question.longest else ((), "long")


def _chosen(question: Question, text: str) -> tuple[tuple[Value, ...], Fault]:
    parts = text.replace(",", " ").split()
    if not all(part.isascii() and part.isdecimal() and 0 < int(part) <= len(question.options) for part in parts):
        return (), "several" if question.many else "number"
    if len(parts) > 1 and not question.many:
        return (), "number"
    options = list(dict.fromkeys(question.options[int(part) - 1] for part in parts))
    if len(options) > 1 and any(each.exclusive for each in options):
        return (), "exclusive"
    return tuple(each.code for each in options), ""


def _iso(text: str) -> str:
    """A date as FHIR writes it; 31.5.2026 and 5.2026 are understood too."""
    parts = text.split(".")
    if len(parts) in (2, 3) and all(part.isascii() and part.isdecimal() for part in parts):
        return "-".join(part.zfill(2) for part in reversed(parts))
    return text
