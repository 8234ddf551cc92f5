"""All that was merged -> measures, scores, use cases, and the sources apart."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fhircheck.definitions.definition_set import DefinitionSet
from fhircheck.first_pass import Plan, asked_use_cases, linker_for
from fhircheck.model.facts import Partial
from fhircheck.model.report import MeasureResult, Score

if TYPE_CHECKING:
    from datetime import datetime

    from fhircheck.model.source_group import SourceGroup, SourcePair
    from fhircheck.model.use_case import UseCaseResult
    from fhircheck.run import RunOptions
    from fhircheck.use_cases.usable import UsableFile


def judge_whole(
    merged: Partial,
    rubric: Any,
    options: "RunOptions",
    definitions: DefinitionSet,
    plan: Plan,
    usable: "UsableFile | None",
    exchange: tuple[MeasureResult, ...] = (),
) -> "tuple[tuple[MeasureResult, ...], tuple[Score, ...], tuple[UseCaseResult, ...]]":
    """Measures over all that was merged, the scores of the rubric, and the use cases that were asked for."""
    if not options.measure:
        return (), (), ()
    from fhircheck.measures import MEASURES, merged_facts
    from fhircheck.measures.judging import judge
    from fhircheck.measures.tools import Tools
    from fhircheck.score import rethresholded, score

    asked = asked_use_cases(plan, linker_for(definitions, lambda reason, detail: None, plan.now, plan.settings))
    facts = merged_facts(
        merged.tallies,
        merged.links,
        options.sample is not None,
        definitions,
        rows=merged.rows,
        resources=merged.resources,
        tools=Tools(plan.now, options.measures, use_cases=asked, sources=options.sources),
    )
    measures = rethresholded((*(judge(each, facts) for each in MEASURES), *exchange), rubric)
    found = asked.results(facts, usable) if asked is not None else ()
    cases = tuple(replace(each, measures=rethresholded(each.measures, rubric)) for each in found)
    return measures, score(measures, rubric, cases), cases


def judge_apart(
    merged: Partial, rubric: Any, options: "RunOptions", definitions: DefinitionSet, now: "datetime"
) -> "tuple[tuple[SourceGroup, ...], tuple[SourcePair, ...]]":
    """The sources measured apart and beside each other; nothing where that was not asked for."""
    if not (options.measure and options.measures.apart):
        return (), ()
    from fhircheck.apart import groups_of, pairs_of
    from fhircheck.measures.tools import Tools

    pairs = pairs_of(merged.apart, options.measures.smallest_cell)
    tools = Tools(now, options.measures)
    groups = groups_of(merged.apart, rubric, definitions, tools, options.sample is not None)
    merged.apart.close()
    return groups, pairs
