from typing import Any

import pytest

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.model.issue import Place
from fhircheck.model.link_facts import LinkFacts
from fhircheck.resolve.links import LinkVerdicts, judge_links
from fhircheck.resolve.reference_walk import collect_links
from fhircheck.resolve.target_types import TargetTypes
from tests.unit.measures.seen import Seen

UUID = "urn:uuid:0b1c4d5e-0000-4000-8000-000000000001"
PATIENT = {"resourceType": "Patient", "id": "1"}


def observation(reference: Any, **more: Any) -> dict[str, Any]:
    return {"resourceType": "Observation", "id": "o", "subject": {"reference": reference}, **more}


@pytest.fixture(scope="module")
def types() -> TargetTypes:
    return TargetTypes(load_definitions())


def outcome(verdicts: LinkVerdicts) -> str:
    """The one verdict there is."""
    numbers = {
        "resolved": verdicts.tally.numerator,
        "wrong type": verdicts.wrong_type.total(),
        "unresolved": verdicts.unresolved.total(),
        "cannot tell": verdicts.external.total(),
    }
    assert verdicts.tally.cannot_tell == verdicts.external.total()
    return "+".join(name for name, number in numbers.items() if number) or "not counted"


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("Patient/1", "resolved"),
        ("Patient/1/_history/7", "resolved"),
        ("Patient/2", "unresolved"),
        ("patient/1", "unresolved"),
        ("nonsense", "unresolved"),
        ("", "unresolved"),
        ("Encounter/9", "wrong type"),
        ("http://kis.example/fhir/Patient/1", "cannot tell"),
        ("Patient?identifier=http://kis.example|1", "cannot tell"),
        ("#1", "unresolved"),
        (UUID, "unresolved"),
        (7, "not counted"),
        (None, "not counted"),
        (["Patient/1"], "not counted"),
    ],
)
def test_references_of_resources_without_a_server(types: TargetTypes, reference: Any, expected: str) -> None:
    links = LinkFacts()
    for number, node in enumerate((observation(reference), PATIENT, {"resourceType": "Encounter", "id": "9"})):
        collect_links(node, Seen(record=number), links)
    assert outcome(judge_links(links, types)) == expected


@pytest.mark.parametrize(
    ("full_url", "reference", "expected"),
    [
        ("http://kis.example/fhir/Patient/1", "http://kis.example/fhir/Patient/1", "resolved"),
        ("http://kis.example/fhir/Patient/1", "http://kis.example/fhir/Patient/1/_history/2", "resolved"),
        ("http://kis.example/fhir/Patient/1", "Patient/1", "resolved"),
        ("http://kis.example/fhir/Patient/1", "http://kis.example/fhir/Patient/2", "unresolved"),
        ("http://kis.example/fhir/Patient/1", "http://lab.example/fhir/Patient/1", "cannot tell"),
        ("http://kis.example/thing", "http://kis.example/thing", "resolved"),
        ("http://kis.example/thing", "http://kis.example/other", "cannot tell"),
        (UUID, UUID, "resolved"),
        (UUID, UUID[:-1] + "2", "unresolved"),
        ("urn:oid:1.2.3", "urn:oid:1.2.3", "resolved"),
        (UUID, "Patient/1", "resolved"),
    ],
)
def test_references_in_a_bundle(types: TargetTypes, full_url: str, reference: str, expected: str) -> None:
    links = LinkFacts()
    collect_links(PATIENT, Seen(root="Bundle.entry[0].resource"), links, full_url=full_url, bundle=0)
    collect_links(observation(reference), Seen(root="Bundle.entry[1].resource"), links, bundle=0)
    assert outcome(judge_links(links, types)) == expected


@pytest.mark.parametrize(("other", "expected"), [(0, "resolved"), (1, "unresolved")])
def test_a_urn_counts_in_its_own_bundle_only(types: TargetTypes, other: int, expected: str) -> None:
    links = LinkFacts()
    collect_links(PATIENT, Seen(), links, full_url=UUID, bundle=0)
    collect_links(observation(UUID), Seen(record=other), links, bundle=other)
    assert outcome(judge_links(links, types)) == expected


def test_entries_of_a_bundle_that_was_split_share_its_scope(types: TargetTypes) -> None:
    links = LinkFacts()
    collect_links(PATIENT, Seen(record=0), links, full_url=UUID, bundle=-1)
    collect_links(observation(UUID), Seen(record=7), links, bundle=-1)
    assert outcome(judge_links(links, types)) == "resolved"


