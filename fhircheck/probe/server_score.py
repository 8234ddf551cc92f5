"""The interoperability score of a server: a share of weighted demands, never shown without what it rests on.

score = sum of weights of what is met / sum of weights of what is met or unmet; coverage = the latter / sum of all
weights. Each demand counts once in each lane; SHALL weighs 2, SHOULD 1, MAY nothing (our choice, no published
source). What was not tested changes the coverage only.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from fhircheck.probe.result import ActorResult, Expectation, Lane, Outcome

WEIGHTS: dict[Expectation, int] = {"SHALL": 2, "SHOULD": 1, "MAY": 0}


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """Counts of one expectation in one lane."""

    expectation: Expectation
    lane: Lane
    met: int
    unmet: int
    not_tested: int

    @property
    def share(self) -> Fraction | None:
        """Met of met and unmet; None where nothing was told."""
        told = self.met + self.unmet
        return Fraction(self.met, told) if told else None


@dataclass(frozen=True, slots=True)
class ServerScore:
    """value: 0 to 100, None where nothing was told. coverage: 0 to 1, None where nothing was asked."""

    value: Fraction | None
    coverage: Fraction | None
    parts: tuple[ScoreRow, ...]


def score_of(actors: Iterable[ActorResult]) -> ServerScore:
    """The score over all tables; what several ask in the same words counts once, as strongly as any asks it."""
    asked: dict[tuple[str, Lane], tuple[Expectation, Outcome]] = {}
    for actor in actors:
        for row in actor.results:
            for lane in row.lanes:
                key, outcome = (row.id, lane), row.outcome(lane)
                known = asked.get(key)
                if known is None or _before(row.expectation, outcome, known):
                    asked[key] = (row.expectation, outcome)
    return _score([(needed, lane, outcome) for (_, lane), (needed, outcome) in asked.items()])


_ORDER: tuple[Outcome, ...] = ("not-tested", "met", "unmet")


def _before(needed: Expectation, outcome: Outcome, known: tuple[Expectation, Outcome]) -> bool:
    """Whether the stronger demand, or of equal ones the worse outcome, is the new one."""
    return (WEIGHTS[needed], _ORDER.index(outcome)) > (WEIGHTS[known[0]], _ORDER.index(known[1]))


def _score(asked: list[tuple[Expectation, Lane, Outcome]]) -> ServerScore:
    parts = []
    for needed in WEIGHTS:
        for lane in ("declared", "probed"):
            outcomes = [each for expectation, there, each in asked if expectation == needed and there == lane]
            counts = [outcomes.count(each) for each in ("met", "unmet", "not-tested")]
            parts.append(ScoreRow(needed, lane, *counts))
    met = sum(WEIGHTS[each.expectation] * each.met for each in parts)
    told = met + sum(WEIGHTS[each.expectation] * each.unmet for each in parts)
    whole = told + sum(WEIGHTS[each.expectation] * each.not_tested for each in parts)
    return ServerScore(
        Fraction(met * 100, told) if told else None, Fraction(told, whole) if whole else None, tuple(parts)
    )
