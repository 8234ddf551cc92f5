"""The assessment as a whole: decisions, claims, maturity, law and what is open, of one set of answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from fhircheck.assess.answers import Answers, Sheet, asked, pruned
from fhircheck.assess.claims import Claim, claims_of, what_is_left
from fhircheck.assess.deciding import HOSPITAL, Outcome, Step, Subject, decide, ordered, subjects, told, with_measured
from fhircheck.assess.evidence import Piece
from fhircheck.assess.form import Form, Question
from fhircheck.assess.maturity import Maturity, maturity
from fhircheck.assess.tables import Law, laws


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question nobody has answered, and the rules that wait for it."""

    question: Question
    subject: Subject
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Binding:
    """Whether a law binds. holds: None where it cannot be told; subjects: which ones it binds, of laws about those."""

    law: Law
    holds: bool | None
    subjects: tuple[Subject, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """All that is said. answered, questions: how many of those asked. unproven: said to be so, without a document."""

    form: Form
    answers: Answers
    outcomes: tuple[Outcome, ...]
    steps: tuple[Step, ...]
    open: tuple[OpenQuestion, ...]
    claims: tuple[Claim, ...]
    maturity: tuple[Maturity, ...]
    bindings: tuple[Binding, ...]
    unproven: tuple[Question, ...]
    answered: int
    questions: int


def assess(form: Form, given: Answers, pieces: Iterable[Piece], now: datetime) -> Assessment:
    """Judge the answers. now: the day that dates are judged at."""
    answers = pruned(form, given)
    outcomes = decide(form, answers, now)
    claims = claims_of(form, answers, pieces, now)
    left = what_is_left(answers, claims)
    put = list(asked(form, answers))
    return Assessment(
        form,
        answers,
        tuple(outcomes),
        tuple(ordered(with_measured(outcomes, decide(form, left, now)))),
        tuple(_open(form, answers, outcomes)),
        tuple(claims),
        tuple(maturity(form, answers, left, now)),
        tuple(_bindings(form, answers, now)),
        tuple(question for question, sheet in put if question.evidence and _unproven(question, sheet)),
        sum(bool(sheet.get(question.link)) for question, sheet in put),
        len(put),
    )


def _unproven(question: Question, sheet: Sheet) -> bool:
    return bool({"yes", "partly"} & set(sheet.get(question.link, ()))) and not sheet.get(question.evidence)


def _open(form: Form, answers: Answers, outcomes: list[Outcome]) -> list[OpenQuestion]:
    """Open questions that a rule waits for, those that most rules wait for first."""
    waiting: dict[tuple[str, Subject], list[str]] = {}
    sheets = {HOSPITAL: answers.single}
    for group in form.groups:
        if group.repeats:
            sheets |= dict(subjects(form, answers, group.link))
    open_ = {(question.link, id(sheet)) for question, sheet in asked(form, answers) if not sheet.get(question.link)}
    for each in outcomes:
        if each.holds is None:
            for link in each.rule.when.questions():
                subject = each.subject if form.question(link).group == each.subject[0] else HOSPITAL
                if (link, id(sheets[subject])) in open_:
                    waiting.setdefault((link, subject), []).append(each.rule.name)
    found = [
        OpenQuestion(form.question(link), subject, tuple(dict.fromkeys(rules)))
        for (link, subject), rules in waiting.items()
    ]
    places = {link: place for place, link in enumerate(form.by_link)}
    return sorted(found, key=lambda each: (-len(each.rules), each.subject, places[each.question.link]))


def _bindings(form: Form, answers: Answers, now: datetime) -> list[Binding]:
    table = laws()
    conditions = [(each.each, each.applies) for each in table if each.applies is not None]
    names = [each for each in table if each.applies is not None]
    said: dict[str, list[tuple[Subject, bool | None]]] = {}
    for subject, place, holds in told(form, answers, conditions, now):
        said.setdefault(names[place].name, []).append((subject, holds))
    return [_binding(each, said.get(each.name, [])) for each in table]


def _binding(law: Law, said: list[tuple[Subject, bool | None]]) -> Binding:
    if law.applies is None:
        return Binding(law, True, ())
    holding = tuple(subject for subject, holds in said if holds and subject != HOSPITAL)
    answers = [holds for _, holds in said]
    if not answers:
        return Binding(law, None, ())
    return Binding(law, True if True in answers else None if None in answers else False, holding)
