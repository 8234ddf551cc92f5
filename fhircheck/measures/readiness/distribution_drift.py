"""distribution-drift: are the same things coded lately as before? (DRIFT-1)"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.date_span import DAY
from fhircheck.measures.divergence import LARGE_SHIFT, SHIFT, by_chance, jensen_shannon, population_stability_index
from fhircheck.measures.mix import MEASURE_NAME, TOP, Codes, mix_facts
from fhircheck.measures.mix_keys import ABOUT, mix_of_profile
from fhircheck.measures.periods import Periods
from fhircheck.measures.seen import Seen
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.months import month_name, month_of
from fhircheck.model.record import Node
from fhircheck.model.report import Detail, Threshold

REMEMBERED = 5_000
NOISE = SHIFT / 2
"""Where chance alone would give more than this, there are too few records to tell."""


def observe(node: Node, seen: Seen, tally: Tally) -> None:
    """Add rows for the codes that say what a dated resource is about, their versions, and its profiles.

    Names of systems, versions and profiles are kept in `tally`, without counts: those are in the rows. Codes are not.
    """
    span = seen.moment
    if span is None:
        return
    month, rows = month_of(span[0] // DAY), seen.rows.table("mix").fresh
    keys, names = seen.codes.mix
    for item, group in keys:
        rows += (item, group, month)
    if keys:
        tally.repeat(names)
    meta = node.get("meta")
    profiles = meta.get("profile") if meta.__class__ is dict else None
    if profiles.__class__ is list:
        _profiles(profiles, month, rows, seen, tally)


def _profiles(profiles: list[Any], month: int, rows: list[int], seen: Seen, tally: Tally) -> None:
    known: dict[object, Any] = seen.tools.remembered.setdefault("mix", {})
    for profile in profiles:
        if profile.__class__ is str and profile:
            mix = known.get(profile)
            if mix is None:
                if len(known) > REMEMBERED:
                    known.clear()
                mix = known[profile] = mix_of_profile(profile)
            rows += (*mix.keys[0], month)
            tally.repeat(mix.names)


def judge(merged: Merged) -> Judged:
    """Compare the codes of the latest period with those before, each system in each type by itself."""
    facts, tally = mix_facts(merged), Tally()
    details: list[Detail] = []
    if facts.periods is not None and facts.codes:
        details.append(_latest(facts.periods))
    for name, codes in sorted(facts.codes.items()):
        details += _count(tally, name, compare(codes))
    return Judged(tally, details=tuple(details))


def judge_mixes(mixes: Iterable[tuple[str, tuple[Counter[str], Counter[str]]]], periods: Periods | None) -> Judged:
    """The same of patients by group, before the latest period and in it. periods: None where there are no two."""
    tally, details = Tally(), list[Detail]()
    for name, (earlier, later) in mixes if periods is not None else ():
        if len(earlier.keys() | later.keys()) > 1:
            details += _count(tally, name, _distance(earlier, later, (earlier.total(), later.total())))
    if periods is None or not tally.denominator + tally.cannot_tell:
        return Judged(tally)
    return Judged(tally, details=(_latest(periods), *details))


def _latest(periods: Periods) -> Detail:
    return Detail("latest-period", periods.length, "months", f"from {month_name(periods.begin)}")


def _count(tally: Tally, name: str, found: tuple[float, float] | None) -> Iterator[Detail]:
    """Count one comparison, with its numbers."""
    if found is None:
        tally.cannot_tell += 1
        return
    index, divergence = found
    tally.count(name, index <= LARGE_SHIFT)
    yield Detail("population-stability-index", index, "", name)
    yield Detail("jensen-shannon", divergence, "", name)


def compare(codes: Codes) -> tuple[float, float] | None:
    """Population stability index and Jensen-Shannon divergence, None where chance alone may be that large."""
    return _distance(*codes.parts(), (codes.all[0], codes.all[1]))


def _distance(
    earlier: Mapping[Any, int], later: Mapping[Any, int], sizes: tuple[int, int]
) -> tuple[float, float] | None:
    if by_chance(len(earlier.keys() | later.keys()), *sizes) > NOISE:
        return None
    return population_stability_index(earlier, later), jensen_shannon(earlier, later)


MEASURE = CountedMeasure(
    name=MEASURE_NAME,
    code="DRIFT-1",
    summary="Code systems whose codes are spread in the latest period as they were before.",
    why="A model learned what was usual. If the mix of diagnoses or tests changes, by a new guideline, a new ward or a "
    "fault in the mapping, it meets patients that it does not know.",
    category=Category.PLAUSIBILITY,
    subcategory=Subcategory.TEMPORAL,
    context=Context.VERIFICATION,
    dimension="ai-readiness",
    formula="One item is a code system in one element (per system), of the codes that say what a dated resource is "
    "about: " + ", ".join(f"{kind}.{name}" for kind, name in ABOUT.items()) + f". Systems whose {TOP} most "
    "frequent codes, and all others together, have a population stability index of at most 0.25 between the latest "
    "period and what was before / systems that could be compared. The latest period is the last 12, 3 or 1 months with "
    "records, the longest of which the data spans two. Where chance alone would give an index over 0.05, it is 'cannot "
    "tell'. Half a record is added to each class. Beside it the Jensen-Shannon divergence. In a use case "
    "an item is a property of its eligible patients, by the month of the index event: sex, age, class of the label, "
    "and with or without what each requirement asks for.",
    source="population stability index (credit scoring; Lewis); Jensen-Shannon divergence (Lin 1991)",
    published=True,
    threshold=Threshold(
        Fraction(0),
        "population stability index over 0.25: a large shift (over 0.1: a shift); a convention of credit scoring "
        "without theory",
        published=False,
    ),
    types=frozenset(ABOUT),
    failing="",
    passing="",
    observe=observe,
    judge=judge,
)
