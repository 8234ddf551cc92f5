import pickle
from itertools import pairwise

import pytest

from fhircheck.model import link_facts
from fhircheck.model.link_facts import LinkFacts, key_of


def test_keys_are_the_same_everywhere_and_spread_over_all_buckets() -> None:
    assert key_of("Patient/1") == 0x17F4A2DB24E10B2B
    assert len({key_of(f"Patient/{number}") >> 56 for number in range(5_000)}) == 256
    assert key_of("\ud800") != key_of("\ud801")


def test_names_are_bounded_and_the_smallest_stay() -> None:
    links = LinkFacts()
    for number in reversed(range(10 * link_facts.NAMES)):
        links.names[number] = f"Type{number:06}.element"
        links.settle()
    links.trim()
    assert sorted(links.names.values()) == [f"Type{number:06}.element" for number in range(link_facts.NAMES)]


@pytest.mark.parametrize("travel", [lambda links: links, lambda links: pickle.loads(pickle.dumps(links))])
def test_source_names_go_to_disk_and_are_found_again(travel: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_facts, "SOURCES", 10)
    names = [f"fälle\n{number}\\.json" for number in range(100)]
    whole = LinkFacts()
    for first, last in pairwise([0, 25, 50, 99, 100]):
        part = LinkFacts()
        part.sources = {key_of(name): name for name in names[first:last]}
        part.settle()
        whole.merge(travel(part))  # type: ignore[operator]
    assert len(whole.sources) == 1
    assert whole.stored_sources
    wanted = {key_of(name): name for name in names[::9]}
    assert whole.source_names(wanted) == wanted
    whole.close()


def test_leaving_the_block_frees_everything() -> None:
    with LinkFacts(limit=8) as links:
        links.edges.fresh += range(400)
        links.settle()
        assert links.edges.on_disk
    assert not links.edges.on_disk
