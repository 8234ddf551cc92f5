"""The latest period of the data set against those before, both in months (model/months.py)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

EARLIEST = date(1900, 1, 1).toordinal()
"""Days before are taken for mistakes (the window of Qualifier's q_date_recent)."""
LENGTHS = (12, 3, 1)
"""Months of the latest period: the longest of which the data spans at least two."""


@dataclass(frozen=True, slots=True)
class Periods:
    """begin: first month of the latest period. end: its last month. length: in months. first: first month of all."""

    first: int
    begin: int
    end: int
    length: int

    def of(self, month: int) -> int:
        """1 for the latest period, 0 for what was before, -1 for a month outside the data's span."""
        if not self.first <= month <= self.end:
            return -1
        return int(month >= self.begin)


def periods_of(records: Mapping[int, int]) -> Periods | None:
    """The two periods of data with so many records by month; None where it does not span two months."""
    if not records:
        return None
    first, end = min(records), max(records)
    for length in LENGTHS:
        if end - first + 1 >= 2 * length:
            return Periods(first, end - length + 1, end, length)
    return None
