"""The decision table applied: which recommendations hold, which cannot be told, and in which order they are done."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from fhircheck.assess.answers import Answers, Sheet
from fhircheck.assess.conditions import Condition, variables_of
from fhircheck.assess.form import Form
from fhircheck.assess.tables import URGENCIES, Decision, decisions

Subject = tuple[str, int]
"""A group that repeats, and which of its instances; ("", 0) is the hospital."""
HOSPITAL: Subject = ("", 0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule says of a subject: True, False, or None where open questions keep it from being told.

    measured: it does not hold by the answers, but by what measured numbers leave of them.
    """

    rule: Decision
    subject: Subject
    holds: bool | None
    measured: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A recommendation that holds, at its place in the order. after: numbers of the steps that should come first.

    subjects: what it is about. measured: those of them of which it follows from numbers that contradict an answer.
    """

    number: int
    rule: Decision
    subjects: tuple[Subject, ...]
    after: tuple[int, ...]
    measured: tuple[Subject, ...] = ()


def subjects(form: Form, answers: Answers, each: str) -> Iterator[tuple[Subject, Sheet]]:
    """The subjects a rule is asked about, with their answers."""
    if not each:
        yield HOSPITAL, {}
        return
    for index, sheet in enumerate(answers.sheets(form.group(each))):
        yield (each, index), sheet


def told(
    form: Form, answers: Answers, conditions: Iterable[tuple[str, Condition]], now: datetime
) -> Iterator[tuple[Subject, int, bool | None]]:
    """For each condition (with the group it is asked for): subject, the condition's place, and what it says."""
    asked = list(conditions)
    for group in dict.fromkeys(each for each, _ in asked):
        for subject, sheet in subjects(form, answers, group):
            variables = variables_of(form, sheet, answers.single)
            for place, (each, condition) in enumerate(asked):
                if each == group:
                    yield subject, place, condition.holds(variables, now)


def decide(form: Form, answers: Answers, now: datetime) -> list[Outcome]:
    """The whole table over answers that count (see `pruned`)."""
    table = decisions()
    found = told(form, answers, ((each.each, each.when) for each in table), now)
    return [Outcome(table[place], subject, holds) for subject, place, holds in found]


def with_measured(said: Iterable[Outcome], left: Iterable[Outcome]) -> list[Outcome]:
    """The outcomes by the answers, and those that hold only by what measured numbers leave of them."""
    found = list(said)
    holding = {_key(each) for each in found if each.holds}
    return found + [replace(each, measured=True) for each in left if each.holds and _key(each) not in holding]


def ordered(outcomes: Iterable[Outcome]) -> list[Step]:
    """What holds, a step a rule: the more urgent first, else as in the table; before each what it waits for."""
    holding: dict[str, list[Outcome]] = {}
    for each in outcomes:
        if each.holds:
            holding.setdefault(each.rule.name, []).append(each)
    rules = {each.name: each for each in decisions() if each.name in holding}
    done: dict[str, Step] = {}
    for urgency in URGENCIES:
        for rule in rules.values():
            if rule.urgency == urgency:
                _place(rule, rules, holding, done)
    return list(done.values())


def _place(
    rule: Decision, rules: dict[str, Decision], holding: dict[str, list[Outcome]], done: dict[str, Step]
) -> None:
    """Put a rule at the end of the order, after what it waits for (the table has no circles: a test sees to it)."""
    if rule.name in done:
        return
    first = [rules[name] for name in rule.after if name in rules]
    for each in first:
        _place(each, rules, holding, done)
    kept = sorted(holding[rule.name], key=lambda each: each.subject)
    after = tuple(sorted(done[each.name].number for each in first))
    measured = tuple(each.subject for each in kept if each.measured)
    done[rule.name] = Step(len(done) + 1, rule, tuple(each.subject for each in kept), after, measured)


def _key(each: Outcome) -> tuple[str, Subject]:
    return each.rule.name, each.subject
