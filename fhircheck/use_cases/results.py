"""From a funnel to what the report says of a use case, with measures over its patients only."""

import itertools
from collections import Counter
from fractions import Fraction

from fhircheck.measures.counted_measure import Merged
from fhircheck.measures.divergence import by_chance, population_stability_index
from fhircheck.measures.judging import result_of
from fhircheck.measures.readiness import class_balance, label_available, time_coverage
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.report import Detail, MeasureResult, Status
from fhircheck.model.small_cells import guarded_result
from fhircheck.model.use_case import LabelFacts, Leak, Subgroup, UseCaseResult
from fhircheck.use_cases.funnel import Funnel

USABLE = "usable-patients"
"""The measure of a use case as a whole; it stands in a UseCaseResult only."""


def result_of_case(funnel: Funnel, labels: LabelFacts, merged: Merged) -> UseCaseResult:
    """What became of one use case."""
    case = funnel.case
    steps = tuple(each.shown() for each in funnel.steps)
    undecided = tuple((each.name, each.note) for each in steps if not each.told)
    asked = [labels] if funnel.labels.asked else []
    measures = (
        guarded_result(_usable(funnel, bool(undecided)), merged.tools.options.smallest_cell),
        result_of(label_available.MEASURE, label_available.judge_labels(asked), merged),
        result_of(class_balance.MEASURE, class_balance.judge_classes(asked), merged),
        result_of(time_coverage.MEASURE, time_coverage.judge_months(_months(funnel)), merged),
    )
    return UseCaseResult(
        name=case.name,
        title=case.title,
        url=case.url,
        version=case.version,
        origin=case.origin,
        patients=funnel.patients,
        eligible=funnel.eligible,
        usable=funnel.usable,
        steps=steps,
        measures=measures,
        subgroups=_subgroups(funnel),
        classes=labels.classes,
        leaks=tuple(
            Leak(case.requirements[number].name, resources, patients)
            for number, (resources, patients) in sorted(funnel.late.items())
        ),
        details=_details(funnel),
        undecided=undecided,
        smallest_cell=merged.tools.options.smallest_cell,
        notes=case.notes,
    )


def _usable(funnel: Funnel, undecided: bool) -> MeasureResult:
    """Usable of eligible patients. Where a step could not be told, so it is with those who lost nothing at others."""
    told = 0 if undecided else funnel.usable
    judged = funnel.eligible - (funnel.usable if undecided else 0)
    status: Status = "informational" if judged else "cannot-tell" if funnel.eligible else "not-applicable"
    return MeasureResult(
        name=USABLE,
        code="USE-1",
        category=Category.COMPLETENESS.value,
        subcategory=Subcategory.NONE.value,
        context=Context.VALIDATION.value,
        dimension="ai-readiness",
        status=status,
        numerator=told,
        denominator=judged,
        cannot_tell=funnel.eligible - judged,
        threshold=None,
        by=tuple((each.asked.group or each.asked.name, each.met, each.met + each.lost) for each in funnel.steps
                 if each.told and each.asked.role not in ("optional", "cohort", "exclusion", "index")),
        patients_failed=judged - told,
    )  # fmt: skip


def _months(funnel: Funnel) -> dict[str, set[int]]:
    """Months with resources that counted, by requirement; alternatives of one another are one."""
    found: dict[str, set[int]] = {}
    for month, number in funnel.months:
        asked = funnel.case.requirements[number]
        found.setdefault(asked.group or asked.name, set()).add(month)
    return found


def _subgroups(funnel: Funnel) -> tuple[Subgroup, ...]:
    found = sorted({(dimension, group) for dimension, group, _ in funnel.groups})
    counts = funnel.groups
    return tuple(
        Subgroup(dimension, group, *(counts[dimension, group, number] for number in range(3)))  # type: ignore[arg-type]
        for dimension, group in found
    )


def _details(funnel: Funnel) -> tuple[Detail, ...]:
    """Months covered, drift between their halves, and how dense the values are in windows before the event."""
    months = sorted({month for month, _ in funnel.months})
    details: list[Detail] = []
    if months:
        span = months[-1] - months[0] + 1
        gaps = [later - earlier - 1 for earlier, later in itertools.pairwise(months)]
        details += (
            Detail("first-month", None, "", _shown(months[0])),
            Detail("last-month", None, "", _shown(months[-1])),
            Detail("months-covered", Fraction(len(months), span) * 100, "%"),
            Detail("longest-gap", max(gaps, default=0), "months"),
        )
        details += _drift(funnel, months)
    for number, values in sorted(funnel.density.items()):
        asked = funnel.case.requirements[number]
        details.append(Detail("values-per-hour", values.quantile(0.5), "1/h", asked.name, 0.01))
    return tuple(details)


def _drift(funnel: Funnel, months: list[int]) -> list[Detail]:
    """How the mix of requirements' resources shifts from the first to the second half of the months with data."""
    middle = months[len(months) // 2]
    earlier, later = Counter[str](), Counter[str]()
    for (month, number), count in funnel.months.items():
        (earlier if month < middle else later)[funnel.case.requirements[number].name] += count
    names = earlier.keys() | later.keys()
    if len(names) < 2 or not earlier or not later:
        return []
    chance = by_chance(len(names), earlier.total(), later.total())
    return [
        Detail("population-stability-index", population_stability_index(earlier, later), "", _shown(middle)),
        Detail("population-stability-index-by-chance", chance, "", _shown(middle)),
    ]


def _shown(month: int) -> str:
    return f"{month // 12:04}-{month % 12 + 1:02}"