@pytest.mark.parametrize(("reference", "expected"), [("#p", "resolved"), ("#q", "unresolved"), ("#g", "wrong type")])
def test_contained_resources(types: TargetTypes, reference: str, expected: str) -> None:
    contained = [{"resourceType": "Patient", "id": "p"}, {"resourceType": "Medication", "id": "g"}]
    links = LinkFacts()
    collect_links(observation(reference, contained=contained), Seen(record=0), links)
    collect_links(observation("#p"), Seen(record=1), links)
    verdicts = judge_links(links, types)
    assert verdicts.unresolved["Observation.subject"] == 1 + (expected == "unresolved")
    assert verdicts.tally.numerator == (expected == "resolved")
    assert verdicts.wrong_type.total() == (expected == "wrong type")


def test_a_contained_resource_may_point_to_others_and_to_its_container(types: TargetTypes) -> None:
    contained = {"resourceType": "Provenance", "id": "p", "target": [{"reference": "#"}, {"reference": "#gone"}]}
    links = LinkFacts()
    collect_links(observation("Patient/1", contained=[contained]), Seen(), links)
    path = "Observation.contained.ofType(Provenance).target"
    assert judge_links(links, types).tally.by[path] == [1, 2]


def test_references_are_found_at_any_depth(types: TargetTypes) -> None:
    node = {
        "resourceType": "Observation",
        "extension": [{"url": "x", "extension": [{"url": "y", "valueReference": {"reference": "Patient/1"}}]}],
        "_status": {"extension": [{"url": "x", "valueReference": {"reference": "Patient/1", "display": "x"}}]},
        "note": [{"text": "x", "authorReference": {"reference": "Patient/1", "identifier": {"value": "1"}}}],
        "performer": [{"reference": "Patient/1"}, {"identifier": {"value": "logical"}}],
    }
    links = LinkFacts()
    collect_links(node, Seen(), links)
    collect_links(PATIENT, Seen(record=1), links)
    assert judge_links(links, types).tally.by == {
        "Observation.extension.extension.valueReference": [1, 1],
        "Observation._status.extension.valueReference": [1, 1],
        "Observation.note.authorReference": [1, 1],
        "Observation.performer": [1, 1],
    }


def test_one_url_for_two_types_has_one_answer_in_any_order(types: TargetTypes) -> None:
    parts = []
    for node in (PATIENT, {"resourceType": "Encounter", "id": "9"}):
        links = LinkFacts()
        collect_links(node, Seen(), links, full_url=UUID, bundle=0)
        collect_links(observation(UUID), Seen(record=0), links, bundle=0)
        parts.append(links)
    answers = []
    for order in (parts, parts[::-1]):
        whole = LinkFacts()
        for each in order:
            whole.merge(each)
        answers.append(judge_links(whole, types))
    assert answers[0] == answers[1]


def test_a_bundle_leaves_its_entries_to_themselves(types: TargetTypes) -> None:
    links = LinkFacts()
    collect_links({"resourceType": "Bundle", "entry": [{"resource": observation("Patient/1")}]}, Seen(), links)
    assert len(links.edges) == 0
    assert judge_links(links, types) == LinkVerdicts()


def test_of_a_sample_no_reference_can_be_told(types: TargetTypes) -> None:
    links = LinkFacts()
    collect_links(observation("Patient/1"), Seen(), links)
    collect_links(PATIENT, Seen(record=1), links)
    verdicts = judge_links(links, types, sampled=True)
    assert (verdicts.tally.denominator, verdicts.tally.cannot_tell) == (0, 1)


def test_examples_are_the_first_places_and_resources_count_once(types: TargetTypes) -> None:
    links = LinkFacts()
    for source in ("b.json", "a.json"):
        for record in (4, 3):
            node = observation("Patient/9", performer=[{"reference": "Patient/9"}, {"reference": "Patient/8"}])
            seen = Seen(source, record, root="Observation" if record == 3 else "Bundle.entry[12].resource")
            collect_links(node, seen, links, bundle=None if record == 3 else record)
    tally = judge_links(links, types).tally
    assert (tally.denominator, tally.numerator, tally.resources_failed) == (12, 0, 4)
    assert tally.examples == [
        Place("a.json", 3, "", "Observation.performer"),
        Place("a.json", 3, "", "Observation.subject"),
        Place("a.json", 4, "", "Bundle.entry[12].resource.performer"),
    ]


def test_odd_names_of_members_are_not_kept() -> None:
    links = LinkFacts()
    collect_links({"resourceType": "Patient", "Mia Muster": {"reference": "Patient/1"}}, Seen(), links)
    assert set(links.names.values()) == {"Patient", "Patient.(name)"}
