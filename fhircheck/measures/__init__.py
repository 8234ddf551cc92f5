"""Stage: what is counted about the data. One measure a file, filed under Kahn's categories and readiness."""

from collections import Counter
from collections.abc import Callable, Mapping

from fhircheck.measures.completeness import (
    coded_concept,
    mandatory_elements,
    must_support,
    patients_with_type,
    value_presence,
)
from fhircheck.measures.conformance import (
    bundle_links,
    code_validity,
    current_system,
    display_match,
    expected_system,
    identifier_system,
    patient_link,
    profile_validity,
    public_code,
    public_extension,
    reference_integrity,
)
from fhircheck.measures.counted_measure import CountedMeasure, Merged
from fhircheck.measures.judging import judge
from fhircheck.measures.observing import observer
from fhircheck.measures.plausibility import (
    date_sequence,
    date_window,
    sex_plausible,
    unique_content,
    unique_identity,
    unit_plausible,
    value_in_range,
    within_encounter,
    within_lifetime,
)
from fhircheck.measures.privacy import consent_active, direct_identifiers, k_anonymity, small_cells
from fhircheck.measures.readiness import (
    author_known,
    class_balance,
    clock_agrees,
    dataset_documented,
    date_precision,
    distribution_drift,
    follow_up,
    free_text,
    imaging_endpoint,
    imaging_report_link,
    imaging_study_complete,
    label_available,
    mix_drift,
    origin_known,
    recency,
    sampling_complete,
    subgroup_completeness,
    subgroup_representation,
    time_coverage,
    ucum_unit,
    unit_harmonised,
)
from fhircheck.measures.seen import Seen
from fhircheck.measures.tools import Tools
from fhircheck.model.census_facts import CensusFacts
from fhircheck.model.facts import Tally
from fhircheck.model.link_facts import LinkFacts
from fhircheck.model.protocols import Conformance, Observed
from fhircheck.model.record import Node
from fhircheck.model.report import MeasureResult
from fhircheck.model.row_facts import RowFacts
from fhircheck.registry import Registry
from fhircheck.resolve.known_places import Extensions

MEASURES: Registry[CountedMeasure] = Registry(
    "measures",
    profile_validity.MEASURE,
    identifier_system.MEASURE,
    patient_link.MEASURE,
    reference_integrity.MEASURE,
    bundle_links.MEASURE,
    mandatory_elements.MEASURE,
    must_support.MEASURE,
    value_presence.MEASURE,
    patients_with_type.MEASURE,
    coded_concept.MEASURE,
    expected_system.MEASURE,
    code_validity.MEASURE,
    display_match.MEASURE,
    current_system.MEASURE,
    public_code.MEASURE,
    public_extension.MEASURE,
    date_sequence.MEASURE,
    unit_plausible.MEASURE,
    value_in_range.MEASURE,
    within_lifetime.MEASURE,
    sex_plausible.MEASURE,
    within_encounter.MEASURE,
    date_window.MEASURE,
    unique_identity.MEASURE,
    unique_content.MEASURE,
    ucum_unit.MEASURE,
    unit_harmonised.MEASURE,
    date_precision.MEASURE,
    time_coverage.MEASURE,
    recency.MEASURE,
    follow_up.MEASURE,
    author_known.MEASURE,
    origin_known.MEASURE,
    imaging_study_complete.MEASURE,
    imaging_endpoint.MEASURE,
    imaging_report_link.MEASURE,
    free_text.MEASURE,
    subgroup_representation.MEASURE,
    subgroup_completeness.MEASURE,
    distribution_drift.MEASURE,
    mix_drift.MEASURE,
    label_available.MEASURE,
    class_balance.MEASURE,
    sampling_complete.MEASURE,
    clock_agrees.MEASURE,
    k_anonymity.MEASURE,
    direct_identifiers.MEASURE,
    small_cells.MEASURE,
    consent_active.MEASURE,
    dataset_documented.MEASURE,
)

_observe: Callable[[Seen, dict[str, Tally]], None] = observer(MEASURES)


def observe_all(
    node: Node,
    checked: Observed,
    tallies: dict[str, Tally],
    rows: RowFacts | None = None,
    tools: Tools | None = None,
    census: CensusFacts | None = None,
    extensions: Extensions | None = None,
) -> None:
    """Let every measure that looks at the resource's type count it; called once a resource. Never raises on any JSON.

    `rows`: where rows for measures across records go. `tools`: made once a process. `census`: where what the data is
    made of is counted, None for nowhere. `extensions`: those of the resource, where they were found on the way already.
    """
    _observe(Seen(node, checked, RowFacts() if rows is None else rows, tools or Tools(), census, extensions), tallies)


def judge_measures(
    tallies: Mapping[str, Tally],
    links: LinkFacts,
    sampled: bool = False,
    conformance: Conformance | None = None,
    *,
    rows: RowFacts | None = None,
    resources: Counter[str] | None = None,
    tools: Tools | None = None,
) -> tuple[MeasureResult, ...]:
    """The results of all measures, in the table's order, from what the whole first pass counted.

    `sampled`: shares are estimates and get an interval. `conformance`: the definitions the data was checked by; the
    embedded R4 core where none is given. Raises CouldNotCheck where temporary files or definitions cannot be read.
    """
    merged = merged_facts(tallies, links, sampled, conformance, rows=rows, resources=resources, tools=tools)
    return tuple(judge(each, merged) for each in MEASURES)


def merged_facts(
    tallies: Mapping[str, Tally],
    links: LinkFacts,
    sampled: bool = False,
    conformance: Conformance | None = None,
    *,
    rows: RowFacts | None = None,
    resources: Counter[str] | None = None,
    tools: Tools | None = None,
) -> Merged:
    """All that was counted, as measures and use cases are judged by it; parameters as of `judge_measures`."""
    for tally in tallies.values():
        tally.settle()
    return Merged(
        Tally(),
        tallies,
        links,
        RowFacts() if rows is None else rows,
        Counter() if resources is None else resources,
        sampled,
        lambda: conformance or _core(),
        tools or Tools(),
    )


def _core() -> Conformance:
    from fhircheck.definitions.definition_set import load_definitions

    return load_definitions()
