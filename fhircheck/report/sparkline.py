"""A row of values as one line of text: the higher the block, the higher the value within the row."""

from collections.abc import Sequence
from fractions import Fraction

BLOCKS = "▁▂▃▄▅▆▇█"
MISSING = "·"
Value = Fraction | int | float | None


def sparkline(values: Sequence[Value], width: int) -> str:
    """At most `width` characters, the latest value last; see `columns`. Equal values are all drawn half high."""
    drawn = columns(values, width)
    known = [each for each in drawn if each is not None]
    if not known:
        return MISSING * len(drawn)
    low, high = min(known), max(known)
    return "".join(MISSING if each is None else _block(each, low, high) for each in drawn)


def per_column(count: int, width: int) -> int:
    """How many of `count` values share a column."""
    return max(1, -(-count // width))


def columns(values: Sequence[Value], width: int) -> list[Value]:
    """The latest value of every group that shares a column; groups are counted from the end."""
    step = per_column(len(values), width)
    return [values[place] for place in range(len(values) - 1, -1, -step)][::-1]


def _block(value: Fraction | float, low: Fraction | float, high: Fraction | float) -> str:
    if low == high:
        return BLOCKS[3]
    return BLOCKS[min(int((value - low) / (high - low) * len(BLOCKS)), len(BLOCKS) - 1)]
