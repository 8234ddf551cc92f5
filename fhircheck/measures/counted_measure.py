"""The shape of an entry: everything a measure says of itself, and the function that counts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.protocols import Observed
from fhircheck.model.record import Node
from fhircheck.model.report import Threshold

Observe = Callable[[Node, Observed, Tally], None]


def observes_nothing(node: Node, seen: Observed, tally: Tally) -> None:
    """For measures that are judged from facts across records alone."""


@dataclass(frozen=True, slots=True)
class CountedMeasure:
    """A measure (model.protocols.Measure): a share of items that pass, with its source.

    formula: numerator / denominator in words, beginning with what one item is. published: whether
    the formula itself was published (the threshold says for itself). types: resource types looked
    at, None for all. observe: counts one resource; never raises and keeps no value of the data.
    failing, passing: one JSON resource each.
    """

    name: str
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
