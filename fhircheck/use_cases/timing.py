"""Where a record lies to a patient's index event. What is known to the day only stands for the whole day."""

from collections.abc import Iterable, Sequence
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
    """Share of the intervals from `low` to `high` with one of `starts`; without limits of `slots`, first to last."""
    moments = sorted(each for each in starts if each)
    if not moments:
        return Fraction(0)
    if low is None and high is None:
        return Fraction(*slots(moments, density.every))
    first = moments[0] if low is None else low
    last = moments[-1] if high is None else high
    count = max(1, -(-(last - first + (high is None)) // density.every))
    hit = {min((each - first) // density.every, count - 1) for each in moments if first <= each <= last}
    return Fraction(len(hit), count)


def slots(moments: Sequence[int], every: int) -> tuple[int, int]:
    """How many of the samples expected every `every` seconds are there, and how many are expected.

    moments: seconds in ascending order, at least one. A sample may come up to half an interval early or late (a weight
    at 7:00, then at 6:40): each is counted from the one before, so that clocks need not be exact. Of several that would
    do the one nearest to when it is expected counts; what comes between is not counted.
    """
    present = expected = 1
    last, number = moments[0], 1
    while number < len(moments):
        steps = _steps(moments[number] - last, every)
        if steps:
            due = last + steps * every
            while number + 1 < len(moments) and abs(moments[number + 1] - due) < abs(moments[number] - due):
                number += 1
            present, expected, last = present + 1, expected + steps, moments[number]
        number += 1
    return present, expected


def _steps(seconds: int, every: int) -> int:
    """The whole number of intervals that is nearest, of two the larger."""
    return (2 * seconds + every) // (2 * every)
