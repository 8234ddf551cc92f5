"""The tables as data: what they name is there, three values hold, and an answer changes what depends on it, no more."""

import random
import re
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from itertools import product
from typing import Any

import pytest

from fhircheck.assess.answers import Answers, Sheet, pruned
from fhircheck.assess.conditions import variables_of
from fhircheck.assess.deciding import decide
from fhircheck.assess.form import Question, shipped
from fhircheck.assess.tables import criteria, decisions, laws, links
from fhircheck.assess.words import TOPICS

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FORM = shipped()
DATES = ("2015-01-31", "2026-11-21", "2027-02-01", "2031-01-01")
CONTEXT = {"name", "product"}
"""Questions that only name things."""
ALWAYS = {"sgb-392", "ai-act"}
"""Laws that bind no hospital, and every use case."""
RULES = decisions()
CONDITIONS = [
    *((each.name, each.each, each.when) for each in RULES),
    *((f"criterion {each.name}", each.each, each.when) for each in criteria()),
    *((f"only {each.name}", each.each, each.only) for each in criteria() if each.only),
    *((f"link {each.name}", each.each, each.when) for each in links() if each.when),
    *((f"law {each.name}", each.each, each.applies) for each in laws() if each.applies and each.name not in ALWAYS),
]


def domain(question: Question, text: str) -> list[tuple[Any, ...]]:
    """Answers worth trying: what the condition names, something else, and none."""
    if question.kind == "choice":
        named = [each.code for each in question.options if f"'{each.code}'" in text or f".{each.code}`" in text]
        others = [each.code for each in question.options if each.code not in named]
        return [(code,) for code in [*named[:3], *others[:1]]] + [()]
    if question.kind == "date":
        return [*((each,) for each in DATES), ()]
    if question.kind == "string":
        return [("text",), ()]
    numbers = {int(each) + more for each in re.findall(r"(?<![\w'])\d+(?![\w'])", text) for more in (-1, 0, 1)}
    values = sorted(each for each in numbers | {0, 7} if each >= 0)
    return [(Decimal(each) if question.kind == "decimal" else each,) for each in values] + [()]


@pytest.mark.parametrize(("name", "group", "condition"), CONDITIONS, ids=[each[0] for each in CONDITIONS])
def test_what_is_open_is_never_no_and_every_answer_that_is_named_matters(name: str, group: str, condition: Any) -> None:
    """Whatever a condition says with open questions, it says with any answers to them; each can turn it."""
    names = sorted(condition.questions())
    assert names
    assert all(
        FORM.question(each).group in (group, *(one.link for one in FORM.groups if not one.repeats)) for each in names
    )
    domains = [domain(FORM.question(each), condition.text) for each in names]
    told = {
        values: condition.holds(variables_of(FORM, dict(zip(names, values, strict=True))), NOW)
        for values in product(*domains)
    }
    assert told[((),) * len(names)] is None
    assert set(told.values()) == {True, False, None}
    for place, values_of_one in enumerate(domains):
        turns = False
        for values, said in told.items():
            for other in values_of_one:
                changed = told[(*values[:place], other, *values[place + 1 :])]
                turns = turns or (bool(values[place]) and bool(other) and changed != said)
                if not values[place] and said is not None and "iif(" not in condition.text:
                    assert changed == said, (names, values, other)
        assert turns, names[place]


def test_names_are_of_what_is_there() -> None:
    names = [each.name for each in RULES]
    assert len(names) == len(set(names))
    known = {each.name for each in laws()}
    for rule in RULES:
        assert set(rule.after) <= set(names) - {rule.name}, rule.name
        assert set(rule.basis) <= known, rule.name
        assert rule.topic in TOPICS, rule.name
    assert {each.claim for each in links()} <= set(FORM.by_link)


@pytest.mark.parametrize(("name", "group", "condition"), CONDITIONS, ids=[each[0] for each in CONDITIONS])
def test_codes_in_conditions_are_answers_of_their_question(name: str, group: str, condition: Any) -> None:
    for question, code in re.findall(r"%`(\w+)\.([\w-]+)`", condition.text):
        assert FORM.question(question).many
        assert FORM.question(question).option(code), condition.text
    for question, codes in re.findall(r"%(\w+) (?:=|!=|in) (\('[^)]+\)|'[^']+')", condition.text):
        for code in re.findall(r"'([^']+)'", codes):
            assert FORM.question(question).option(code), (question, code)


def test_every_question_has_a_use() -> None:
    used = {link for _, _, condition in CONDITIONS for link in condition.questions()}
    used |= {each.claim for each in links()}
    used |= {one.question for each in FORM.by_link.values() for one in each.conditions}
    assert set(FORM.by_link) - used == CONTEXT


def test_no_rule_waits_for_itself() -> None:
    after = {each.name: set(each.after) for each in RULES}
    for _ in RULES:
        after = {name: some.union(*(after[each] for each in some)) for name, some in after.items()}
    assert [name for name, some in after.items() if name in some] == []


def test_each_law_has_facts_with_marks_and_what_was_read_has_a_source() -> None:
    for law in laws():
        assert law.facts, law.name
        for fact in law.facts:
            assert fact.mark in ("law", "read", "second", "unread")
            assert bool(fact.source) == (fact.mark != "unread"), fact.texts[0]


@cache
def reach(link: str) -> frozenset[str]:
    """The questions that decide whether a question is asked at all, and itself."""
    above = [reach(each.question) for each in FORM.question(link).conditions]
    return frozenset({link}).union(*above)


def some_answers(chance: random.Random) -> Answers:
    """Answers of a made-up hospital, some questions open."""
    found = Answers()
    for group in FORM.groups:
        for _ in range(2 if group.repeats else 1):
            sheet: Sheet = {} if group.repeats else found.single
            for question in group.questions:
                sheet[question.link] = (
                    some_value(question, chance) if question.required or chance.random() < 0.8 else ()
                )
            if group.repeats:
                found.repeated.setdefault(group.link, []).append(sheet)
    return found


def some_value(question: Question, chance: random.Random) -> tuple[Any, ...]:
    if question.kind == "choice":
        return (chance.choice(question.options).code,)
    if question.kind == "date":
        return (chance.choice(DATES),)
    if question.kind == "string":
        return ("text",)
    value = chance.choice((0, 1, 9, 49, 50, 249, 250, 2_000, 27_000, 30_000))
    return (Decimal(value),) if question.kind == "decimal" else (value,)


def said(answers: Answers) -> dict[tuple[str, tuple[str, int]], bool | None]:
    return {(each.rule.name, each.subject): each.holds for each in decide(FORM, pruned(FORM, answers), NOW)}


@pytest.mark.parametrize("seed", range(2))
def test_changing_an_answer_changes_only_what_depends_on_it(seed: int) -> None:
    chance = random.Random(seed)
    answers = some_answers(chance)
    before = said(answers)
    depends = {each.name: frozenset().union(*map(reach, each.when.questions())) for each in RULES}
    turned = set()
    for question in FORM.by_link.values():
        group = FORM.group(question.group)
        changed = answers.copy()
        sheet = changed.sheets(group)[0]
        was = sheet[question.link]
        sheet[question.link] = next(
            value
            for value in (some_value(question, chance) for _ in range(99))
            if value != was or question.kind == "string"
        )
        after = said(changed)
        different = {key for key in before if before[key] != after[key]}
        assert all(question.link in depends[name] for name, _ in different), question.link
        if group.repeats:
            assert all(subject in (("", 0), (group.link, 0)) for _, subject in different), question.link
        turned |= {question.link} if different else set()
    assert len(turned) > 30
