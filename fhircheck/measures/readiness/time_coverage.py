"""time-coverage: is there data for every month between the first and the last? (TIME-1)"""

import itertools
from collections.abc import Iterable, Mapping, Set

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.patient_pass import patient_facts
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.months import month_name
from fhircheck.model.plural import filled
from fhircheck.model.report import Detail


def judge(merged: Merged) -> Judged:
    """Count the months with records, by type, between the first and the last month that has some."""
    by_kind: dict[str, set[int]] = {}
    for kind, month in patient_facts(merged).months:
        by_kind.setdefault(kind, set()).add(month)
    return judge_months(by_kind)


def judge_months(by_kind: Mapping[str, Set[int]]) -> Judged:
    """The same of months by what has records in them: a type, or the requirement of a use case."""
    tally, details = Tally(), []
    longest = (0, "")
    for kind, months in sorted(by_kind.items()):
        span, gap = max(months) - min(months) + 1, longest_gap(months)
        for _ in months:
            tally.count(kind, True)
        for _ in range(span - len(months)):
            tally.count(kind, False)
        details.append(Detail("longest-gap", gap, "months", kind))
        longest = max(longest, (gap, kind))
    every = {month for months in by_kind.values() for month in months}
    if not every:
        return Judged(tally)
    whole = (
        Detail("span", max(every) - min(every) + 1, "months"),
        Detail("first-month", None, "", month_name(min(every))),
        Detail("last-month", None, "", month_name(max(every))),
        Detail("longest-gap", longest_gap(every), "months"),
    )
    gap, kind = longest
    reason = filled("the longest gap is {gap} {gap:month|months} ({kind})", {"gap": gap, "kind": kind}) if gap else ""
    return Judged(tally, reason, details=(*whole, *details))


def longest_gap(months: Iterable[int]) -> int:
    """Most months in a row without records, between two months that have some."""
    ordered = sorted(months)
    return max((later - earlier - 1 for earlier, later in itertools.pairwise(ordered)), default=0)


MEASURE = CountedMeasure(
    name="time-coverage",
    code="TIME-1",
    summary="Months with records, of all months between the first and the last one, by type.",
    why="A gap of months is an interface that was down, a system replaced or a load that failed; a model takes it "
    "for a time in which nothing happened to anyone.",
    category=Category.COMPLETENESS,
    subcategory=Subcategory.NONE,
    context=Context.VERIFICATION,
    dimension="ai-readiness",
    formula="One item is a calendar month (per month and resource type), from the first month that has a dated record "
    "of a patient to the last. Months with at least one such record / months. What is dated before 1900 or after the "
    "run is left out. Beside the share: the span in months and the longest gap, of each type and of all.",
    source="Qualifier c_record_first and c_record_last (a characterization); EHDS, Regulation 2025/327 Art. 78 "
    "(timeliness); the formula is ours",
    published=False,
    threshold=None,
    types=frozenset(),
    failing='[{"resourceType": "Condition", "subject": {"reference": "Patient/1"}, "recordedDate": "2024-01-10"}, '
    '{"resourceType": "Condition", "subject": {"reference": "Patient/1"}, "recordedDate": "2024-03-10"}]',
    passing='[{"resourceType": "Condition", "subject": {"reference": "Patient/1"}, "recordedDate": "2024-01-10"}, '
    '{"resourceType": "Condition", "subject": {"reference": "Patient/1"}, "recordedDate": "2024-02-10"}]',
    judge=judge,
)
