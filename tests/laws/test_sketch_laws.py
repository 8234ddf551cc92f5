"""Sketches and bounded counts merge in any order and grouping, and keep the error they name."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhircheck.model import distinct
from fhircheck.model.bounded_counts import OTHER, BoundedCounts
from fhircheck.model.distinct import Distinct
from fhircheck.model.link_facts import key_of
from fhircheck.model.quantiles import ERROR, Quantiles

NAMES = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("xyz")), max_size=30)


def _distinct(items: list[Any]) -> Distinct:
    return Distinct(key_of(str(each)) for each in items)


def _quantiles(items: list[Any]) -> Quantiles:
    made = Quantiles()
    for each in items:
        made.add(sum(map(ord, str(each))) - 300)
    return made


def _counts(items: list[Any]) -> BoundedCounts:
    made = BoundedCounts(limit=4)
    for each in items:
        made.add(each)
    return made


@pytest.mark.parametrize("make", [_distinct, _quantiles, _counts])
@given(parts=st.lists(NAMES, max_size=4), few=st.booleans())
def test_the_order_of_merging_does_not_matter(make: Callable[[list[Any]], Any], parts: list[Any], few: bool) -> None:
    before, distinct.EXACT = distinct.EXACT, 5 if few else distinct.EXACT
    try:
        forth, back = make([]), make([])
        for part in parts:
            forth.merge(make(part))
        for part in reversed(parts):
            back.merge(make(part))
        assert forth == back == make([each for part in parts for each in part])
    finally:
        distinct.EXACT = before


@given(st.lists(st.floats(-1e6, 1e6).filter(lambda value: abs(value) > 1e-6), min_size=1, max_size=50))
def test_a_quantile_keeps_its_error(values: list[float]) -> None:
    made = Quantiles()
    for value in values:
        made.add(value)
    ordered = sorted(values)
    for share in (0.0, 0.25, 0.5, 1.0):
        found, exact = made.quantile(share), ordered[int(share * (len(ordered) - 1))]
        assert found is not None
        assert abs(found - exact) <= abs(exact) * ERROR * 1.0001


@pytest.mark.parametrize("number", [100, 2_048, 2_049, 20_000, 200_000])
def test_distinct_keeps_its_error(number: int) -> None:
    found = _distinct(list(range(number)))
    assert found.exact == (number <= distinct.EXACT)
    assert abs(len(found) - number) <= (0 if found.exact else 3 * distinct.ERROR * number)


def test_no_quantile_of_nothing() -> None:
    assert Quantiles().quantile(0.5) is None


def test_what_is_not_kept_is_counted_together() -> None:
    made = _counts([(letter,) for letter in "ihgfedcba"] * 2)
    assert list(made) == [(OTHER, 10), *(((each,), 2) for each in "abcd")]
