"""What the data is made of, in two runs: systems, codes, units, profiles that come or go; shifted distributions."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate
from typing import Any

from fhircheck.history.chance import CLUSTERED, RATES_SOURCE, chi_square, rates_differ
from fhircheck.history.document import Document
from fhircheck.measures.divergence import (
    LARGE_SHIFT,
    SHIFT,
    jensen_shannon,
    population_stability_index,
)
from fhircheck.model.change import Change, ChangeKind

PSI_SOURCE = (
    "population stability index over 0.25 (credit scoring, a convention) and over its 99.9 % quantile by chance: "
    "Yurdakul and Naranjo 2020, J Risk Model Validation 14(4):89-100"
)
CLASSES = 10
"""Classes that a distribution is compared by; ten is the usual number of the index."""
LARGE_CODE = Fraction(5, 100)
"""Share of its system from which on the coming or going of one code is alarming. Ours."""
LEAST_MOVED = Fraction(1, 1000)
"""A class whose share has moved less is no reason."""
LISTED = 300
"""Codes that a report names of a system; see measures/census."""
Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Side:
    """Counts of one run. unseen: a name that is not among them may have been used up to so often."""

    counts: Counts
    all: int
    unseen: int = 0


def census_changes(before: Document, after: Document) -> Iterator[Change]:
    """Changes of what the data is made of; none where one of the reports has no census."""
    old, new = before.get("census"), after.get("census")
    if not old or not new:
        return
    for element in sorted({each["what"] for each in (*old["systems"], *new["systems"])}):
        was, now = (_systems(each, element) for each in (before, after))
        yield from _come_and_gone(("system-new", "system-gone"), was, now, lambda name, at=element: f"{at}|{name}")
    yield from _codes(old, new)
    for code, (was, now) in _paired(_units(old), _units(new)):
        yield from _come_and_gone(("unit-new", "unit-gone"), was, now, lambda name, of=code: f"{of} {name}")
    yield from spread_shifts(old, new)


def profile_changes(before: Document, after: Document) -> Iterator[Change]:
    """Profiles that resources claim, come or gone."""
    was, now = (_claimed(each) for each in (before, after))
    yield from _come_and_gone(("profile-new", "profile-gone"), was, now, str)


def _claimed(document: Document) -> Side:
    counts: Counter[str] = Counter()
    for each in document["profiles"]:
        if each["how"] in ("meta", "dated"):
            counts[each["url"]] += int(each["resources"])
    return Side(counts, sum(int(each["count"]) for each in document["resources"]))


def _paired(before: Mapping[str, Side], after: Mapping[str, Side]) -> Iterator[tuple[str, tuple[Side, Side]]]:
    """What both runs have something of."""
    for name in sorted(before.keys() & after.keys()):
        yield name, (before[name], after[name])


def _systems(document: Document, element: str) -> Side:
    """Systems of an element, among all resources of its type: one that is coded no more loses all of its systems."""
    kind = element.partition(".")[0]
    resources = sum(int(each["count"]) for each in document["resources"] if each["type"] == kind)
    counts = {each["which"]: int(each["count"]) for each in document["census"]["systems"] if each["what"] == element}
    return Side(counts, resources)


def _units(census: Document) -> dict[str, Side]:
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for each in census["units"]:
        found[each["what"]][each["which"]] += each["count"]
    small = int(census["smallest_cell"]) - 1
    return {name: _side(counts, small) for name, counts in found.items()}


def _side(counts: Counter[str], unseen: int) -> Side:
    """Without the empty name, which stands for what is rare; that bounds how often an unseen name is used."""
    rest = counts.get("", 0)
    return Side({name: count for name, count in counts.items() if name}, counts.total(), min(unseen, rest))


def _come_and_gone(kinds: tuple[ChangeKind, ChangeKind], was: Side, now: Side, called: Any) -> Iterator[Change]:
    """What one run alone uses, and not by chance; alarming where that is so even if uses come in groups.

    Nothing where a run uses nothing.
    """
    if not was.all or not now.all:
        return
    exposure = was.all, now.all
    for name in sorted(now.counts.keys() ^ was.counts.keys()):
        new = name in now.counts
        before, after = (was.unseen, now.counts[name]) if new else (was.counts[name], now.unseen)
        if rates_differ(before, after, exposure):
            alarming = rates_differ(before, after, exposure, CLUSTERED)
            yield _change(kinds[not new], called(name), 0 if new else before, after if new else 0, alarming)


def _change(kind: ChangeKind, what: str, before: int, after: int, alarming: bool) -> Change:
    return Change(kind, what, before, after, alarming, source=RATES_SOURCE)


def _codes(old: Document, new: Document) -> Iterator[Change]:
    """Codes of each system at each element: those that come and go, and how all are spread."""
    for what, (was, now) in _paired(_code_sides(old), _code_sides(new)):
        for change in _come_and_gone(("code-new", "code-gone"), was, now, lambda name, at=what: f"{at}|{name}"):
            side = now if change.kind == "code-new" else was
            count = change.after if change.kind == "code-new" else change.before
            large = Fraction(int(count or 0), side.all) >= LARGE_CODE
            yield replace(change, alarming=change.alarming and large)
        parts = _most_frequent(was, now)
        yield from shift(what, *parts)


def _code_sides(census: Document) -> dict[str, Side]:
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for each in census["codes"]:
        found[each["what"]][each["which"]] += each["count"]
    small = int(census["smallest_cell"]) - 1
    sides = {}
    for name, counts in found.items():
        listed = [count for code, count in counts.items() if code]
        cut = len(listed) >= LISTED or not census["complete"]
        sides[name] = _side(counts, max(small, min(listed, default=0)) if cut else small)
    return sides


def _most_frequent(was: Side, now: Side) -> tuple[Counts, Counts]:
    """The codes most frequent in both runs together, and one class for all others."""
    both = Counter(was.counts) + Counter(now.counts)
    named = [name for name, _ in sorted(both.items(), key=lambda pair: (-pair[1], pair[0]))[: CLASSES - 1]]
    return _classes(was, named, now), _classes(now, named, was)


def _classes(side: Side, named: list[str], other: Side) -> Counts:
    """Counts of the named codes and, under an empty name, of all others.

    A code that is too rare to be listed has an unknown small count: it is taken to be as frequent as in the other run,
    as far as that is possible, so that no difference is made up.
    """
    found = {name: side.counts[name] for name in named if name in side.counts}
    rest = side.all - sum(found.values())
    for name in named:
        if name not in found:
            likely = other.counts.get(name, 0) * side.all // other.all
            found[name] = min(likely, side.unseen, rest)
            rest -= found[name]
    return found | {"": rest}


def shift(what: str, before: Counts, after: Counts) -> Iterator[Change]:
    """One Change where two distributions over the same classes differ by more than chance and worth a look (0.1)."""
    sizes = sum(before.values()), sum(after.values())
    freedom = sum(bool(before.get(name) or after.get(name)) for name in {**before, **after}) - 1
    if not all(sizes) or freedom < 1:
        return
    chance = chi_square(freedom) * (1 / sizes[0] + 1 / sizes[1])
    index = population_stability_index(before, after)
    if index <= max(SHIFT, chance):
        return
    divergence = jensen_shannon(before, after)
    limit = max(LARGE_SHIFT, chance)
    moved = sorted(_moves(before, after), key=lambda each: (-abs(each[1]), each[0]))[:3]
    yield Change(
        "distribution",
        what,
        sizes[0],
        sizes[1],
        index > limit,
        "psi",
        round(index, 6),
        round(limit, 6),
        PSI_SOURCE,
        (*moved, ("jensen-shannon", round(divergence, 6))),
    )


def _moves(before: Counts, after: Counts) -> Iterator[tuple[str, Fraction]]:
    """How much the share of each class has changed."""
    first, second = sum(before.values()), sum(after.values())
    for name in {**before, **after}:
        moved = Fraction(after.get(name, 0), second) - Fraction(before.get(name, 0), first)
        if abs(moved) >= LEAST_MOVED:
            yield name, moved


def spread_shifts(old: Document, new: Document) -> Iterator[Change]:
    """Measured values of the same code in the same unit, by classes that both runs have."""
    earlier = {(each["what"], each["unit"]): each for each in old["spreads"]}
    for each in new["spreads"]:
        was = earlier.get((each["what"], each["unit"]))
        if was is not None:
            parts = common_classes(was, each)
            yield from shift(f"{each['what']} {each['unit']}", *parts)


def common_classes(was: Document, now: Document) -> tuple[Counts, Counts]:
    """Counts of two spreads by the same classes, at most CLASSES, of about equal parts of `was`.

    Cuts are the edges of either. Where one lies within a class of the other it is not known how that one's values are
    divided: then they are divided as like the first one's as they can be, so that no difference is made up.
    """
    first, second = _Below(was), _Below(now)
    cuts = sorted({*first.edges, *second.edges})
    starts, low, high = [0], [0], [0]
    for index, cut in enumerate(cuts):
        one, other = first.alike(cut, second), second.alike(cut, first)
        if one * CLASSES >= first.all * len(starts) and len(starts) < CLASSES:
            starts.append(index + 1)
            low.append(one)
            high.append(other)
    names = [_class_name(cuts, *each) for each in zip(starts, [*starts[1:], len(cuts) + 1], strict=True)]
    return _parts(names, low, first.all), _parts(names, high, second.all)


class _Below:
    """How many values of a spread lie at or below a cut."""

    def __init__(self, spread: Document) -> None:
        self.edges = [float(each) for each in spread["edges"]]
        self.sums = list(accumulate(int(each) for each in spread["counts"]))
        self.all = self.sums[-1]

    def bounds(self, cut: float) -> tuple[int, int]:
        """At least and at most so many."""
        at = bisect_right(self.edges, cut)
        least = self.sums[at - 1] if at else 0
        return least, least if at and self.edges[at - 1] == cut else self.sums[at]

    def alike(self, cut: float, other: "_Below") -> int:
        """The number within the bounds that is most like the share of `other`."""
        least, most = self.bounds(cut)
        if least == most:
            return least
        low, high = other.bounds(cut)
        wanted = round(Fraction(low + high, 2 * other.all) * self.all)
        return min(max(wanted, least), most)


def _parts(names: list[str], below: list[int], size: int) -> Counts:
    """From counts below each class to counts in it."""
    return {name: stop - start for name, start, stop in zip(names, below, [*below[1:], size], strict=True)}


def _class_name(edges: list[float], start: int, stop: int) -> str:
    """``> 3.4 ≤ 5.1``."""
    low = f"> {edges[start - 1]:.4g}" if start else ""
    high = f"≤ {edges[stop - 1]:.4g}" if stop <= len(edges) else ""
    return f"{low} {high}".strip()
