"""The span of time that a date stands for, in microseconds (http://hl7.org/fhir/R4/search.html#date)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from fhircheck.fhirpath.temporal import EARLIEST, LATEST, Temporal, parse_temporal

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
_FIRST = (1, 1, 1, 0, 0)
OPEN = 1 << 62


class Span(NamedTuple):
    """From `low` to before `high`, microseconds since 1970. zoned: no time zone has to be assumed."""

    low: int
    high: int
    zoned: bool


def span_of(value: Any, offset: int = 0) -> Span | None:
    """What a date, dateTime, instant or Period covers; None for anything else.

    offset: minutes east of UTC that hold where no zone is said.
    """
    if value.__class__ is str:
        return _of_text(value, offset)
    if value.__class__ is not dict or not ({"start", "end"} & set(value)):
        return None
    ends = [span_of(value[name], offset) if name in value else None for name in ("start", "end")]
    if any(end is None and name in value for end, name in zip(ends, ("start", "end"), strict=True)):
        return None
    start, end = ends
    zoned = all(each is None or each.zoned for each in ends)
    return Span(start.low if start else -OPEN, end.high if end else OPEN, zoned)


@lru_cache(2_000)
def _of_text(text: str, offset: int) -> Span | None:
    moment = parse_temporal(text)
    return None if moment is None or moment.is_time else _span(moment, offset)


def _span(moment: Temporal, offset: int) -> Span | None:
    parts = moment.parts
    year, month, day, hour, minute = (parts[:5] + _FIRST[len(parts) :])[:5]
    second = parts[5] if len(parts) > 5 else Decimal(0)
    zone = moment.offset if moment.offset is not None else offset
    try:
        start = datetime(year, month, day, hour, minute, tzinfo=UTC)
        low = (start - _EPOCH) // _MICRO + int(second * 1_000_000) - zone * 60_000_000
        return Span(low, low + _length(moment, start), moment.offset is not None)
    except (OverflowError, ValueError):
        return None


def _length(moment: Temporal, start: datetime) -> int:
    known = len(moment.parts)
    if known == 1:
        return (start.replace(year=start.year + 1) - start) // _MICRO
    if known == 2:
        following = (start + timedelta(days=32)).replace(day=1)
        return (following - start) // _MICRO
    seconds = {3: 86_400, 4: 3_600, 5: 60}.get(known)
    return seconds * 1_000_000 if seconds else 10 ** (6 - min(moment.digits, 6))


def zones(one: Span, other: Span) -> tuple[int, ...]:
    """Offsets (minutes) under which two spans must be compared: any in use where one has no zone and the other has."""
    return (0,) if one.zoned == other.zoned else (LATEST, 0, 60, 120, EARLIEST)
