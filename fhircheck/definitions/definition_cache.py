"""Parsed definitions kept in memory, bounded by the size of their texts."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

BOUND = 6 * 2**20
"""Bytes of JSON text; parsed, they take about six times as much."""

Key = tuple[int, int]
Parsed = dict[str, Any]


class DefinitionCache:
    """Least recently used parsed definitions; the newest one always stays."""

    def __init__(self, bound: int = BOUND) -> None:
        self._bound = bound
        self._size = 0
        self._kept: OrderedDict[Key, tuple[int, Parsed]] = OrderedDict()

    def get(self, key: Key, read: Callable[[], bytes]) -> Parsed:
        """The parsed definition of `key`; `read` gives its text where it is not there."""
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            return kept[1]
        text = read()
        parsed = parse(text)
        self._kept[key] = (len(text), parsed)
        self._size += len(text)
        while self._size > self._bound and len(self._kept) > 1:
            self._size -= self._kept.popitem(last=False)[1][0]
        return parsed


def parse(text: bytes) -> Parsed:
    """A definition's JSON as plain objects, numbers with a point as exact Decimals."""
    import jiter

    parsed: Parsed = jiter.from_json(text, float_mode="decimal", allow_inf_nan=False, cache_mode="keys")
    return parsed
