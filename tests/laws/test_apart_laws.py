"""Sources measured apart: any order and any grouping of the parts gives the same, the whole included."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fhircheck.apart import collect_mix, groups_of, pairs_of
from fhircheck.definitions.definition_set import load_definitions
from fhircheck.measures import observe_all
from fhircheck.measures.tools import Tools
from fhircheck.model.facts import Partial
from fhircheck.model.source_facts import SOURCES
from fhircheck.resolve.reference_walk import collect_links
from fhircheck.score import load_rubric
from tests.unit.measures.seen import Seen

SYSTEMS = st.sampled_from(["http://a.example", "http://b.example"])
IDENTIFIERS = st.lists(st.tuples(SYSTEMS, st.sampled_from("12345")), max_size=2)
RESOURCES = st.one_of(
    st.builds(
        lambda number, named: {
            "resourceType": "Patient",
            "id": number,
            "identifier": [{"system": system, "value": value} for system, value in named],
        },
        st.sampled_from("12345"),
        IDENTIFIERS,
    ),
    st.builds(
        lambda unit, patient, system: {
            "resourceType": "Observation",
            "code": {"coding": [{"system": system, "code": "x", "version": unit}]},
            "subject": {"reference": f"Patient/{patient}"},
            "valueQuantity": {"value": 1, "system": "http://unitsofmeasure.org", "code": unit},
        },
        st.sampled_from(["g", "mmol"]),
        st.sampled_from("12345"),
        SYSTEMS,
    ),
)
NAMES = st.integers(0, 3 * SOURCES).map(lambda number: f"source {number:02}")
PARTS = st.lists(st.lists(st.tuples(NAMES, RESOURCES), max_size=6), min_size=1, max_size=5)
DEFINITIONS = load_definitions(offline=True)
RUBRIC = load_rubric("fhircheck")


def partial(resources: list[tuple[str, dict[str, Any]]], number: int) -> Partial:
    """What a chunk of records gives."""
    made, tools = Partial(), Tools()
    for place, (name, node) in enumerate(resources):
        seen, facts = Seen(source=name, record=100 * number + place), made.apart.of(name)
        facts.resources[node["resourceType"]] += 1
        observe_all(node, seen, facts.tallies, facts.rows, tools)
        collect_links(node, seen, facts.links)
        collect_mix(node, None, facts)
    made.apart.add_to(made)
    return made


def outcome(merged: Partial) -> tuple[Any, ...]:
    pairs = pairs_of(merged.apart, 1)
    return groups_of(merged.apart, RUBRIC, DEFINITIONS, Tools()), pairs, sorted(merged.tallies)


@given(PARTS, st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_any_order_and_grouping_is_the_same(parts: list[list[tuple[str, dict[str, Any]]]], chance: Any) -> None:
    forward = Partial()
    for number, each in enumerate(parts):
        forward.merge(partial(each, number))
    shuffled = [partial(each, number) for number, each in enumerate(parts)]
    chance.shuffle(shuffled)
    while len(shuffled) > 1:
        left, right = shuffled.pop(), shuffled.pop(chance.randrange(len(shuffled)))
        left.merge(right)
        shuffled.append(left)
    assert outcome(forward) == outcome(shuffled[0])


@given(PARTS)
@settings(max_examples=25, deadline=None)
def test_every_resource_is_in_one_source_and_once_in_the_whole(parts: list[list[tuple[str, dict[str, Any]]]]) -> None:
    merged = Partial()
    for number, each in enumerate(parts):
        merged.merge(partial(each, number))
    groups, _, _ = outcome(merged)
    assert sum(count for group in groups for _, count in group.resources) == sum(map(len, parts))
    assert len(groups) <= SOURCES + 1
    for name, tally in merged.tallies.items():
        apart = [facts.tallies[name] for _, facts in merged.apart.sources() if name in facts.tallies]
        assert (sum(each.numerator for each in apart), sum(each.denominator for each in apart)) == (
            tally.numerator,
            tally.denominator,
        )
