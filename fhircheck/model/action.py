"""What can be done about what failed: who, how much work, and what it wins."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, NamedTuple

Owner = Literal["clinic", "it", "both", "vendor"]
Effort = Literal["hours", "days", "weeks", "project"]
EFFORTS: tuple[Effort, ...] = ("hours", "days", "weeks", "project")
"""Effort classes, 1 to 4."""


class Words(NamedTuple):
    """A text in both languages."""

    english: str
    german: str

    def said(self, language: str) -> str:
        """The text in `language` (``en``, ``de``)."""
        return self.german if language == "de" else self.english


@dataclass(frozen=True, slots=True)
class Gain:
    """Points of 100 that a score wins once the defect is gone.

    low: what is repaired fails everywhere else it can be judged then. high: it passes everywhere.
    """

    score: str
    low: Fraction
    high: Fraction


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do. measure: whose failing items it mends. count: how many of them.

    where: element paths with the number of items that fail there, the most first. kinds: types of finding it is about.
    clinic, it: what it means for those who document and for those who run systems. worth: what repairing this measure
    alone wins, in all scores together, divided by the class of the effort (1 hours to 4 project). critical: scores it
    frees of a critical failure.
    """

    name: str
    measure: str
    count: int
    title: Words
    clinic: Words
    it: Words
    owner: Owner
    effort: Effort
    reason: Words
    gains: tuple[Gain, ...]
    worth: Fraction
    where: tuple[tuple[str, int], ...] = ()
    kinds: tuple[str, ...] = ()
    critical: tuple[str, ...] = ()
