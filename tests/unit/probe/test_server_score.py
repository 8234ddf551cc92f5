"""The score of a server, computed by hand."""

from fractions import Fraction

from fhircheck.probe.result import ActorResult, Lane, RequirementResult
from fhircheck.probe.server_score import ScoreRow, score_of

BOTH: tuple[Lane, ...] = ("declared", "probed")


def row(name, expectation, declared, probed, lanes=BOTH):
    return RequirementResult("x", name, expectation, declared, probed, lanes=lanes)


def actor(*rows, name="x"):
    return ActorResult(name, name, "", "", rows)


def test_three_demands_by_hand():
    """SHALL a: met/unmet, SHALL b: met/not tested, SHOULD c: unmet/met.

    met: 2+2+1 = 5 (a and b declared, c probed); unmet: 2+1 = 3; not tested: 2.
    """
    score = score_of([actor(row("a", "SHALL", "met", "unmet"), row("b", "SHALL", "met", "not-tested"),
                            row("c", "SHOULD", "unmet", "met"))])  # fmt: skip
    assert score.value == Fraction(500, 8)
    assert score.coverage == Fraction(8, 10)
    assert score.parts[0] == ScoreRow("SHALL", "declared", 2, 0, 0)
    assert score.parts[1] == ScoreRow("SHALL", "probed", 0, 1, 1)
    assert score.parts[0].share == 1
    assert score.parts[1].share == 0
    assert score.parts[4].share is None


def test_what_was_not_tested_changes_the_coverage_only():
    tested = score_of([actor(row("a", "SHALL", "met", "met"))])
    not_tested = score_of([actor(row("a", "SHALL", "met", "not-tested"))])
    assert tested.value == not_tested.value == 100
    assert (tested.coverage, not_tested.coverage) == (1, Fraction(1, 2))


def test_nothing_told_is_no_score():
    score = score_of([actor(row("a", "SHALL", "not-tested", "not-tested"))])
    assert (score.value, score.coverage) == (None, 0)
    assert score_of([]).coverage is None


def test_may_weighs_nothing():
    score = score_of([actor(row("a", "MAY", "unmet", "unmet"), row("b", "SHALL", "met", "met"))])
    assert (score.value, score.coverage) == (100, 1)


def test_a_lane_that_can_tell_nothing_is_left_out():
    score = score_of([actor(row("a", "SHALL", "met", "not-tested", ("declared",)))])
    assert (score.value, score.coverage) == (100, 1)


def test_what_two_actors_ask_counts_once_and_as_the_stronger_asks():
    one = actor(row("a", "SHOULD", "unmet", "not-tested"), name="one")
    two = actor(row("a", "SHALL", "unmet", "not-tested"), row("b", "SHALL", "met", "met"), name="two")
    for actors in ([one, two], [two, one], [two, two, one]):
        score = score_of(actors)
        assert score.value == Fraction(400, 6)
        assert score.coverage == Fraction(6, 8)
