"""Where a record lies to a patient's index event. What is known to the day only stands for the whole day."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Literal, NamedTuple

from fhircheck.use_cases.requirement import Density, Window

Where = Literal["in", "before", "after", "imprecise", "undated"]


class Moment(NamedTuple):
    """First and last second that an event may have happened at."""

    first: int
    last: int


def where(first: int, last: int, index: Moment, window: Window) -> Where:
    """Whether a record is surely within `window` of `index`, surely before or after it, or cannot be placed."""
    if not last:
        return "undated"
    if window.end is not None:
        if first > index.last + window.end:
            return "after"
        if last > index.first + window.end:
            return "imprecise"
    if window.start is not None:
        if last < index.first + window.start:
            return "before"
        if first < index.last + window.start:
            return "imprecise"
    return "in"


def filled(starts: Iterable[int], density: Density, low: int | None, high: int | None) -> Fraction:
    """Share of the intervals from `low` to `high` with one of `starts`; without limits from the first to the last."""
    moments = sorted(each for each in starts if each)
    if not moments:
        return Fraction(0)
    first = moments[0] if low is None else low
    last = moments[-1] if high is None else high
    count = max(1, -(-(last - first + (high is None)) // density.every))
    hit = {min((each - first) // density.every, count - 1) for each in moments if first <= each <= last}
    return Fraction(len(hit), count)
