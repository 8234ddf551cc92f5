"""Dates, date-times and times with their precision (http://hl7.org/fhirpath/N1/#date-time-arithmetic and following)."""

import re
from calendar import monthrange
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_DOWN, Decimal
from functools import lru_cache

from fhircheck.fhirpath.errors import FhirPathError

DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(T(?:(\d\d)(?::(\d\d)(?::(\d\d(?:\.\d+)?))?)?(Z|[+-]\d\d:\d\d)?)?)?", re.ASCII
)
TIME = re.compile(r"T(\d\d)(?::(\d\d)(?::(\d\d(?:\.\d+)?))?)?", re.ASCII)
_DAY = r"(?:1\d|20)\d\d-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
_CLOCK = r"T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d"
_ALIKE = re.compile(
    rf"{_DAY}(?:{_CLOCK}(\.\d+)?(Z|[+-]\d\d:\d\d))? {_DAY}(?(2){_CLOCK}(?(1)\.\d+)\2)", re.ASCII
)  # fmt: skip
FIRST = (1, 1, 1, 0, 0, Decimal(0))
YEAR, MONTH, DAY, HOUR, MINUTE, SECOND = range(1, 7)
EARLIEST, LATEST = 14 * 60, -12 * 60
"""Offsets, in minutes, of the places where a day begins first and last."""


class Temporal:
    """A point of time known to some precision.

    type: ``System.Date``, ``System.DateTime`` or ``System.Time``. parts: year, month, day, hour, minute, second as
    far as known (a time: hour, minute, second). offset: minutes east of UTC, None where not said. digits: decimal
    places of the second. shown: its text.
    """

    __slots__ = ("digits", "offset", "parts", "type")

    def __init__(self, type_name: str, parts: tuple, offset: int | None = None, digits: int = 0) -> None:  # type: ignore[type-arg]
        self.type = type_name
        self.parts = parts
        self.offset = offset
        self.digits = digits

    @property
    def is_time(self) -> bool:
        """Whether it is a time of day."""
        return self.type == "System.Time"

    def __str__(self) -> str:
        return shown(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Temporal) and self.type == other.type and compare(self, other) == 0

    def __hash__(self) -> int:
        return hash(key(self))


def parse_literal(text: str, at: int) -> Temporal:
    """A literal such as ``@2015-02``. Raises FhirPathError where it is no date."""
    found = parse_temporal(text[1:])
    if found is None:
        raise FhirPathError("no such date or time", at)
    return found


@lru_cache(4_000)
def parse_temporal(text: str) -> Temporal | None:
    """The date, date-time or time (with a leading T) that `text` says, None where it says none."""
    match = TIME.fullmatch(text)
    if match is not None:
        hour, minute, second = match.groups()
        return _checked("System.Time", (), hour, minute, second, None)
    match = DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day, rest, hour, minute, second, zone = match.groups()
    days = tuple(int(each) for each in (year, month, day) if each)
    if (rest and hour and not day) or (zone and not hour) or not _is_day(days):
        return None
    return _checked("System.DateTime" if rest else "System.Date", days, hour, minute, second, zone)


def _is_day(days: tuple[int, ...]) -> bool:
    year, month, day = (*days, 1, 1)[:3]
    return 1 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


def _checked(
    kind: str, days: tuple[int, ...], hour: str | None, minute: str | None, second: str | None, zone: str | None
) -> Temporal | None:
    parts: tuple = days  # type: ignore[type-arg]
    digits = 0
    if hour:
        parts += (int(hour),)
        if minute:
            parts += (int(minute),)
            if second:
                parts += (Decimal(second),)
                digits = len(second.partition(".")[2])
        if int(hour) > 23 or int(minute or 0) > 59 or Decimal(second or 0) >= 61:
            return None
    return Temporal(kind, parts, _offset(zone), digits)


def _offset(zone: str | None) -> int | None:
    if not zone:
        return None
    if zone == "Z":
        return 0
    minutes = int(zone[1:3]) * 60 + int(zone[4:6])
    return -minutes if zone[0] == "-" else minutes


