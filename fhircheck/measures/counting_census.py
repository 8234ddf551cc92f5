"""What a resource adds to the census beside its measured values: its codes and its day."""

from datetime import date

from fhircheck.measures.date_span import DAY
from fhircheck.measures.periods import EARLIEST
from fhircheck.measures.seen import Seen
from fhircheck.model.census_facts import CensusFacts
from fhircheck.model.months import month_of
from fhircheck.model.remembered import Remembered

DAYS = 200
"""Days before the run that are told apart, the same weekday 28 times; what is older is counted by month."""
AHEAD = 366
"""Days after the run that are counted; what is said to be later than that is taken for a mistake."""


def _day_of(stamp: str) -> int:
    """date.toordinal of the day that an instant begins with, as its own clock says; 0 for none."""
    try:
        return date.fromisoformat(stamp).toordinal() if len(stamp) == 10 and stamp[4] == "-" else 0
    except ValueError:
        return 0


_stamps: Remembered[str, int] = Remembered(_day_of)


def collect_census(seen: Seen, census: CensusFacts) -> None:
    """Count the codes of one resource, and its day: of what it tells about, else of meta.lastUpdated."""
    looked = seen.looked
    if looked is not None:
        census.uses[looked.uses] += 1
    span = seen.moment
    if span is not None:
        day = span[0] // DAY
    elif seen.checked.profiles:
        meta = seen.node.get("meta")
        stamp = meta.get("lastUpdated") if meta.__class__ is dict else None
        day = _stamps[stamp[:10]] if stamp.__class__ is str else 0
    else:
        return
    today = seen.tools.today
    if day < today - DAYS:
        day = -month_of(day) if day >= EARLIEST else 0
    elif day > today + AHEAD:
        day = 0
    census.days[seen.kind, day] += 1
