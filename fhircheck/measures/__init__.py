"""Stage: what is counted about the data. One measure a file, filed under Kahn's categories and readiness."""

from collections.abc import Callable, Mapping

from fhircheck.measures.completeness import coded_concept
from fhircheck.measures.conformance import profile_validity, reference_integrity
from fhircheck.measures.counted_measure import CountedMeasure
from fhircheck.measures.judging import judge
from fhircheck.measures.observing import observer
from fhircheck.measures.plausibility import date_sequence
from fhircheck.measures.readiness import date_precision, ucum_unit
from fhircheck.model.facts import Tally
from fhircheck.model.link_facts import LinkFacts
from fhircheck.model.protocols import Conformance, Observed
from fhircheck.model.record import Node
from fhircheck.model.report import MeasureResult
from fhircheck.registry import Registry

MEASURES: Registry[CountedMeasure] = Registry(
    "measures",
    profile_validity.MEASURE,
    reference_integrity.MEASURE,
    coded_concept.MEASURE,
    date_sequence.MEASURE,
    ucum_unit.MEASURE,
    date_precision.MEASURE,
)

observe_all: Callable[[Node, Observed, dict[str, Tally]], None] = observer(MEASURES)
"""Let every measure that looks at the resource's type count it; called once a resource. Never raises on any JSON."""


def judge_measures(
    tallies: Mapping[str, Tally], links: LinkFacts, sampled: bool = False, conformance: Conformance | None = None
) -> tuple[MeasureResult, ...]:
    """The results of all measures, in the table's order, from what the whole first pass counted.

    `sampled`: shares are estimates and get an interval. `conformance`: the definitions that say which
    types a reference may point to; the embedded R4 core where none is given. Raises CouldNotCheck
    where temporary files or definitions cannot be read.
    """
    return tuple(judge(each, tallies.get(each.name), links, sampled, conformance) for each in MEASURES)
