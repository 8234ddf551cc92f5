"""Is a difference more than chance? Tests of two shares, of two rates, and of a number among those of earlier runs."""

from collections.abc import Sequence
from math import erfc, exp, inf, lgamma, log, sqrt
from statistics import median

CHANCE = 0.001
"""Differences that chance alone gives at least this often are no change. Ours: a run has some hundred comparisons."""
Z = 3.2905267314919255
"""Normal quantile of CHANCE, two-sided."""
CLUSTERED = 3.0
"""So many items are taken to tell as much as one independent one where nothing better is known: what is of one patient
or one ward is alike. Ours."""
OUTLIER = 3.5
"""Modified z-score of an outlier: Iglewicz and Hoaglin 1993, How to Detect and Handle Outliers (ASQC 16)."""
OUTLIER_SOURCE = "modified z-score over 3.5: Iglewicz and Hoaglin 1993"
SHARES_SOURCE = "interval of the difference of two shares, 99.9 %: Newcombe 1998, Stat Med 17:873-890, method 10"
RATES_SOURCE = "conditional test of two rates, 0.1 %: Przyborowski and Wilenski 1940, Biometrika 31:313-323"
_EXACT = 2_000
"""Up to so many events the binomial distribution is summed; above, the normal one with correction is close enough."""


def shares_differ(passed: tuple[int, int], judged: tuple[int, int], design: float = 1.0, z: float = Z) -> bool:
    """Whether two shares (before, after) differ by more than chance: 0 is outside the interval of their difference.

    Newcombe's hybrid score interval, sound for small numbers and shares of 0 and 1. design: so many items tell as much
    as one that is independent of all others (Kish 1965, Survey Sampling).
    """
    if not all(judged):
        return False
    first, second = (_score_interval(passed[side] / design, judged[side] / design, z) for side in (0, 1))
    p, q = passed[0] / judged[0], passed[1] / judged[1]
    down = sqrt((q - second[0]) ** 2 + (first[1] - p) ** 2)
    up = sqrt((second[1] - q) ** 2 + (p - first[0]) ** 2)
    return not q - p - down <= 0 <= q - p + up


def _score_interval(passed: float, judged: float, z: float) -> tuple[float, float]:
    """Wilson's score interval of a share."""
    share, square = passed / judged, z * z
    middle = share + square / (2 * judged)
    half = z * sqrt(share * (1 - share) / judged + square / (4 * judged * judged))
    whole = 1 + square / judged
    return (middle - half) / whole, (middle + half) / whole


def design_effect(failing: int, judged: int, patients_failed: int, patients: int) -> float:
    """How many items tell as much as one independent one: 1 + (items a patient - 1) x their correlation.

    The correlation is the one at which as many patients have no failing item as were found, if failing items are
    beta-binomial by patient. CLUSTERED where patients do not tell.
    """
    if not failing or not patients or not 0 < patients_failed < patients or failing >= judged:
        return CLUSTERED
    share, items, spared = failing / judged, judged / patients, 1 - patients_failed / patients
    if items <= 1 or spared <= (1 - share) ** items:
        return 1.0
    low, high = 1e-6, 1 - 1e-6
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if _spared(share, items, middle) < spared else (low, middle)
    return 1 + (items - 1) * low


def _spared(share: float, items: float, alike: float) -> float:
    """Probability that none of the items of a patient fails (beta-binomial; alike: their correlation)."""
    scale = (1 - alike) / alike
    free = (1 - share) * scale
    return exp(lgamma(free + items) - lgamma(free) - lgamma(scale + items) + lgamma(scale))


def rates_differ(before: int, after: int, exposure: tuple[int, int], design: float = 1.0) -> bool:
    """Whether `before` and `after` events of so many occasions differ by more than chance.

    Given their sum, `after` is binomial if the rates are equal; two-sided. False where either side has no occasions.
    design: so many events come together as a rule.
    """
    before, after = round(before / design), round(after / design)
    if not all(exposure) or not before + after:
        return False
    share = exposure[1] / (exposure[0] + exposure[1])
    total = before + after
    upper = after > total * share
    tail = _tail(after, total, share) if upper else _tail(before, total, 1 - share)
    return 2 * tail < CHANCE


def _tail(least: int, total: int, share: float) -> float:
    """Probability of at least `least` of `total`."""
    if least <= 0:
        return 1.0
    if total > _EXACT:
        spread = sqrt(total * share * (1 - share))
        return 0.5 * erfc((least - 0.5 - total * share) / (spread * sqrt(2))) if spread else 0.0
    ways = lgamma(total + 1)
    terms = (
        ways - lgamma(k + 1) - lgamma(total - k + 1) + k * log(share) + (total - k) * log(1 - share)
        for k in range(least, total + 1)
    )  # fmt: skip
    return min(1.0, sum(map(exp, terms)))


def outside(value: float, earlier: Sequence[float], least: float = 0.0) -> bool:
    """Whether `value` lies outside what `earlier` runs let expect; True where there is but one of them.

    From five runs on by the modified z-score (outlier_from). With fewer, three times as far from their range as that is
    wide; of three and four the one nearest to `value` is left out, so that one odd run hides nothing. least: half
    width that the range of what is expected has at least.
    """
    known = sorted((float(each) for each in earlier), key=lambda each: abs(each - value))
    if len(known) < 2:
        return True
    if len(known) < 5:
        known = known[1:] if len(known) > 2 else known
        low, high = min(known), max(known)
        width = max(3 * (high - low), least)
        return not low - width <= value <= high + width
    return abs(modified_z(value, known)) > outlier_from(len(known)) and abs(value - median(known)) > least


def outlier_from(runs: int) -> float:
    """Modified z-score from which on a value is an outlier: OUTLIER of many runs, more of few.

    The median distance of few runs is often small by chance. So the score is passed in about five of 1,000 runs that
    vary as the normal distribution does, whatever their number (benchmarks/drift_power.py).
    """
    return float(OUTLIER + 39 / max(1, runs - 3) ** 1.3)


def modified_z(value: float, known: Sequence[float]) -> float:
    """0.6745 (value - median) / MAD; by the mean absolute deviation where more than half of the runs are equal."""
    middle = median(known)
    distances = [abs(each - middle) for each in known]
    spread, factor = median(distances), 0.6745
    if not spread:
        spread, factor = sum(distances) / len(distances), 0.7979
    if not spread:
        return 0.0 if value == middle else inf if value > middle else -inf
    return factor * (value - middle) / spread


def chi_square(freedom: int, z: float = Z) -> float:
    """Quantile of the chi-square distribution (Wilson and Hilferty 1931, PNAS 17:684-688), 1 % off at most here.

    One-sided: of twice the usual share of Z, so that it is a little stricter.
    """
    return float(freedom * (1 - 2 / (9 * freedom) + z * sqrt(2 / (9 * freedom))) ** 3) if freedom else 0.0


def poisson_at_most(most: int, expected: float) -> float:
    """Probability of at most `most` events where `expected` are (Poisson)."""
    if expected <= 0:
        return 1.0
    return min(1.0, sum(exp(k * log(expected) - expected - lgamma(k + 1)) for k in range(most + 1)))
