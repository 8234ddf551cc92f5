"""After everything was merged: the census of a report, bounded, and without what is rare."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

from fhircheck.measures.coded_look import NO_SYSTEM
from fhircheck.model.bounded_counts import OTHER
from fhircheck.model.census import Census, Counted, Spread, Volume
from fhircheck.model.census_facts import CensusFacts, Use, edge_of
from fhircheck.model.months import month_name
from fhircheck.model.path import shown_term

SYSTEMS = 1_000
CODES = 5_000
CODES_OF_SYSTEM = 300
"""Codes of one system at one element that a report names, the most frequent ones."""
UNITS = 2_000
SPREADS = 200
"""Spreads in a report, those of the most values."""
LEAST_VALUES = 30
"""Fewer values than this make no spread."""
CLASSES = 32
"""Most classes of a spread."""


def census_of(facts: CensusFacts, smallest_cell: int) -> Census:
    """The census of all that was merged.

    Codes, units and classes of values that are rarer than `smallest_cell` are counted together; days with fewer
    resources by month, months by year, years under an empty day.
    """
    facts.settle()
    facts.trim()
    systems = [Counted(name[0], name[1], count) for name, count in facts.systems if name != OTHER]
    codes, all_codes = _codes(facts.codes(), systems, smallest_cell)
    units, all_units = _units(facts, smallest_cell)
    spreads, all_spreads = _spreads(facts, smallest_cell)
    bounded = any(name == OTHER for name, _ in facts.systems) or len(systems) > SYSTEMS
    return Census(
        systems=_shown(_largest(systems, SYSTEMS)),
        codes=_shown(codes),
        units=units,
        spreads=spreads,
        volumes=tuple(_volumes(facts, smallest_cell)),
        smallest_cell=smallest_cell,
        complete=facts.complete and not bounded and all_codes and all_units and all_spreads,
    )


def _shown(counts: Iterable[Counted]) -> tuple[Counted, ...]:
    """The same without words in the place of a system or a code; what is alike then is counted together."""
    found: Counter[tuple[str, str]] = Counter()
    for each in counts:
        found[_name(each.what), _name(each.which)] += each.count
    return tuple(Counted(what, which, count) for (what, which), count in sorted(found.items()))


def _name(what: str) -> str:
    return "|".join(each if each == NO_SYSTEM else shown_term(each) for each in what.split("|"))


def _largest(counts: Iterable[Counted], limit: int) -> tuple[Counted, ...]:
    """The most frequent ones, sorted by name."""
    kept = sorted(counts, key=lambda each: (-each.count, each.what, each.which))[:limit]
    return tuple(sorted(kept, key=lambda each: (each.what, each.which)))


def _codes(codes: Iterable[tuple[Use, int]], systems: list[Counted], cell: int) -> tuple[tuple[Counted, ...], bool]:
    """Codes by ``element|system``, the rest of each under an empty code; whether all that are frequent are there."""
    frequent = [(use, count) for use, count in codes if count >= cell]
    kept: list[tuple[Use, int]] = []
    of_system: Counter[tuple[str, ...]] = Counter()
    for use, count in sorted(frequent, key=lambda pair: (-pair[1], pair[0])):
        of_system[use[:2]] += 1
        if of_system[use[:2]] <= CODES_OF_SYSTEM and len(kept) < CODES:
            kept.append((use, count))
    left = {(each.what, each.which): each.count for each in systems}
    for use, count in kept:
        if use[:2] in left:
            left[use[:2]] -= count
    found = [Counted(f"{element}|{system}", code, count) for (element, system, code), count in kept]
    found += [Counted(f"{element}|{system}", "", count) for (element, system), count in left.items() if count]
    return tuple(sorted(found, key=lambda each: (each.what, each.which))), len(kept) == len(frequent)


def _units(facts: CensusFacts, cell: int) -> tuple[tuple[Counted, ...], bool]:
    """Units by ``system|code``; rare ones together under an empty unit."""
    counts: Counter[tuple[str, str]] = Counter()
    complete = True
    for name, count in facts.units:
        if name == OTHER:
            complete = False
            continue
        counts[name[0], name[1] if count >= cell else ""] += count
    found = [Counted(what, unit, count) for (what, unit), count in counts.items() if count >= cell]
    return _largest(found, UNITS), complete and len(found) <= UNITS


def _spreads(facts: CensusFacts, cell: int) -> tuple[tuple[Spread, ...], bool]:
    enough = [(name, spread) for name, spread in facts.spreads.items() if spread.total() >= max(LEAST_VALUES, cell)]
    enough.sort(key=lambda pair: (-pair[1].total(), pair[0]))
    made = [_spread(name, spread, cell) for name, spread in enough[:SPREADS]]
    return tuple(sorted(made, key=lambda each: (each.what, each.unit))), len(enough) <= SPREADS


def _spread(name: tuple[str, str], spread: Counter[int], cell: int) -> Spread:
    """Classes of the finest grid that has few enough, neighbours joined until each has `cell` values.

    Every grid has each second edge of the next finer one, so that two runs share edges where both have values.
    """
    step, classes = 1, spread
    while len(classes) > CLASSES:
        step *= 2
        classes = coarser(spread, step)
    edges: list[float] = []
    counts: list[int] = []
    open_ = 0
    for number, count in sorted(classes.items()):
        open_ += count
        if open_ >= cell:
            edges.append(edge_of(number))
            counts.append(open_)
            open_ = 0
    if open_:
        counts[-1] += open_
    return Spread(name[0], name[1], tuple(edges[:-1]), tuple(counts))


def coarser(spread: Counter[int], step: int) -> Counter[int]:
    """The classes of every `step`-th edge, named by their upper edge; zero stays apart."""
    found: Counter[int] = Counter()
    for number, count in spread.items():
        above = -(-(number - 1) // step) * step + 1  # edges 1, 1 + step, 1 + 2 step ... above zero
        below = -(-(number + 1) // step) * step - 1
        found[0 if number == 0 else above if number > 0 else below] += count
    return found


def _volumes(facts: CensusFacts, cell: int) -> Iterator[Volume]:
    """By type: days with enough resources, else their month, else their year, else all of those together."""
    by_type: dict[str, Counter[str]] = {}
    for (kind, day), count in facts.days.items():
        if day:
            name = date.fromordinal(day).isoformat() if day > 0 else month_name(-day)
            by_type.setdefault(kind, Counter())[name] += count
    for kind, counts in sorted(by_type.items()):
        shown: Counter[str] = Counter()
        for length, shorter in ((10, 7), (7, 4), (4, 0)):
            rest: Counter[str] = Counter()
            for name, count in counts.items():
                if len(name) < length:
                    rest[name] += count
                elif count >= cell:
                    shown[name] += count
                else:
                    rest[name[:shorter]] += count
            counts = rest
        shown += counts
        yield Volume(kind, tuple(sorted(shown.items())))
