"""Distances between distributions: never below zero, zero for equal ones, the same both ways."""

from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhircheck.measures.divergence import by_chance, jensen_shannon, population_stability_index

COUNTS = st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 10_000), min_size=1)


@given(COUNTS, COUNTS)
def test_both_are_symmetric_and_not_negative(one: dict[str, int], other: dict[str, int]) -> None:
    for distance in (population_stability_index, jensen_shannon):
        there, back = distance(one, other), distance(other, one)
        assert there >= 0
        assert isclose(there, back, rel_tol=1e-9, abs_tol=1e-12)
    assert jensen_shannon(one, other) <= 1


@given(COUNTS)
def test_nothing_lies_between_equal_ones(counts: dict[str, int]) -> None:
    assert population_stability_index(counts, dict(reversed(counts.items()))) == 0
    assert jensen_shannon(counts, dict(counts)) == pytest.approx(0, abs=1e-12)


@given(COUNTS, st.sampled_from("abcdefg"))
def test_a_category_that_is_empty_on_both_sides_may_be_named(counts: dict[str, int], name: str) -> None:
    more = {name: 0, **counts}
    assert population_stability_index(more, counts) == population_stability_index(counts, more)


def test_figures_worked_out_by_hand() -> None:
    """With half a record more in each class: 100 and 300 of 400 against 300 and 100."""
    one, other = {"a": 99, "b": 299}, {"a": 299, "b": 99}
    p, q = 99.5 / 399, 299.5 / 399
    assert population_stability_index(one, other) == pytest.approx(2 * (q - p) * 1.10196, rel=1e-4)
    assert jensen_shannon({"a": 10**9}, {"b": 10**9}) == pytest.approx(1, abs=1e-6)
    assert population_stability_index({"a": 10}, {"b": 10}) > 1


def test_by_chance() -> None:
    assert by_chance(1, 5, 5) == 0
    assert by_chance(11, 400, 400) == pytest.approx(0.05)
    assert by_chance(2, 0, 10) == float("inf")
