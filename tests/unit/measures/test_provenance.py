"""Origin and author: what resources say themselves, and what a Provenance says of them."""

from typing import Any

import pytest

from fhircheck.measures import MEASURES, judge_measures, observe_all
from fhircheck.measures.origin import TYPES
from fhircheck.measures.readiness.author_known import AUTHORS
from fhircheck.model.facts import Tally
from fhircheck.model.link_facts import LinkFacts, key_of
from fhircheck.model.report import MeasureResult
from fhircheck.model.row_facts import RowFacts
from fhircheck.resolve.reference_walk import collect_links, identity_key
from tests.unit.measures.judged import counts, judged
from tests.unit.measures.seen import Seen

SUBJECT = {"reference": "Patient/1"}


def condition(**more: Any) -> dict[str, Any]:
    return {"resourceType": "Condition", "subject": SUBJECT, **more}


def provenance(*targets: Any) -> dict[str, Any]:
    return {"resourceType": "Provenance", "target": [{"reference": each} for each in targets]}


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        ({"source": "https://kis.example.org"}, (1, 1, 0)),
        ({"source": "  "}, (0, 1, 0)),
        ({"source": 5}, (0, 1, 0)),
        ([], (0, 1, 0)),
    ],
)
def test_meta_source(meta: Any, expected: tuple[int, int, int]) -> None:
    assert counts(judged(condition(meta=meta))["origin-known"]) == expected


def test_a_provenance_tells_of_its_targets() -> None:
    nodes = [
        condition(id="1"),
        provenance("Condition/1", "Condition/4/_history/2", "https://server.example.org/fhir/Condition/5", 7, "#1"),
        *(condition(id=str(number)) for number in (2, 3, 4, 5)),
        condition(),
        condition(id="6", meta={"source": "https://kis.example.org"}, recorder={"display": "x"}),
        {"resourceType": "Device", "id": "1"},
    ]
    results = judged(*nodes)
    origin, author = results["origin-known"], results["author-known"]
    assert counts(origin) == counts(author) == (4, 7, 0)
    assert origin.by == (("Condition", 4, 7),)
    assert [(each.record, each.expression) for each in origin.examples] == [
        (2, "Condition"),
        (3, "Condition"),
        (6, "Condition"),
    ]
    assert (origin.resources_failed, origin.patients_failed) == (3, 1)
    sample = judged(*nodes, sampled=True)["origin-known"]
    assert counts(sample) == (4, 4, 3)


@pytest.mark.parametrize(
    ("node", "passed"),
    [
        (condition(asserter={"reference": "Patient/1"}), 1),
        (condition(recorder={"extension": [{"url": "x"}]}), 0),
        (condition(recorder={}), 0),
        (condition(performer={"display": "x"}), 0),
        ({"resourceType": "Observation", "performer": [{}, {"display": "x"}]}, 1),
        ({"resourceType": "Observation", "performer": []}, 0),
        ({"resourceType": "Observation", "performer": "Dr. X"}, 0),
        ({"resourceType": "Encounter", "serviceProvider": {"reference": "Organization/1"}}, 1),
    ],
)
def test_author(node: dict[str, Any], passed: int) -> None:
    assert counts(judged(node)["author-known"]) == (passed, 1, 0)


def test_the_key_at_hand_is_that_of_the_resource() -> None:
    one = "".join(["a", "b"])
    keys = [identity_key(kind, id_) for kind, id_ in (("A", one), ("B", one), ("A", "cd"), ("A", one), ("A", one))]
    assert keys == [key_of("A/ab"), key_of("B/ab"), key_of("A/cd"), key_of("A/ab"), key_of("A/ab")]


def test_one_row_tells_of_both() -> None:
    assert set(AUTHORS) < TYPES
    names = list(MEASURES.names)
    assert names.index("author-known") < names.index("origin-known")


def in_bundles(*entries: tuple[int, str, dict[str, Any]]) -> dict[str, MeasureResult]:
    """Each entry: number of its Bundle, fullUrl, resource."""
    tallies: dict[str, Tally] = {}
    links, rows = LinkFacts(), RowFacts()
    for number, (bundle, url, node) in enumerate(entries):
        seen = Seen(record=bundle, root=f"Bundle.entry[{number}].resource", full_url=url)
        seen.bundle = bundle  # type: ignore[attr-defined]
        observe_all(node, seen, tallies, rows)
        collect_links(node, seen, links, full_url=url, bundle=bundle)
    return {each.name: each for each in judge_measures(tallies, links, rows=rows)}


def test_within_a_bundle_it_goes_by_full_url() -> None:
    results = in_bundles(
        (0, "urn:uuid:1", condition(id="x")),
        (0, "urn:uuid:9", provenance("urn:uuid:1")),
        (1, "urn:uuid:1", condition()),
    )
    assert counts(results["origin-known"]) == (1, 2, 0)
    assert results["origin-known"].examples[0].expression == "Bundle.entry[2].resource"
