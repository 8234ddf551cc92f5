"""Each source by itself: the measures and scores that a run over it alone would give."""

from fhircheck.measures import judge_measures
from fhircheck.measures.tools import Tools
from fhircheck.model.bounded_counts import BoundedCounts
from fhircheck.model.protocols import Conformance
from fhircheck.model.small_cells import cell_of
from fhircheck.model.source_facts import SourceFacts, SourcesApart
from fhircheck.model.source_group import IdentifierSystem, SourceGroup, Use
from fhircheck.score.rethreshold import rethresholded
from fhircheck.score.rubric import Rubric
from fhircheck.score.scoring import score

SHOWN = 200
"""Uses of a kind that a report holds for one source, the most frequent ones."""


def groups_of(
    apart: SourcesApart, rubric: Rubric, conformance: Conformance, tools: Tools, sampled: bool = False
) -> tuple[SourceGroup, ...]:
    """A SourceGroup for each source, sorted by name.

    A reference from one source into another leads to nothing within its own; the run as a whole resolves it.
    """
    return tuple(_group(name, facts, rubric, conformance, tools, sampled) for name, facts in apart.sources())


def _group(
    name: str, facts: SourceFacts, rubric: Rubric, conformance: Conformance, tools: Tools, sampled: bool
) -> SourceGroup:
    tools.sources = (name,) if name and tools.options.apart == "file" else ()
    found = judge_measures(
        facts.tallies,
        facts.links,
        sampled,
        conformance,
        rows=facts.rows,
        resources=facts.resources,
        tools=tools,
    )
    measures = rethresholded(found, rubric)
    limit = tools.options.smallest_cell
    return SourceGroup(
        name,
        tuple(sorted(facts.resources.items())),
        cell_of(len(facts.patients), limit),
        facts.patients.exact,
        tuple(IdentifierSystem(system, cell_of(count, limit)) for (system,), count in facts.named),
        measures,
        score(measures, rubric),
        *(_uses(facts.mixes[kind]) for kind in ("systems", "units", "profiles", "versions")),
    )


def _uses(counts: BoundedCounts) -> tuple[Use, ...]:
    ordered = sorted(counts, key=lambda pair: (-pair[1], pair[0]))[:SHOWN]
    return tuple(Use(name[0], name[-1] if len(name) > 1 else "", count) for name, count in ordered)
