"""The tables: decisions, regulation, links to what is measured, maturity. Data, read once."""

import tomllib
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from fhircheck.assess.conditions import Condition
from fhircheck.assess.form import Texts

Urgency = Literal["now", "next", "later"]
Owner = Literal["clinic", "it", "both", "management", "vendor", "dpo"]
Mark = Literal["law", "read", "second", "unread"]
Part = Literal["data", "interface", "organisation"]
PARTS: tuple[Part, ...] = ("data", "interface", "organisation")
URGENCIES: tuple[Urgency, ...] = ("now", "next", "later")

Toml = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Decision:
    """A rule of the decision table. each: the group it is asked for every instance of, empty for once."""

    name: str
    each: str
    when: Condition
    urgency: Urgency
    owner: Owner
    topic: str
    texts: Texts
    next: Texts
    after: tuple[str, ...]
    basis: tuple[str, ...]
    counsel: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """What a rule of law says, where that stands, and how it was verified. open: known to be unsettled or unread."""

    texts: Texts
    mark: Mark
    source: str
    day: str
    open: bool


@dataclass(frozen=True, slots=True)
class Law:
    """A rule of law or standard. applies: None where it binds every hospital."""

    name: str
    titles: Texts
    each: str
    applies: Condition | None
    counsel: bool
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A claim of the answers and the measured number it is set beside. yes, partly: the share expected of a claim.

    kind: report, resources, measured, use-case, states, server, changes or compare.
    """

    name: str
    each: str
    when: Condition | None
    claim: str
    claims: tuple[str, ...]
    kind: str
    measure: str
    elements: tuple[str, ...]
    label: str
    actors: str
    type: str
    expected: dict[str, Fraction]
    what: Texts

    @property
    def option(self) -> str:
        """The option that brings what it is measured by."""
        return {"server": "--server-report", "changes": "--server-report", "compare": "--compare"}.get(
            self.kind, "--report"
        )


@dataclass(frozen=True, slots=True)
class Criterion:
    """What makes a part ready. only: asked where this holds. critical: without it the part is not ready."""

    name: str
    each: str
    part: Part
    when: Condition
    only: Condition | None
    critical: bool
    texts: Texts


def _read(name: str) -> Toml:
    return tomllib.loads(files("fhircheck.assess").joinpath(name).read_text(encoding="utf-8"), parse_float=Fraction)


@cache
def decisions() -> tuple[Decision, ...]:
    """The decision table."""
    table = _read("decisions.toml")
    return tuple(
        Decision(
            each["name"],
            each.get("each", ""),
            Condition(each["when"], table["terms"]),
            each["urgency"],
            each["owner"],
            each["topic"],
            _texts(each, "text"),
            _texts(each, "next"),
            tuple(each.get("after", ())),
            tuple(each.get("basis", ())),
            each.get("counsel", False),
        )
        for each in table["rule"]
    )


@cache
def laws() -> tuple[Law, ...]:
    """What the rules say."""
    terms = _read("decisions.toml")["terms"]
    return tuple(
        Law(
            each["name"],
            _texts(each, "title"),
            each.get("each", ""),
            Condition(each["applies"], terms) if "applies" in each else None,
            each.get("counsel", False),
            tuple(_fact(fact) for fact in each["fact"]),
        )
        for each in _read("regulation.toml")["rule"]
    )


def regulation_state() -> str:
    """The day on which the facts were written down."""
    return str(_read("regulation.toml")["state"])


def _fact(each: Toml) -> Fact:
    return Fact(
        _texts(each, "text"), each["mark"], each.get("source", ""), each.get("day", ""), each.get("open", False)
    )


@cache
def links() -> tuple[Link, ...]:
    """Claims and measured numbers."""
    return tuple(
        Link(
            each["name"],
            each.get("each", ""),
            Condition(each["when"], {}) if "when" in each else None,
            each["claim"],
            tuple(each.get("claims", ("yes", "partly"))),
            each["from"],
            each.get("measure", ""),
            tuple(each.get("elements", ())),
            each.get("label", ""),
            each.get("actors", ""),
            each.get("type", ""),
            {name: Fraction(each.get(name, 0)) for name in ("yes", "partly")},
            _texts(each, "what"),
        )
        for each in _read("links.toml")["link"]
    )


@cache
def criteria() -> tuple[Criterion, ...]:
    """The maturity view."""
    table = _read("maturity.toml")
    return tuple(
        Criterion(
            each["name"],
            each["each"],
            each["part"],
            Condition(each["when"], table["terms"]),
            Condition(each["only"], table["terms"]) if "only" in each else None,
            each.get("critical", False),
            _texts(each, "text"),
        )
        for each in table["criterion"]
    )


def _texts(each: Toml, name: str) -> Texts:
    return each[name], each[f"{name}_de"]
