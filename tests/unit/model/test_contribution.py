"""What resources of one shape add: counted once, multiplied, and part of the numbers wherever these are read."""

import pickle

from fhircheck.model.contribution import Contribution, summed
from fhircheck.model.facts import Tally
from fhircheck.model.issue import Place


def made() -> Contribution:
    part = Contribution((("b", 0, 2),), 1)
    return Contribution((("a", 1, 2),), 3, ((("x",), 5),), (("part", part),), 1)


def numbers(tally: Tally) -> tuple[object, ...]:
    return tally.numerator, tally.denominator, tally.cannot_tell, tally.by, list(tally.counts), tally.resources_failed


def test_what_is_repeated_is_multiplied_when_it_is_settled() -> None:
    tally, each = Tally(), made()
    for _ in range(4):
        tally.repeat(each)
    tally.count("a", False, Place())
    tally.settle()
    tally.settle()
    assert numbers(tally) == (4, 9, 12, {"a": [4, 9]}, [(("x",), 20)], 4)
    assert numbers(tally.parts["part"]) == (0, 8, 4, {"b": [0, 8]}, [], 0)


def test_merging_settles_both_sides_and_their_parts() -> None:
    one, other = Tally(), Tally()
    one.repeat(made())
    other.repeat(made())
    other.part("part").repeat(Contribution((("c", 1, 1),)))
    one.merge(pickle.loads(pickle.dumps(other)))
    assert numbers(one) == (2, 4, 6, {"a": [2, 4]}, [(("x",), 10)], 2)
    assert numbers(one.parts["part"]) == (1, 5, 2, {"b": [0, 4], "c": [1, 1]}, [], 0)


def test_a_contribution_equals_itself_alone() -> None:
    assert made() != made()


def test_items_are_summed_by_path() -> None:
    assert summed([("a", True), ("b", False), ("a", False)]) == (("a", 1, 2), ("b", 0, 1))