def shown(moment: Temporal) -> str:
    """Its text in ISO 8601, without the ``@`` of a literal."""
    parts = moment.parts
    if moment.is_time:
        return _clock(parts, moment.digits)
    text = f"{parts[0]:04d}" + "".join(f"-{each:02d}" for each in parts[1:3])
    if moment.type == "System.Date":
        return text
    text += "T" + _clock(parts[3:], moment.digits)
    if moment.offset is None or len(parts) < HOUR:
        return text
    if moment.offset == 0:
        return text + "Z"
    hours, minutes = divmod(abs(moment.offset), 60)
    return f"{text}{'-' if moment.offset < 0 else '+'}{hours:02d}:{minutes:02d}"


def _clock(parts: tuple, digits: int) -> str:  # type: ignore[type-arg]
    text = ":".join(f"{each:02d}" for each in parts[:2])
    if len(parts) > 2:
        text += f":{parts[2]:0{3 + digits if digits else 2}.{digits}f}"
    return text


def compare(left: Temporal, right: Temporal) -> int | None:
    """-1, 0 or 1; None where the precisions do not let it be told. Both are times, or neither is.

    An offset that is not said may be any in use, so two date-times of which one has an offset can
    be told apart only where they are further apart than that.
    """
    one, two = left.parts, right.parts
    if left.offset is not None and right.offset is not None:
        one, two = utc(left), utc(right)
    elif (left.offset is None) != (right.offset is None) and len(one) > DAY and len(two) > DAY:
        return _compare_unsaid(left, right)
    for mine, others in zip(one, two, strict=False):
        if mine != others:
            return -1 if mine < others else 1
    return 0 if len(one) == len(two) else None


def ordered_as_text(one: str, two: str) -> bool:
    """Whether two moments stand in time as their texts do in the alphabet: of one form, with the same offset.

    Most data is so, and texts are compared many times as fast as parts. The years are those whose days no offset
    moves out of the calendar.
    """
    return len(one) == len(two) and _ALIKE.fullmatch(f"{one} {two}") is not None


def _compare_unsaid(left: Temporal, right: Temporal) -> int | None:
    if left.offset is None:
        answer = _compare_unsaid(right, left)
        return None if answer is None else -answer
    mine = utc(left)
    earliest = utc(Temporal(right.type, right.parts, EARLIEST))
    latest = utc(Temporal(right.type, right.parts, LATEST))
    length = min(len(mine), len(earliest))
    if mine[:length] < earliest[:length]:
        return -1
    return 1 if mine[:length] > latest[:length] else None


def utc(moment: Temporal) -> tuple:  # type: ignore[type-arg]
    """The parts of a date-time moved to UTC; those of a date or an hour as they are."""
    parts = moment.parts
    if not moment.offset or len(parts) < HOUR:
        return parts
    try:
        minute = parts[4] if len(parts) > HOUR else 0
        at = datetime(parts[0], parts[1], parts[2], parts[3], minute) - timedelta(minutes=moment.offset)
    except OverflowError:
        return parts
    moved = (at.year, at.month, at.day, at.hour, at.minute)[: max(len(parts), HOUR)]
    return moved[: len(parts)] + parts[5:]


def key(moment: Temporal) -> tuple:  # type: ignore[type-arg]
    """Hashable, equal for moments that are surely equal."""
    return (moment.is_time, moment.offset is None, utc(moment))


def add(moment: Temporal, amount: Decimal, unit: str) -> Temporal | None:
    """`moment` moved by whole `unit`s (year, month, week, day, hour, minute, second, millisecond); None out of range.

    The fraction of an amount is dropped; a unit finer than the moment's precision counts as the whole coarser units
    in it (http://hl7.org/fhirpath/N1/#date-time-arithmetic).
    """
    whole = int(amount.to_integral_value(ROUND_DOWN))
    if abs(whole) > 10**12:
        return None
    if moment.is_time:
        return _add_time(moment, whole, unit)
    length = len(moment.parts)
    if unit == "year" or (unit == "month" and length >= MONTH):
        return _add_months(moment, whole * 12 if unit == "year" else whole)
    if length <= MONTH:
        years = _truncated(whole * _DAYS[unit], 365) if unit != "month" else _truncated(whole, 12)
        months = years * 12 if length == YEAR else _truncated(whole * _DAYS[unit], 30)
        return _add_months(moment, months)
    return _add_seconds(moment, whole, unit)


