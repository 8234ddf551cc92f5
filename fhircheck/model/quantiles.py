"""Quantiles of many numbers in little memory; merges in any order to the same answer."""

from collections import Counter
from math import ceil, log

ERROR = 0.01
"""Largest relative error of a quantile."""
_GAMMA = (1 + ERROR) / (1 - ERROR)
_STEP = log(_GAMMA)
_LEAST = 1e-9


REMEMBERED = 10_000
_keys: dict[float, tuple[int, int]] = {}


def _key(value: float) -> tuple[int, int]:
    """The bucket of a number; those of the first numbers seen are remembered."""
    size, sign = abs(value), 1 if value > 0 else -1
    key = (0, 0) if size < _LEAST else (sign, sign * ceil(log(size) / _STEP))
    if len(_keys) < REMEMBERED:
        _keys[value] = key
    return key


class Quantiles:
    """Counts in logarithmic buckets (Masson, Rim, Lee 2019, PVLDB 12(12):2195-2205: DDSketch), negative numbers too.

    A quantile is off by at most ERROR times its value. Numbers nearer to zero than 1e-9 count as zero.
    """

    __slots__ = ("_buckets", "_count")

    def __init__(self) -> None:
        self._buckets: Counter[tuple[int, int]] = Counter()
        self._count = 0

    def add(self, value: float, times: int = 1) -> None:
        """See a finite number."""
        key = _keys.get(value)
        if key is None:
            key = _key(value)
        self._buckets[key] += times
        self._count += times

    def merge(self, other: "Quantiles") -> None:
        """See all that `other` saw."""
        self._buckets.update(other._buckets)
        self._count += other._count

    def __len__(self) -> int:
        """How many numbers there were."""
        return self._count

    def quantile(self, share: float) -> float | None:
        """The value below which about `share` (0 to 1) of the numbers are; None without numbers."""
        if not self._count:
            return None
        rank = share * (self._count - 1)
        seen = 0
        value = 0.0
        for (sign, index), count in sorted(self._buckets.items()):
            value = sign * 2 * _GAMMA ** (sign * index) / (_GAMMA + 1)
            seen += count
            if seen > rank:
                break
        return value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Quantiles) and self._buckets == other._buckets

    __hash__ = None  # type: ignore[assignment]
