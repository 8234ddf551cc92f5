"""subgroup-representation: is each age and sex there as in the population? (BIAS-1)"""

from collections.abc import Mapping
from fractions import Fraction

from fhircheck.measures.age_groups import Group, reference_groups
from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.patient_pass import patient_facts
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.report import Detail
from fhircheck.model.small_cells import cells_of

LEAST = Fraction(4, 5)
"""Least representation rate that passes: the four-fifths rule, which was made for selection rates (an analogy)."""


def judge(merged: Merged) -> Judged:
    """Compare the patients' groups with those of the reference population."""
    facts, groups = patient_facts(merged), reference_groups(merged.tools.tables)
    return judge_groups(groups, facts.groups, facts.ungrouped, merged.tools.options.smallest_cell)


def judge_groups(groups: tuple[Group, ...], people: Mapping[str, int], ungrouped: int, limit: int) -> Judged:
    """The same of patients by the name of their group; `ungrouped` ones are in none. limit: the smallest cell."""
    tally, counts = Tally(), {group.name: people.get(group.name, 0) for group in groups}
    whole = sum(counts.values())
    if not whole:
        tally.cannot_tell = len(groups) if ungrouped else 0
        return Judged(tally, "no patient has a sex and an age of the reference population" if ungrouped else "")
    details = [
        Detail("patients", whole, "patients", "in a group"),
        Detail("patients", ungrouped, "patients", "in no group"),
    ]
    shown = cells_of(counts, limit)
    for group, rate in representation(groups, counts).items():
        if group.people * whole < limit * _people(groups):
            tally.cannot_tell += 1
        else:
            tally.count(group.name, rate >= LEAST)
        hidden = shown[group.name].count is None
        details.append(Detail("representation-rate", None if hidden else rate, "", group.name))
    return Judged(tally, details=tuple(details))


def representation(groups: tuple[Group, ...], counts: Mapping[str, int]) -> dict[Group, Fraction]:
    """Share of each group among patients over its share in the population; groups without people are left out."""
    whole, people = sum(counts.values()), _people(groups)
    return {
        group: Fraction(counts[group.name] * people, whole * group.people) for group in groups if group.people and whole
    }


def _people(groups: tuple[Group, ...]) -> int:
    return sum(group.people for group in groups)


MEASURE = CountedMeasure(
    name="subgroup-representation",
    code="BIAS-1",
    summary="Groups by sex and age that are there at least as four fifths of their share in the population.",
    why="A model works worst for those it has seen least. Hospitals see other people than live around them: that is "
    "no fault, but whoever uses the data must know who is missing.",
    category=Category.PLAUSIBILITY,
    subcategory=Subcategory.ATEMPORAL,
    context=Context.VALIDATION,
    dimension="ai-readiness",
    formula="One item is a group by sex and age (per group) of the reference population (table reference_population; "
    "ours is Germany, 31 December 2023, Destatis). Groups whose share among patients of known sex and age, over their "
    "share in the population (representation rate), is at least 0.8 / groups of which at least as many patients would "
    "be expected as the smallest cell shows (10). Age counts on the day of the last record; in a use case "
    "eligible patients count, by their age at the index event. Rates of groups with fewer patients than that are not "
    "shown.",
    source="AIDRIN representation rate p(a)/p(b) (arXiv 2406.19256); EHDS, Regulation 2025/327 Art. 78 "
    "(representativity); 0.8 by analogy with the EEOC four-fifths rule, which is about selection rates",
    published=True,
    threshold=None,
    types=frozenset(),
    failing="",
    passing="",
    judge=judge,
)
