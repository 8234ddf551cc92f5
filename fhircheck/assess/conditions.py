"""Conditions of the tables: FHIRPath over answers, in three values; and the questions a condition depends on."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import Any

from fhircheck.assess.answers import Sheet
from fhircheck.assess.form import Form, Question
from fhircheck.fhirpath import Environment, Expression, Item, compile_expression, parse
from fhircheck.fhirpath.ast import Ast, External
from fhircheck.fhirpath.temporal import parse_temporal

_TERM = re.compile(r"\{([a-z-]+)\}")
_KINDS = {"integer": "System.Integer", "decimal": "System.Decimal", "date": "System.Date"}


class Condition:
    """One condition. text: FHIRPath with its terms put in."""

    def __init__(self, text: str, terms: Mapping[str, str]) -> None:
        self.text = spelled_out(text, terms)

    def holds(self, variables: dict[str, list[Item]], now: datetime) -> bool | None:
        """True, False, or None where open questions keep it from being told."""
        found = _compiled(self.text).evaluate({}, "", Environment(variables=variables, now=now))
        return found[0].value is True if found else None

    def questions(self) -> frozenset[str]:
        """The linkIds of the questions it depends on."""
        return frozenset(name.partition(".")[0] for name in _externals(parse(self.text)))


def spelled_out(text: str, terms: Mapping[str, str]) -> str:
    """`text` with the conditions that its terms stand for. Raises KeyError for an unknown one."""
    return _TERM.sub(lambda match: terms[match[1]], text)


@cache
def _compiled(text: str) -> Expression:
    return compile_expression(text)


def _externals(node: Any) -> Iterator[str]:
    if isinstance(node, External):
        yield node.name
    elif isinstance(node, tuple | list):
        for each in node:
            yield from _externals(each)
    elif isinstance(node, Ast) and is_dataclass(node):
        for each in fields(node):
            yield from _externals(getattr(node, each.name))


def variables_of(form: Form, *sheets: Sheet) -> dict[str, list[Item]]:
    """What ``%question`` and ``%`question.code` `` are; questions left open are empty collections."""
    found: dict[str, list[Item]] = {}
    for question in form.by_link.values():
        values = next((sheet[question.link] for sheet in sheets if question.link in sheet), ())
        if question.many:
            for option in question.options:
                there = [Item(option.code in values, "System.Boolean")] if values else []
                found[f"{question.link}.{option.code}"] = there
        else:
            found[question.link] = [item for value in values if (item := _item(question, value)) is not None]
    return found


def _item(question: Question, value: Any) -> Item | None:
    kind = _KINDS.get(question.kind, "System.String")
    made = parse_temporal(value) if kind == "System.Date" else value
    return Item(made, kind) if made is not None else None
