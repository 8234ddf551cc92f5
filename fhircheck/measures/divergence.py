"""How far two distributions are apart: population stability index and Jensen-Shannon divergence.

A distribution is a count for each category; both are over the same categories, those that one of them lacks included.
Half a record is added to each category (Jeffreys' prior), so that one that is empty on one side has a finite weight.
"""

from collections.abc import Iterable, Mapping
from math import log, log2
from typing import Any

SHIFT = 0.1
"""Index from which a shift is worth a look (credit scoring; a convention without theory)."""
LARGE_SHIFT = 0.25
"""Index above which the distributions are taken to differ (the same convention)."""
_ADDED = 0.5


def population_stability_index(earlier: Mapping[Any, int], later: Mapping[Any, int]) -> float:
    """Sum of (p - q) ln(p / q) over all categories; 0 for equal shares, symmetric, without upper bound."""
    return sum((p - q) * log(p / q) for p, q in _shares(earlier, later))


def jensen_shannon(earlier: Mapping[Any, int], later: Mapping[Any, int]) -> float:
    """Jensen-Shannon divergence with logarithm to base 2 (Lin 1991, IEEE Trans Inf Theory 37:145-151): 0 to 1."""
    whole = sum(_half(p, q) + _half(q, p) for p, q in _shares(earlier, later))
    return min(1.0, max(0.0, whole / 2))


def by_chance(categories: int, earlier: int, later: int) -> float:
    """What the population stability index comes to if both are samples of one distribution.

    To the second order it is a chi-square statistic: (categories - 1) (1 / earlier + 1 / later).
    """
    if not earlier or not later:
        return float("inf")
    return (categories - 1) * (1 / earlier + 1 / later)


def _half(p: float, q: float) -> float:
    return p * log2(2 * p / (p + q))


def _shares(earlier: Mapping[Any, int], later: Mapping[Any, int]) -> Iterable[tuple[float, float]]:
    """Both shares of each category, in the order of their names: the sum is the same however it was counted."""
    names = sorted(earlier.keys() | later.keys())
    added = _ADDED * len(names)
    before, after = sum(earlier.values()) + added, sum(later.values()) + added
    return (((earlier.get(name, 0) + _ADDED) / before, (later.get(name, 0) + _ADDED) / after) for name in names)
