"""Tests of chance against known values."""

from math import inf

import pytest

from fhircheck.history.chance import (
    CLUSTERED,
    OUTLIER,
    chi_square,
    design_effect,
    modified_z,
    outlier_from,
    outside,
    poisson_at_most,
    rates_differ,
    shares_differ,
)


@pytest.mark.parametrize(("freedom", "quantile"), [(1, 12.116), (5, 22.105), (9, 29.666), (20, 47.498)])
def test_chi_square(freedom: int, quantile: float) -> None:
    """Quantiles for 0.05 %, from tables."""
    assert chi_square(freedom) == pytest.approx(quantile, rel=0.045)
    assert chi_square(0) == 0


def test_newcombe() -> None:
    """Newcombe 1998, table II, case (a): 56/70 against 48/80, 95 %: 0.0524 to 0.3339."""
    assert shares_differ((56, 48), (70, 80), z=1.96)
    assert not shares_differ((56, 48), (70, 80))
    assert not shares_differ((9, 3), (10, 10))
    assert not shares_differ((0, 0), (0, 10))


def test_conditional_test_of_rates() -> None:
    """11 of 11 on one side of equal exposure: 2 / 2^11 = 0.00098; 10 of 10: 0.00195."""
    assert rates_differ(0, 11, (100, 100))
    assert not rates_differ(0, 10, (100, 100))
    assert not rates_differ(0, 11, (100, 0))
    assert not rates_differ(0, 30, (100, 100), design=3)
    assert rates_differ(10_000, 10_700, (1_000, 1_000))
    assert not rates_differ(10_000, 10_400, (1_000, 1_000))


def test_poisson() -> None:
    assert poisson_at_most(0, 7) == pytest.approx(0.000912, abs=1e-6)
    assert poisson_at_most(9, 10) == pytest.approx(0.457930, abs=1e-6)
    assert poisson_at_most(3, 0) == 1


@pytest.mark.parametrize("alike", [0.02, 0.1, 0.4, 0.9])
@pytest.mark.parametrize("share", [0.01, 0.05, 0.2])
def test_design_effect(alike: float, share: float) -> None:
    """Twenty items each of a million patients: as many of them are spared as the beta-binomial distribution says."""
    first, second, spared = share * (1 - alike) / alike, (1 - share) * (1 - alike) / alike, 1.0
    for number in range(20):
        spared *= (second + number) / (first + second + number)
    failed = round(1_000_000 * (1 - spared))
    assert design_effect(round(20_000_000 * share), 20_000_000, failed, 1_000_000) == pytest.approx(
        1 + 19 * alike, rel=0.01
    )


def test_independent_items_have_no_design_effect() -> None:
    assert design_effect(100, 2_000, 65, 100) == 1
    assert design_effect(50, 90, 50, 100) == 1
    assert design_effect(200, 2_000, 10, 100) == pytest.approx(20, rel=0.01)


@pytest.mark.parametrize("given", [(0, 10, 0, 5), (3, 10, 0, 5), (3, 10, 2, 0), (3, 10, 5, 5), (10, 10, 2, 5)])
def test_design_effect_where_nothing_is_known(given: tuple[int, int, int, int]) -> None:
    assert design_effect(*given) == CLUSTERED


def test_modified_z_of_equal_runs() -> None:
    assert modified_z(1, [1, 1, 1, 1, 1]) == 0
    assert modified_z(2, [1, 1, 1, 1, 1]) == inf
    assert modified_z(0, [1, 1, 1, 1, 1]) == -inf
    assert 0 < modified_z(2, [1, 1, 1, 1, 2]) < inf


def test_few_runs_ask_for_more() -> None:
    assert [outlier_from(runs) for runs in (5, 7, 14, 400)] == sorted(
        (outlier_from(runs) for runs in (5, 7, 14, 400)), reverse=True
    )
    assert outlier_from(10_000) == pytest.approx(OUTLIER, abs=0.01)


@pytest.mark.parametrize(
    ("value", "earlier", "expected"),
    [
        (5, [1], True),
        (5, [1, 2], False),
        (6, [1, 2], True),
        (9, [1, 1, 9], True),
        (4, [1, 2, 4], False),
        (1.4, [1, 1, 1, 1, 1], False),  # less than `least`
        (1.6, [1, 1, 1, 1, 1], True),
    ],
)
def test_outside(value: float, earlier: list[float], expected: bool) -> None:
    assert outside(value, earlier, 0.5) is expected
