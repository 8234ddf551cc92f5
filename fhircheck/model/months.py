"""Months as numbers, and what they are called: ``2025-03``."""

from datetime import date

from fhircheck.model.remembered import Remembered


def month_number(year: int, month: int) -> int:
    """Number of a month, 12 * year + month - 1: the next month has the next number."""
    return 12 * year + month - 1


def month_of(day: int) -> int:
    """Number of the month of a day as date.toordinal counts."""
    return _months[day]


def _month(day: int) -> int:
    found = date.fromordinal(day)
    return month_number(found.year, found.month)


_months: Remembered[int, int] = Remembered(_month, 100_000)


def month_name(month: int) -> str:
    """``2025-03`` for the number of a month."""
    return f"{month // 12:04}-{month % 12 + 1:02}"


def known_month(year: int, month: int = 0) -> int:
    """Number of a month that may not be known, year * 100 + month: those of a year sort after the year alone."""
    return year * 100 + month


def known_month_name(number: int) -> str:
    """``2025-03`` for such a number, ``2025`` where only the year is known."""
    year, month = divmod(number, 100)
    return f"{year:04}-{month:02}" if month else f"{year:04}"
