"""mix-drift: have profiles, code systems or their versions come or gone? (DRIFT-2)"""

from collections.abc import Iterable, Sequence

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.mix import mix_facts
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.report import Detail

REQUIREMENT = "requirement"
EXPECTED = 5
"""So many would be expected of what is missing in a period: by chance it would then be missing once in 150 times."""


def judge(merged: Merged) -> Judged:
    """Look for what is in one of the periods only."""
    facts, tally = mix_facts(merged), Tally()
    changed: list[Detail] = []
    for (what, name), counts in sorted(facts.used.items()):
        passed = stays(counts, facts.records)
        if passed is None:
            tally.cannot_tell += 1
            continue
        tally.count(what, passed)
        if not passed:
            new = not counts[0]
            changed.append(Detail(f"new-{what}" if new else f"gone-{what}", counts[new], "codes or resources", name))
    return Judged(tally, details=tuple(changed))


def judge_requirements(found: Iterable[tuple[str, tuple[Sequence[int], Sequence[int]]]]) -> Judged:
    """The same of the requirements of a use case: (requirement, (patients with it, all)), each in both periods."""
    tally, changed = Tally(), list[Detail]()
    for name, (counts, patients) in found:
        passed = stays(counts, patients)
        if any(counts) and passed is None:
            tally.cannot_tell += 1
        elif any(counts):
            tally.count(REQUIREMENT, bool(passed))
            new = not counts[0]
            what = f"new-{REQUIREMENT}" if new else f"gone-{REQUIREMENT}"
            changed += [] if passed else [Detail(what, counts[new], "patients", name)]
    return Judged(tally, details=tuple(changed))


def stays(counts: Sequence[int], records: Sequence[int]) -> bool | None:
    """Whether something is used in both periods; None where it is too rare to tell. records: all, in each of them."""
    if all(counts):
        return True
    here, there = (0, 1) if counts[0] else (1, 0)
    if not records[here]:
        return None
    return False if counts[here] * records[there] >= EXPECTED * records[here] else None


MEASURE = CountedMeasure(
    name="mix-drift",
    code="DRIFT-2",
    summary="Profiles, code systems and their versions that are in use before and in the latest period.",
    why="A system that appears or vanishes overnight is a release, a new interface or a lost one: queries written for "
    "the old form find nothing in the new, and nobody is told.",
    category=Category.PLAUSIBILITY,
    subcategory=Subcategory.TEMPORAL,
    context=Context.VERIFICATION,
    dimension="ai-readiness",
    formula="One item is a profile in meta.profile, a code system in one element or a version of a code system (per "
    "system, of dated resources; elements and periods as in distribution-drift). Those in use in the latest period and "
    "before / all of them. What is in one period only, and so rare there that fewer than five would be expected in the "
    "other, is 'cannot tell'. In a use case an item is a requirement that eligible patients meet, by the month of the "
    "index event.",
    source="ours: no published formula",
    published=False,
    threshold=None,
    types=frozenset(),
    failing="",
    passing="",
    judge=judge,
)
