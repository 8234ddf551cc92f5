"""What span of time a FHIR date stands for: a partial date is all the moments it may mean."""

import re
from calendar import monthrange
from datetime import date
from functools import lru_cache
from typing import NamedTuple

SECOND = 10**9
HOUR = 3600 * SECOND
DAY = 24 * HOUR
_DATE = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})"
    r"(?:T([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9]|60)(?:\.([0-9]+))?(Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9]))?)?)?"
)

REMEMBERED = 20_000
"""Days, and fractions of a second with a zone, that are read once only."""
_MINUTES = {f"T{hour:02}:{minute:02}": hour * HOUR + minute * 60 * SECOND for hour in range(24) for minute in range(60)}
_SECONDS = {f":{second:02}": second * SECOND for second in range(61)}
_days: dict[str, int] = {}
_rests: dict[str, tuple[int, int]] = {}


class Span(NamedTuple):
    """First and last nanosecond; counted in UTC where `zoned`, else on the clock of an unknown place."""

    first: int
    last: int
    zoned: bool


def span_of(text: object) -> Span | None:
    """The span of a FHIR date, dateTime or instant (R4 datatypes.html#dateTime); None where it is none."""
    return _read(text) if type(text) is str else None


@lru_cache(maxsize=4_096)
def _read(text: str) -> Span | None:
    day = _days.get(text[:10])
    if day is None:
        return _parsed(text)
    if len(text) == 10:
        return _span(day, day + DAY - 1, False)
    minute, second, rest = _MINUTES.get(text[10:16]), _SECONDS.get(text[16:19]), _rests.get(text[19:])
    if minute is None or second is None or rest is None:
        return _parsed(text)
    first = day + minute + second + rest[0]
    return _span(first, first + rest[1], True)


def _span(first: int, last: int, zoned: bool) -> Span:
    return tuple.__new__(Span, (first, last, zoned))


def _remember(text: str, span: Span) -> None:
    """Keep the parts that other dates have too: the day, and what follows the second."""
    if len(text) < 10:
        return
    day = date(int(text[:4]), int(text[5:7]), int(text[8:10])).toordinal() * DAY
    if len(_days) < REMEMBERED:
        _days[text[:10]] = day
    if len(text) > 10 and len(_rests) < REMEMBERED:
        _rests[text[19:]] = span.first - day - _MINUTES[text[10:16]] - _SECONDS[text[16:19]], span.last - span.first


def _parsed(text: str) -> Span | None:
    span = _by_pattern(text)
    if span is not None:
        _remember(text, span)
    return span


def _by_pattern(text: str) -> Span | None:
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        first = date(int(year), int(month or 1), int(day or 1)).toordinal() * DAY
    except ValueError:
        return None
    if hour is None:
        return Span(first, first + _length(int(year), month, day) * DAY - 1, False)
    digits = (fraction or "")[:9]
    first += int(hour) * HOUR + int(minute) * 60 * SECOND + int(second) * SECOND + int(digits.ljust(9, "0"))
    if zone != "Z":
        offset = int(zone[1:3]) * HOUR + int(zone[4:6]) * 60 * SECOND
        first += offset if zone[0] == "-" else -offset
    return Span(first, first + 10 ** (9 - len(digits)) - 1, True)


def _length(year: int, month: str | None, day: str | None) -> int:
    """Days in a year, a month or a day."""
    if day is not None:
        return 1
    if month is not None:
        return monthrange(year, int(month))[1]
    return date(year, 12, 31).toordinal() - date(year, 1, 1).toordinal() + 1


def in_order(first: Span, second: Span) -> bool:
    """Whether `second` may be at or after `first`: its last moment against the other's first.

    Two dates without a time zone are taken to be of the same place. Of a date and a moment with a
    zone, the date's zone is unknown: it begins as early as at UTC+14 and ends as late as at UTC-12.
    """
    earliest, latest = first.first, second.last
    if first.zoned != second.zoned:
        earliest -= 0 if first.zoned else 14 * HOUR
        latest += 0 if second.zoned else 12 * HOUR
    return latest >= earliest
