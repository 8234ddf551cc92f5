"""How ready each application and each AI use case is: its data, its interface, its organisation; the weakest first."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Literal

from fhircheck.assess.answers import Answers, Sheet
from fhircheck.assess.conditions import variables_of
from fhircheck.assess.deciding import Subject, subjects
from fhircheck.assess.form import Form
from fhircheck.assess.tables import PARTS, Criterion, Part, criteria

State = Literal["not-ready", "unknown", "partly", "ready"]
STATES: tuple[State, ...] = ("not-ready", "unknown", "partly", "ready")
"""The weakest first; what nothing is known of is never better than what is known in part."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """One part of one subject. contradicted: criteria that the answers claim and the measured number denies."""

    part: Part
    state: State
    met: tuple[Criterion, ...]
    unmet: tuple[Criterion, ...]
    open: tuple[Criterion, ...]
    contradicted: tuple[Criterion, ...]

    @property
    def rank(self) -> tuple[int, Fraction]:
        """What parts are sorted by: the state, then the share of criteria met."""
        of_all = len(self.met) + len(self.unmet) + len(self.open)
        return STATES.index(self.state), Fraction(len(self.met), of_all) if of_all else Fraction(1)


@dataclass(frozen=True, slots=True)
class Maturity:
    """A subject with its three parts, the weakest first."""

    subject: Subject
    parts: tuple[Readiness, ...]

    @property
    def weakest(self) -> Readiness:
        """The part that is furthest from ready."""
        return self.parts[0]


Told = dict[str, tuple[Criterion, bool | None]]
"""Criteria by name, with what they say"""


def maturity(form: Form, answers: Answers, left: Answers, now: datetime) -> list[Maturity]:
    """All applications and use cases, the weakest first. left: what measured numbers leave of the answers."""
    found = []
    for group in ("applications", "ai"):
        for (subject, sheet), (_, rest) in zip(
            subjects(form, answers, group), subjects(form, left, group), strict=True
        ):
            said, told = _criteria(form, sheet, answers, now, group), _criteria(form, rest, left, now, group)
            parts = sorted((_part(each, said, told) for each in PARTS), key=lambda one: one.rank)
            found.append(Maturity(subject, tuple(parts)))
    return sorted(found, key=lambda each: [one.rank for one in each.parts])


def _criteria(form: Form, sheet: Sheet, answers: Answers, now: datetime, group: str) -> Told:
    variables = variables_of(form, sheet, answers.single)
    told: Told = {}
    for each in criteria():
        if each.each != group:
            continue
        asked = each.only.holds(variables, now) if each.only is not None else True
        if asked is not False:
            told[each.name] = (each, each.when.holds(variables, now) if asked else None)
    return told


def _part(part: Part, said: Told, left: Told) -> Readiness:
    kept = [(each, holds) for each, holds in left.values() if each.part == part and _adds(each, left)]
    contradicted = tuple(each for each, holds in kept if holds is not True and said[each.name][1])
    met = tuple(each for each, holds in kept if holds)
    unmet = tuple(each for each, holds in kept if holds is False)
    open_ = tuple(each for each, holds in kept if holds is None)
    return Readiness(part, _state(met, unmet, open_), met, unmet, open_, contradicted)


def _adds(each: Criterion, left: Told) -> bool:
    """Whether a criterion says more than the one it is the whole of: not where that one is not met."""
    base, whole, _ = each.name.partition("-whole")
    return not whole or left[base][1] is True


def _state(met: tuple[Criterion, ...], unmet: tuple[Criterion, ...], open_: tuple[Criterion, ...]) -> State:
    if any(each.critical for each in unmet):
        return "not-ready"
    if any(each.critical for each in open_) or not (met or unmet):
        return "unknown"
    return "partly" if unmet or open_ else "ready"
