"""How many different keys: exact for few, a HyperLogLog sketch for many; merges in any order to the same number."""

from collections.abc import Iterable
from math import log

EXACT = 2_048
"""Up to so many keys are counted exactly."""
ERROR = 0.0081
"""Relative standard error beyond that: 1.04 / sqrt(2**14)."""
_BITS = 14
_REGISTERS = 1 << _BITS
_REST = 64 - _BITS
_ALPHA = 0.7213 / (1 + 1.079 / _REGISTERS)


class Distinct:
    """A number of different 64-bit hashes (Flajolet et al. 2007, AofA 07, 137-156: HyperLogLog).

    Exact while there are at most EXACT keys; which of the two it is depends on the keys alone, not on their order or
    on how the work was spread.
    """

    __slots__ = ("_keys", "_registers")

    def __init__(self, keys: Iterable[int] = ()) -> None:
        self._keys: set[int] = set(keys)
        self._registers: bytearray | None = None
        self._bound()

    @property
    def exact(self) -> bool:
        """Whether `count` is no estimate."""
        return self._registers is None

    def add(self, key: int) -> None:
        """See one key, evenly distributed over 64 bits."""
        self._keys.add(key)
        if len(self._keys) > EXACT:
            self._bound()

    def merge(self, other: "Distinct") -> None:
        """See all that `other` saw."""
        if other._registers is not None:
            mine = self._registers or bytearray(_REGISTERS)
            self._registers = bytearray(map(max, mine, other._registers))
        self._keys |= other._keys
        self._bound()

    def _bound(self) -> None:
        if self._registers is None and len(self._keys) <= EXACT:
            return
        registers = self._registers = self._registers or bytearray(_REGISTERS)
        for key in self._keys:
            place, rest = key >> _REST, key & ((1 << _REST) - 1)
            rank = _REST - rest.bit_length() + 1
            registers[place] = max(registers[place], rank)
        self._keys = set()

    def __len__(self) -> int:
        """The number of different keys, an estimate where not `exact`."""
        if self._registers is None:
            return len(self._keys)
        empty = self._registers.count(0)
        whole = sum(self._registers.count(rank) << (64 - rank) for rank in range(_REST + 2))
        estimate = _ALPHA * _REGISTERS * _REGISTERS * 2.0**64 / whole
        if estimate <= 2.5 * _REGISTERS and empty:
            estimate = _REGISTERS * log(_REGISTERS / empty)
        return round(estimate)

    def __bool__(self) -> bool:
        return self._registers is not None or bool(self._keys)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Distinct) and (self._keys, self._registers) == (other._keys, other._registers)

    __hash__ = None  # type: ignore[assignment]
