"""Answers that depend on one key alone, found once, in bounded memory."""

from collections.abc import Callable, Hashable
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

LIMIT = 20_000
"""So many answers are kept where nothing else is said: keys come out of the data, without bound."""


class Remembered(dict[Key, Value]):
    """``table[key]`` is what `make` says of the key; when `limit` of them are known all are forgotten.

    An answer that is known costs no call of Python code. For one process: it is not pickled.
    """

    __slots__ = ("_limit", "_make")

    def __init__(self, make: Callable[[Key], Value], limit: int = LIMIT) -> None:
        super().__init__()
        self._make, self._limit = make, limit

    def __missing__(self, key: Key) -> Value:
        value = self._make(key)
        if len(self) >= self._limit:
            self.clear()
        self[key] = value
        return value
