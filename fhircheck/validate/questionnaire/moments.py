"""When a date, dateTime or time begins, so that values of different precision can be put in order."""

import re
from datetime import UTC, datetime, timedelta, timezone

_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?")
_TIME = re.compile(r"(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?")


def begins(text: object) -> datetime | None:
    """The moment at which the period named by a date or dateTime begins, None where it is none.

    Without a time zone UTC is taken, for both sides of a comparison alike.
    """
    match = _DATE.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    microsecond = int(float(fraction) * 1_000_000) if fraction else 0
    try:
        return datetime(
            int(year),
            int(month or 1),
            int(day or 1),
            int(hour or 0),
            int(minute or 0),
            min(int(second or 0), 59),
            microsecond,
            tzinfo=_zone(zone),
        )
    except ValueError:
        return None


def _zone(zone: str | None) -> timezone:
    if zone in (None, "Z"):
        return UTC
    sign = -1 if zone[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6])))


def clock(text: object) -> tuple[int, int, int, str] | None:
    """A time of day in a form that sorts, None where it is none."""
    match = _TIME.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    return int(match[1]), int(match[2]), int(match[3] or 0), (match[4] or "").rstrip("0")
