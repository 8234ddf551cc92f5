"""How much data there is: types and sources that come, grow, shrink or stop."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import ceil
from statistics import median

from fhircheck.history.chance import CHANCE, RATES_SOURCE, poisson_at_most, rates_differ
from fhircheck.history.document import Document
from fhircheck.model.change import Change

FACTOR = 2
"""Less than 1/FACTOR of the resources that there were, or more than FACTOR times as many, is alarming. Ours."""
WORTH_SAYING = Fraction(11, 10)
"""Factor from which on another number of resources is a change at all. Ours."""
WEEKS = 8
"""A day is measured against the same weekday of so many weeks before it..."""
LEAST_WEEKS = 4
"""... of which so many must be known, and all of the known ones have data."""
UNKNOWN_LATE = 2
"""Days that data may be late while fewer than seven earlier runs tell. Ours."""
LONGEST = 60
"""Days without data that are looked back on."""
POISSON_SOURCE = "Poisson: what is missing has a chance under 0.1 %, by the same weekday of eight weeks"
Days = Mapping[date, int]


def volume_changes(before: Document, after: Document, group: str = "") -> Iterator[Change]:
    """Types whose number of resources differs by more than chance and by a tenth; those that have none any more."""
    was, now = _by_type(before), _by_type(after)
    for kind in sorted(was.keys() | now.keys()):
        old, new = was.get(kind, 0), now.get(kind, 0)
        if rates_differ(old, new, (1, 1)) and not old <= new * WORTH_SAYING <= old * WORTH_SAYING**2:
            yield _volume(kind, old, new, group)


def _by_type(document: Document) -> dict[str, int]:
    """Resources by type, of a report or of a source in it."""
    return {str(each["type"]): int(each["count"]) for each in document["resources"]}


def _volume(kind: str, old: int, new: int, group: str) -> Change:
    stopped = not new
    ratio = new / old if old else None
    much = old > 0 and not old <= new * FACTOR <= old * FACTOR**2
    return Change(
        "feed-stopped" if stopped else "volume",
        kind,
        old,
        new,
        much,
        "ratio" if old else "",
        ratio,
        1 / FACTOR if ratio is not None and ratio < 1 else float(FACTOR) if old else None,
        RATES_SOURCE,
        group=group,
    )


def started(document: Document) -> datetime:
    """When a run began. Raises ValueError."""
    return datetime.fromisoformat(str(document["header"]["started"]))


def stopped_feeds(past: Sequence[Document], after: Document) -> Iterator[Change]:
    """Types without resources on the latest days, though the same weekdays always had some.

    Only days before the run count, which are complete, and only days that are older than the data usually is late: as
    old as missing days were in three of four earlier runs; while there are fewer than seven of them, at least two days.
    Days with fewer resources than the smallest cell are not listed in a report: it is taken that so many may have come.
    Nothing for a first run.
    """
    if not past or not after.get("census"):
        return
    seen: dict[str, dict[date, int]] = {}
    late: dict[str, list[int]] = {}
    for document in past:
        _see(document, seen)
        today = started(document).date()
        for kind, days in seen.items():
            late.setdefault(kind, []).append(max(((today - day).days for day, _ in _missing(days, today)), default=0))
    _see(after, seen)
    rest = int(after["census"]["smallest_cell"]) - 1
    today = started(after).date()
    for kind, days in sorted(seen.items()):
        usual = _usually_late(late.get(kind, []))
        gone = [(day, number) for day, number in _missing(days, today) if (today - day).days > usual]
        expected = sum(number for _, number in gone)
        if kind in late and gone and poisson_at_most(rest * len(gone), expected) < CHANCE:
            because = tuple((day.isoformat(), number) for day, number in gone[:8])
            yield Change("feed-stopped", kind, expected, 0, True, "poisson", None, CHANCE, POISSON_SOURCE, because)


def _usually_late(ages: list[int]) -> int:
    """Days that data is late in three of four runs."""
    usual = sorted(ages)[ceil(0.75 * len(ages)) - 1] if ages else 0
    return usual if len(ages) >= 7 else max(usual, UNKNOWN_LATE)


def _see(document: Document, seen: dict[str, dict[date, int]]) -> None:
    """Add the days of a report; of a day that several have, the most resources."""
    for volume in (document.get("census") or {}).get("volumes", ()):
        days = seen.setdefault(str(volume["type"]), {})
        for each in volume["days"]:
            if len(each["day"]) == 10:
                day = date.fromisoformat(each["day"])
                days[day] = max(days.get(day, 0), int(each["count"]))


def _missing(days: Days, today: date) -> list[tuple[date, float]]:
    """The latest days before `today` without data where some are expected, oldest first, with how many."""
    earlier = [day for day in days if day < today]
    if not earlier:
        return []
    last, first = max(earlier), min(earlier)
    span = [last + timedelta(number) for number in range(1, min((today - last).days, LONGEST + 1))]
    return [(day, number) for day in span if (number := _expected(days, day, first))]


def _expected(days: Days, day: date, first: date) -> float:
    """Median of the same weekday in the weeks before; 0 where too few are known or one of them had nothing."""
    weeks = [day - timedelta(7 * number) for number in range(1, WEEKS + 1)]
    counts = [days.get(each, 0) for each in weeks if each >= first]
    return float(median(counts)) if len(counts) >= LEAST_WEEKS and all(counts) else 0.0
