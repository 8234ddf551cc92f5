"""What the data is made of, in counts: systems, codes, units, values, volume. Two runs are compared by it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counted:
    """How often something is used: what (an element path, a code), which (a system, a unit, a class), how often."""

    what: str
    which: str
    count: int


@dataclass(frozen=True, slots=True)
class Spread:
    """How the values of one kind are spread: what (``system|code``), unit, and how many lie in each class.

    edges: upper edges of the classes but the last; counts has one more. All are of one fixed grid (census_facts), but
    which of them are there depends on where values are: two spreads are laid on each other by the edges they share.
    """

    what: str
    unit: str
    edges: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Volume:
    """Resources of a type by day (``YYYY-MM-DD``) of what they tell about, else of meta.lastUpdated, sorted.

    What is older than 200 days stands by month (``YYYY-MM``). Days with fewer than the smallest cell are counted in
    an entry for the rest of their month, such months in one for their year (``YYYY``), such years under an empty day.
    """

    type: str
    days: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Census:
    """Counts of a run. Codes rarer than smallest_cell are counted together under an empty code; all is bounded:
    `complete` is False where something rarer was left out."""

    systems: tuple[Counted, ...] = ()
    codes: tuple[Counted, ...] = ()
    units: tuple[Counted, ...] = ()
    spreads: tuple[Spread, ...] = ()
    volumes: tuple[Volume, ...] = ()
    smallest_cell: int = 10
    complete: bool = True
