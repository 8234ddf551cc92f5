"""Bands and degrees of imbalance, against figures worked out by hand."""

from fractions import Fraction

import pytest

from fhircheck.measures.readiness.class_balance import band, imbalance_degree, judge_classes, minority_share
from fhircheck.model.facts import Tally
from fhircheck.model.use_case import LabelClass, LabelFacts


@pytest.mark.parametrize(
    ("sizes", "degree"),
    [
        ([5, 5], Fraction(0)),
        ([0, 10], Fraction(1)),  # K - 1: as far as two classes can be
        ([1, 3], Fraction(1, 2)),  # (1/2 - 1/4) / (1/2)
        ([0, 0, 9], Fraction(2)),
        ([1, 1, 1], Fraction(0)),
        ([2, 5, 5], Fraction(1, 2)),  # m = 1: (1/3 - 1/6) / (1/3)
        ([1, 2, 6], Fraction(1) + (Fraction(2, 9) + Fraction(1, 9)) / Fraction(2, 3)),
        ([7], Fraction(0)),
        ([0, 0], Fraction(0)),
    ],
)
def test_imbalance_degree(sizes: list[int], degree: Fraction) -> None:
    assert imbalance_degree(sizes) == degree


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([50, 50], "no"),
        ([40, 60], "no"),
        ([39, 61], "mild"),
        ([20, 80], "mild"),
        ([19, 81], "moderate"),
        ([1, 99], "moderate"),
        ([1, 999], "extreme"),
        ([13, 40, 47], "moderate"),
        ([14, 40, 46], "mild"),
    ],
)
def test_bands(sizes: list[int], expected: str) -> None:
    assert band(minority_share(sizes), len(sizes)) == expected


def facts(**classes: int) -> LabelFacts:
    return LabelFacts("x", Tally(), tuple(LabelClass(name, size) for name, size in classes.items()))


def test_classes_are_counted_against_the_band() -> None:
    found = judge_classes([facts(a=20, b=80), facts(a=19, b=81), facts(alone=9), facts(a=0, b=0)])
    assert (found.tally.numerator, found.tally.denominator) == (3, 5)
    assert found.reason == "x: moderate imbalance; x: extreme imbalance"
    assert [each.value for each in found.details if each.name == "minority-share"] == [20, 19, 0]