_SECONDS = {
    "week": Decimal(604_800),
    "day": Decimal(86_400),
    "hour": Decimal(3_600),
    "minute": Decimal(60),
    "second": Decimal(1),
    "millisecond": Decimal("0.001"),
}
_DAYS = {unit: seconds / 86_400 for unit, seconds in _SECONDS.items()} | {"month": Decimal(30)}
_LEVEL = {3: Decimal(86_400), 4: Decimal(3_600), 5: Decimal(60), 6: Decimal("0.001")}


def _truncated(amount: Decimal | int, unit: int) -> int:
    return int((Decimal(amount) / unit).to_integral_value(ROUND_DOWN))


def _add_months(moment: Temporal, months: int) -> Temporal | None:
    year, month, *rest = (*moment.parts, 1) if len(moment.parts) == 1 else moment.parts
    total = year * 12 + month - 1 + months
    year, month = total // 12, total % 12 + 1
    if not 1 <= year <= 9999:
        return None
    if rest:
        rest[0] = min(rest[0], monthrange(year, month)[1])
    return Temporal(moment.type, (year, month, *rest)[: len(moment.parts)], moment.offset, moment.digits)


def _add_seconds(moment: Temporal, whole: int, unit: str) -> Temporal | None:
    parts = moment.parts
    step = _LEVEL[len(parts)]
    seconds = (whole * _SECONDS[unit] / step).to_integral_value(ROUND_DOWN) * step
    year, month, day, hour, minute, second = parts + FIRST[len(parts) :]
    total = date(year, month, day).toordinal() * Decimal(86_400) + hour * 3_600 + minute * 60 + second + seconds
    days, rest = divmod(total, 86_400)
    if not 1 <= days <= date.max.toordinal():
        return None
    at = date.fromordinal(int(days))
    moved = (at.year, at.month, at.day, int(rest // 3_600), int(rest % 3_600 // 60), rest % 60)[: len(parts)]
    return Temporal(moment.type, moved, moment.offset, _digits(moment, moved))


def _digits(before: Temporal, parts: tuple) -> int:  # type: ignore[type-arg]
    if not isinstance(parts[-1], Decimal):
        return 0
    return max(before.digits, 3 if parts[-1] != int(parts[-1]) else 0)


def _add_time(moment: Temporal, whole: int, unit: str) -> Temporal | None:
    if unit not in _SECONDS:
        return None
    parts = moment.parts
    step = _LEVEL[len(parts) + 3]
    hour, minute, second = parts + FIRST[3 + len(parts) :]
    seconds = (whole * _SECONDS[unit] / step).to_integral_value(ROUND_DOWN) * step
    rest = (hour * 3_600 + minute * 60 + second + seconds) % 86_400
    rest += 86_400 if rest < 0 else 0
    moved = (int(rest // 3_600), int(rest % 3_600 // 60), rest % 60)[: len(parts)]
    return Temporal(moment.type, moved, None, _digits(moment, moved))


def from_datetime(now: datetime) -> Temporal:
    """`now` to the millisecond; without a zone it is taken as UTC."""
    now = now if now.tzinfo else now.replace(tzinfo=timezone.utc)  # noqa: UP017
    offset = now.utcoffset() or timedelta()
    second = Decimal(now.second) + Decimal(now.microsecond // 1_000) / 1_000
    parts = (now.year, now.month, now.day, now.hour, now.minute, second)
    return Temporal("System.DateTime", parts, int(offset.total_seconds()) // 60, 3)
