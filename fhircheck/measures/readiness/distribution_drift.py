"""distribution-drift: are the same things coded lately as before? (DRIFT-1)"""

from fractions import Fraction
from typing import Any

from fhircheck.measures.completeness.coded_concept import CONCEPTS
from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.divergence import LARGE_SHIFT, SHIFT, by_chance, jensen_shannon, population_stability_index
from fhircheck.measures.mix import (
    MEASURE_NAME,
    PROFILE,
    PROFILE_KEY,
    SYSTEM,
    TOP,
    VERSION,
    VERSION_KEY,
    Codes,
    mix_facts,
)
from fhircheck.measures.periods import month_name, month_of
from fhircheck.measures.seen import Seen
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.link_facts import key_of
from fhircheck.model.record import Node
from fhircheck.model.report import Detail, Threshold

REMEMBERED = 50_000
NOISE = SHIFT / 2
"""Where chance alone would give more than this, there are too few records to tell."""


def observe(node: Node, seen: Seen, tally: Tally) -> None:
    """Add rows for the codes that say what a dated resource is about, their versions, and its profiles.

    Names of systems, versions and profiles are kept in `tally`, without counts: those are in the rows. Codes are not.
    """
    day = seen.days[0]
    if not day:
        return
    month, kind, rows = month_of(day), seen.kind, seen.rows.table("mix").fresh
    known: dict[Any, Any] = seen.tools.remembered.setdefault("mix", {})
    for name in CONCEPTS[kind][:1]:
        concept = node.get(name)
        for each in concept if concept.__class__ is list else (concept,):
            codings = each.get("coding") if each.__class__ is dict else None
            for coding in codings if codings.__class__ is list else ():
                if coding.__class__ is dict:
                    _coding(coding, kind, month, (rows, known, tally))
    meta = node.get("meta")
    profiles = meta.get("profile") if meta.__class__ is dict else None
    for profile in profiles if profiles.__class__ is list else ():
        if profile.__class__ is str and profile:
            rows += (known.get(profile) or _learn(profile, PROFILE, profile, known, tally), PROFILE_KEY, month)


def _coding(coding: dict[str, Any], kind: str, month: int, into: tuple[list[int], dict[Any, Any], Tally]) -> None:
    system, code, version = coding.get("system"), coding.get("code"), coding.get("version")
    if system.__class__ is not str or code.__class__ is not str or not system:
        return
    rows, known, tally = into
    keys = known.get((kind, system, code))
    if keys is None:
        name = f"{kind} {system}"
        group = known.get((kind, system)) or _learn((kind, system), SYSTEM, name, known, tally)
        keys = known[kind, system, code] = key_of(f"{name} {code}"), group
    rows += (*keys, month)
    if version.__class__ is str and version:
        item = known.get((VERSION, system, version)) or _learn(
            (VERSION, system, version), VERSION, f"{system}|{version}", known, tally
        )
        rows += (item, VERSION_KEY, month)


def _learn(remembered: Any, kind: str, name: str, known: dict[Any, Any], tally: Tally) -> int:
    """The key of a name that is met for the first time."""
    if len(known) > REMEMBERED:
        known.clear()
    tally.counts.add((kind, name), 0)
    key: int = known.setdefault(remembered, key_of(f"{kind} {name}"))
    return key


def judge(merged: Merged) -> Judged:
    """Compare the codes of the latest period with those before, each system in each type by itself."""
    facts, tally = mix_facts(merged), Tally()
    details: list[Detail] = []
    if facts.periods is not None and facts.codes:
        details.append(
            Detail("latest-period", facts.periods.length, "months", f"from {month_name(facts.periods.begin)}")
        )
    for name, codes in sorted(facts.codes.items()):
        found = compare(codes)
        if found is None:
            tally.cannot_tell += 1
            continue
        index, divergence = found
        tally.count(name, index <= LARGE_SHIFT)
        details.append(Detail("population-stability-index", index, "", name))
        details.append(Detail("jensen-shannon", divergence, "", name))
    return Judged(tally, details=tuple(details))


def compare(codes: Codes) -> tuple[float, float] | None:
    """Population stability index and Jensen-Shannon divergence, None where chance alone may be that large."""
    earlier, later = codes.parts()
    if by_chance(len(earlier), *codes.all) > NOISE:
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
    "about: " + ", ".join(f"{kind}.{names[0]}" for kind, names in CONCEPTS.items()) + f". Systems whose {TOP} most "
    "frequent codes, and all others together, have a population stability index of at most 0.25 between the latest "
    "period and what was before / systems that could be compared. The latest period is the last 12, 3 or 1 months with "
    "records, the longest of which the data spans two. Where chance alone would give an index over 0.05, it is 'cannot "
    "tell'. Half a record is added to each class. Beside it the Jensen-Shannon divergence.",
    source="population stability index (credit scoring; Lewis); Jensen-Shannon divergence (Lin 1991)",
    published=True,
    threshold=Threshold(
        Fraction(0),
        "population stability index over 0.25: a large shift (over 0.1: a shift); a convention of credit scoring "
        "without theory",
        published=False,
    ),
    types=frozenset(CONCEPTS),
    failing="",
    passing="",
    observe=observe,
    judge=judge,
)
