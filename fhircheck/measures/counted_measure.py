"""The shape of an entry: everything a measure says of itself, and the functions that count and judge."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from fhircheck.measures.seen import Seen
from fhircheck.measures.tools import Tools
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.link_facts import LinkFacts
from fhircheck.model.protocols import Conformance
from fhircheck.model.record import Node
from fhircheck.model.report import Detail, Status, Threshold
from fhircheck.model.row_facts import RowFacts

Observe = Callable[[Node, Seen, Tally], None]
Fit = Callable[[str, tuple[str, ...]], Observe | None]
"""(resource type, its members) -> what counts such a resource, None for nothing"""


def observes_nothing(node: Node, seen: Seen, tally: Tally) -> None:
    """For measures that are judged from facts across records alone."""


@dataclass(frozen=True, slots=True)
class Merged:
    """All that the first pass counted, as a measure is judged by it.

    tally: what this measure counted. tallies: those of all. resources: how many of each type.
    sampled: records were left out. conformance: the definitions the data was checked by, opened when asked for.
    answers: what one measure found out while it was judged and others ask for too, by name.
    """

    tally: Tally
    tallies: Mapping[str, Tally]
    links: LinkFacts
    rows: RowFacts
    resources: Counter[str]
    sampled: bool
    conformance: Callable[[], Conformance]
    tools: Tools
    answers: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judged:
    """What a measure came to. status: None for what the threshold says of the tally. reason: one sentence, no value.

    details: numbers that a share does not say (a median, an index, the parts of a distribution).
    """

    tally: Tally
    reason: str = ""
    status: Status | None = None
    details: tuple[Detail, ...] = ()


Judge = Callable[[Merged], Judged]


def judged_by_tally(merged: Merged) -> Judged:
    """For measures whose tally says all."""
    return Judged(merged.tally)


@dataclass(frozen=True, slots=True)
class CountedMeasure:
    """A measure (model.protocols.Measure): a share of items that pass, with its source.

    code: its place in the catalogue (COMP-1). formula: numerator / denominator in words, beginning with what one item
    is. published: whether the formula itself was published (the threshold says for itself). types: resource types
    looked at, None for all. needs: by type, members of the resource of which one must be there for it to have an
    item; types not in it are always looked at. observe: counts one resource; never raises and keeps no value of the
    data. fitted: the same for resources of one type with the same members, made once for them in a process. judge:
    called once after everything was merged. failing, passing: a JSON resource each, or a list of several that belong
    together. people: its items are people told apart by a property, whose small numbers no output shows.
    """

    name: str
    code: str
    summary: str
    why: str
    category: Category
    subcategory: Subcategory
    context: Context
    dimension: Literal["interoperability", "ai-readiness"]
    formula: str
    source: str
    published: bool
    threshold: Threshold | None
    types: frozenset[str] | None
    failing: str
    passing: str
    observe: Observe = observes_nothing
    needs: Mapping[str, frozenset[str]] = field(default_factory=dict)
    fitted: Fit | None = None
    judge: Judge = field(default=judged_by_tally)
    people: bool = False
