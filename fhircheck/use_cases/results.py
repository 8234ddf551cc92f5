"""From a funnel to what the report says of a use case."""

from collections import Counter
from fractions import Fraction

from fhircheck.measures.counted_measure import Merged
from fhircheck.measures.divergence import by_chance, population_stability_index
from fhircheck.measures.readiness.time_coverage import longest_gap
from fhircheck.model.months import month_name
from fhircheck.model.report import Detail
from fhircheck.model.use_case import LabelFacts, Leak, StreamFacts, Subgroup, UseCaseResult
from fhircheck.use_cases.case_measures import measures_of_case
from fhircheck.use_cases.funnel import Funnel


def result_of_case(funnel: Funnel, across: tuple[LabelFacts, StreamFacts], merged: Merged) -> UseCaseResult:
    """What became of one use case."""
    labels, _ = across
    case = funnel.case
    steps = tuple(each.shown() for each in funnel.steps)
    undecided = tuple((each.name, each.note) for each in steps if not each.told)
    measures = measures_of_case(funnel, across, bool(undecided), merged)
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
        details += (
            Detail("first-month", None, "", month_name(months[0])),
            Detail("last-month", None, "", month_name(months[-1])),
            Detail("months-covered", Fraction(len(months), span) * 100, "%"),
            Detail("longest-gap", longest_gap(months), "months"),
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
        Detail("population-stability-index", population_stability_index(earlier, later), "", month_name(middle)),
        Detail("population-stability-index-by-chance", chance, "", month_name(middle)),
    ]
