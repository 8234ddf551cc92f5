"""All measures over some resources, without files, definitions or validation."""

from collections import Counter
from typing import Any

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.measures import judge_measures, observe_all
from fhircheck.measures.tools import Tools
from fhircheck.model.facts import Tally
from fhircheck.model.link_facts import LinkFacts
from fhircheck.model.report import MeasureResult
from fhircheck.model.row_facts import RowFacts
from fhircheck.resolve.reference_walk import collect_links
from tests.unit.measures.known import checked
from tests.unit.measures.seen import Seen


def judged(
    *nodes: Any, valid: bool | None = True, claimed: bool = False, tools: Tools | None = None, **more: bool
) -> dict[str, MeasureResult]:
    """Results by name. Each node is a record of its own, validated where `tools` know profiles."""
    tallies: dict[str, Tally] = {}
    links, rows, tools = LinkFacts(), RowFacts(), tools or Tools()
    for number, node in enumerate(nodes):
        if tools.profiles is not None:
            for each in checked(node, number):
                observe_all(each.node, each, tallies, rows, tools)
                collect_links(each.node, each, links, full_url=each.full_url, bundle=each.bundle)
            continue
        seen = Seen(record=number, valid=valid, claimed=claimed, cannot_tell=more.get("cannot_tell", False))
        observe_all(node, seen, tallies, rows, tools)
        collect_links(node, seen, links)
    resources = Counter(str(node.get("resourceType")) for node in nodes if isinstance(node, dict))
    results = judge_measures(
        tallies, links, more.get("sampled", False), load_definitions(), rows=rows, resources=resources, tools=tools
    )
    return {each.name: each for each in results}


def counts(result: MeasureResult) -> tuple[int, int, int]:
    """numerator, denominator, cannot tell."""
    return result.numerator, result.denominator, result.cannot_tell
