"""The measures of one use case, over its patients only: usable, labels, subgroups, time, drift, streams."""

from fhircheck.measures.age_groups import AgeGroups, reference_groups
from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.judging import result_of
from fhircheck.measures.plausibility import unique_content
from fhircheck.measures.readiness import (
    class_balance,
    clock_agrees,
    distribution_drift,
    label_available,
    mix_drift,
    sampling_complete,
    subgroup_completeness,
    subgroup_representation,
    time_coverage,
    ucum_unit,
    unit_harmonised,
)
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.report import Detail, MeasureResult, Status
from fhircheck.model.small_cells import guarded_result
from fhircheck.model.use_case import LabelFacts, StreamFacts
from fhircheck.use_cases.characteristics import with_it
from fhircheck.use_cases.funnel import Funnel
from fhircheck.use_cases.streams import asks_for_streams

USABLE = "usable-patients"
"""The measure of a use case as a whole; it stands in a UseCaseResult only."""


def measures_of_case(
    funnel: Funnel, across: tuple[LabelFacts, StreamFacts], undecided: bool, merged: Merged
) -> tuple[MeasureResult, ...]:
    """All measures of a use case. undecided: a step could not be told."""
    limit, (labels, streams) = merged.tools.options.smallest_cell, across
    judged = _judged(funnel, labels, merged, limit)
    judged += _streams(streams, asks_for_streams(funnel.case), limit)
    return (
        guarded_result(_usable(funnel, undecided), limit),
        *(result_of(measure, each, merged) for measure, each in judged),
    )


def _streams(streams: StreamFacts, asked: bool, limit: int) -> tuple[tuple[CountedMeasure, Judged], ...]:
    """What is said of streams; where they are asked for, duplicates and units too: as over all data, of its samples."""
    own = (
        (sampling_complete.MEASURE, sampling_complete.judge_samples([streams], limit)),
        (clock_agrees.MEASURE, clock_agrees.judge_clocks([streams])),
    )
    if not asked:
        return own
    conflicting, mixed = streams.counts.get("conflicting", 0), streams.counts.get("mixed", 0)
    same_moment = (Detail("samples-of-one-moment-with-other-values", conflicting),) if conflicting else ()
    return (
        *own,
        (unique_content.MEASURE, Judged(streams.unique, details=same_moment)),
        (ucum_unit.MEASURE, Judged(streams.unit)),
        (
            unit_harmonised.MEASURE,
            Judged(streams.same_unit, "some streams are measured in several units" if mixed else ""),
        ),
    )


def _judged(
    funnel: Funnel, labels: LabelFacts, merged: Merged, limit: int
) -> tuple[tuple[CountedMeasure, Judged], ...]:
    asked = [labels] if funnel.labels.asked else []
    groups, patients = reference_groups(merged.tools.tables), funnel.characteristics
    periods = patients.periods(merged.tools.today)
    mixes = list(patients.mixes(periods)) if periods is not None else []
    people = patients.by_group(AgeGroups(groups))
    return (
        (label_available.MEASURE, label_available.judge_labels(asked)),
        (class_balance.MEASURE, class_balance.judge_classes(asked)),
        (subgroup_representation.MEASURE, subgroup_representation.judge_groups(groups, *people, limit)),
        (subgroup_completeness.MEASURE, subgroup_completeness.judge_selection(_selected(funnel), limit)),
        (time_coverage.MEASURE, time_coverage.judge_months(_months(funnel))),
        (distribution_drift.MEASURE, distribution_drift.judge_mixes(mixes, periods)),
        (mix_drift.MEASURE, mix_drift.judge_requirements(with_it(mixes))),
    )


def _selected(funnel: Funnel) -> dict[tuple[str, str], dict[str, tuple[int, int]]]:
    """Usable and labelled of the eligible patients by subgroup; those of unknown sex or age are in none."""
    found: dict[tuple[str, str], dict[str, tuple[int, int]]] = {}
    for dimension, group in {(dimension, group) for dimension, group, _ in funnel.groups} - _NOT_SAID:
        eligible, usable, labelled = (funnel.groups[dimension, group, number] for number in range(3))
        found.setdefault(("usable patients", dimension), {})[group] = usable, eligible
        if funnel.labels.asked:
            found.setdefault(("patients with a label", dimension), {})[group] = labelled, eligible
    return found


_NOT_SAID = {("sex", "not-said"), ("sex", "unknown"), ("age", "not-said")}


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
