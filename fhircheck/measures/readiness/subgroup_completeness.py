"""subgroup-completeness: is as much recorded of some people as of others? (BIAS-2)"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.patient_pass import CODED, KINDS, UNIT, VALUED, PatientFacts, patient_facts
from fhircheck.measures.readiness.ucum_unit import UCUM
from fhircheck.measures.seen import Seen
from fhircheck.measures.timeline import SEXES
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.record import Node
from fhircheck.model.report import Detail, Threshold
from fhircheck.model.small_cells import share_of

LEAST = Fraction(4, 5)
_VALUES = frozenset({
    "valueQuantity", "valueCodeableConcept", "valueString", "valueBoolean", "valueInteger", "valueRange", "valueRatio",
    "valueSampledData", "valueTime", "valueDateTime", "valuePeriod", "component", "hasMember",
})  # fmt: skip
_BY_SEX = frozenset({*SEXES, "other or not said"})


def observe(node: Node, seen: Seen, tally: Tally) -> None:
    """Note for the patient what is recorded of a Condition or an Observation."""
    patient = seen.patient
    if not patient:
        return
    if seen.kind == "Condition":
        bits = (1 | 2 * _coded(node.get("code"))) << CODED
    else:
        bits = (1 | 2 * (not _VALUES.isdisjoint(node))) << VALUED
        quantity = node.get("valueQuantity")
        if quantity.__class__ is dict and quantity.get("value") is not None:
            code = quantity.get("code")
            bits |= (1 | 2 * (quantity.get("system") == UCUM and code.__class__ is str and code != "")) << UNIT
    seen.rows.table("recorded").fresh += (patient, bits)


def _coded(concept: Any) -> bool:
    codings = concept.get("coding") if concept.__class__ is dict else None
    if codings.__class__ is not list:
        return False
    return any(each.__class__ is dict and each.get("system") and each.get("code") for each in codings)


def judge(merged: Merged) -> Judged:
    """Compare each subgroup with the one of which most is recorded, by sex and by age."""
    facts, limit = patient_facts(merged), merged.tools.options.smallest_cell
    tally, details = Tally(), []
    for name in dict.fromkeys(name for name, _ in sorted(facts.recorded)):
        for by_sex in (True, False):
            shares = {
                subgroup: (pair[0], pair[1])
                for (item, subgroup), pair in sorted(facts.recorded.items())
                if item == name and (subgroup in _BY_SEX) == by_sex
            }
            rates = _rates(shares, facts, limit)
            tally.cannot_tell += len(shares) - len(rates)
            details += _compare(tally, name, "sex" if by_sex else "age", rates)
            if name in KINDS.values():
                rates = {each: rate for each, rate in rates.items() if share_of(*shares[each], limit) is not None}
            details += [Detail("rate", rate, "", f"{name}: {subgroup}") for subgroup, rate in rates.items()]
    return Judged(tally, details=tuple(details))


def judge_selection(shares: Mapping[tuple[str, str], Mapping[str, tuple[int, int]]], limit: int) -> Judged:
    """Compare the groups of a use case: of how many is all there that is asked for?

    shares: (what is there, by ``sex`` or ``age``) -> group -> (patients with it, all). limit: the smallest cell; groups
    below it are 'cannot tell', and rates over such counts are not shown.
    """
    tally, details = Tally(), list[Detail]()
    for (name, by), groups in sorted(shares.items()):
        rates = {group: Fraction(*pair) for group, pair in sorted(groups.items()) if pair[1] >= max(limit, 1)}
        tally.cannot_tell += len(groups) - len(rates)
        found = _compare(tally, name, by, rates)
        shown = {group: rate for group, rate in rates.items() if share_of(*groups[group], limit) is not None}
        details += found if len(shown) == len(rates) else []
        details += [Detail("rate", rate, "", f"{name}: {group}") for group, rate in shown.items()]
    return Judged(tally, details=tuple(details))


def _rates(shares: Mapping[str, tuple[int, int]], facts: PatientFacts, limit: int) -> dict[str, Fraction]:
    """Rates of subgroups with enough patients and items."""
    return {
        subgroup: Fraction(passed, judged)
        for subgroup, (passed, judged) in shares.items()
        if facts.people[subgroup] >= limit and judged >= limit
    }


def _compare(tally: Tally, name: str, by: str, rates: Mapping[str, Fraction]) -> list[Detail]:
    """Count the subgroups of one item; the ratio of the smallest to the largest rate."""
    most = max(rates.values(), default=Fraction(0))
    if len(rates) < 2 or not most:
        tally.cannot_tell += len(rates)
        return []
    for rate in rates.values():
        tally.count(name, rate >= LEAST * most)
    return [Detail("ratio", min(rates.values()) / most, "", f"{name}, by {by}")]


MEASURE = CountedMeasure(
    name="subgroup-completeness",
    code="BIAS-2",
    summary="Subgroups of which as much is recorded as of the others.",
    why="If less is measured or coded of women, of the old or of children, a model takes the habit of recording for a "
    "difference in health.",
    category=Category.COMPLETENESS,
    subcategory=Subcategory.NONE,
    context=Context.VERIFICATION,
    dimension="ai-readiness",
    formula="One item is a subgroup, by sex or age (per group), and something to be recorded: patients with a "
    "Condition; with an Observation; Condition.code with system and code; Observations with a value; values with a "
    "UCUM unit. Subgroups whose rate is at least 0.8 of the largest rate among them / subgroups with at least ten "
    "patients and ten things to be recorded. Smaller ones are 'cannot tell'. Age counts on the day of the last "
    "record, in the groups of the table reference_population. In a use case: usable patients, and labelled ones, of "
    "the eligible ones of a known sex or age. Rates over counts of patients below ten are not shown.",
    source="EEOC four-fifths rule (smallest rate over largest rate), here applied to rates of recording: ours",
    published=False,
    threshold=Threshold(
        Fraction(0), "EEOC four-fifths rule: a ratio under 0.8; made for selection rates", published=False
    ),
    types=frozenset({"Condition", "Observation"}),
    failing="",
    passing="",
    observe=observe,
    judge=judge,
)
