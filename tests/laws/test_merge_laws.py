"""Counts merge: a neutral element, and any order and grouping gives the same."""

import pickle
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhircheck.model import facts
from fhircheck.model.facts import Group, Groups, Partial, Tally
from fhircheck.model.issue import Issue, Place
from fhircheck.model.link_facts import LinkFacts
from fhircheck.resolve.links import LinkVerdicts, judge_links
from fhircheck.resolve.reference_walk import collect_links
from tests.laws.merging import as_tree, groupings, merged
from tests.unit.measures.seen import Seen

NAMES = st.sampled_from(["a", "b", "c"])
PLACES = st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 1)).map(lambda at: Place(*at, "Patient/1"))


def issues(kinds: st.SearchStrategy[str]) -> st.SearchStrategy[Issue]:
    """Findings at few places with few parameters, so that many are nearly alike."""
    params = st.sampled_from([1, 2, "2"]).map(lambda count: (("count", count),))
    parts = st.tuples(kinds, st.just("error"), PLACES, params, st.sampled_from([None, "", "a"]))
    return parts.map(lambda each: Issue(*each))


@st.composite
def records(draw: Any) -> list[Issue]:
    """The findings of one record: those of one resource name it alike."""
    return draw(st.lists(issues(st.sampled_from(["kind-1", "kind-2"])), min_size=1, max_size=8))


@st.composite
def tally_steps(draw: Any) -> Tally:
    tally = Tally()
    for path, passed, place in draw(st.lists(st.tuples(NAMES, st.booleans(), PLACES), max_size=5)):
        tally.count(path, passed, place)
    tally.cannot_tell = draw(st.integers(0, 3))
    tally.resources_failed = draw(st.integers(0, 3))
    return tally


def groups_of(findings: list[list[Issue]]) -> Groups:
    groups = Groups()
    for each in findings:
        groups.add(each)
    return groups


def seen_as(groups: Groups) -> tuple[dict[Any, Group], Any]:
    groups.trim()
    return groups.groups, groups.totals


@given(groupings(tally_steps()))
def test_tallies_merge_in_any_order(given: tuple[list[Tally], list[list[Tally]]]) -> None:
    items, parts = given
    whole = merged(items, Tally)
    assert as_tree([merged(part, Tally) for part in parts], Tally) == whole
    before = pickle.dumps(whole)
    whole.merge(Tally())
    assert pickle.dumps(whole) == before


@given(groupings(issues(st.just("kind"))))
def test_groups_keep_the_same_examples_in_any_order(given: tuple[list[Issue], list[list[Issue]]]) -> None:
    items, parts = given

    def group(found: list[Issue]) -> Group:
        made = Group()
        for each in found:
            made.add(each)
        return made

    assert as_tree([group(part) for part in parts], Group) == group(items)


@settings(max_examples=40)
@given(groupings(records()), st.sampled_from([1, 2, 2_000]))
def test_groups_merge_in_any_order(given: tuple[list[list[Issue]], list[list[list[Issue]]]], bound: int) -> None:
    items, parts = given
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(facts, "GROUPS", bound)
        whole = seen_as(groups_of(items))
        assert seen_as(as_tree([groups_of(part) for part in parts], Groups)) == whole
        assert seen_as(merged([groups_of(items), Groups()], Groups)) == whole


@st.composite
def partials(draw: Any) -> Partial:
    partial = Partial(records=draw(st.integers(0, 3)), bytes=draw(st.integers(0, 9)), files=draw(st.integers(0, 2)))
    partial.unreadable = draw(st.integers(0, 2))
    partial.resources.update(draw(st.lists(NAMES, max_size=3)))
    partial.invalid.update(draw(st.lists(NAMES, max_size=3)))
    partial.undecided.update(draw(st.lists(st.tuples(NAMES, NAMES), max_size=3)))
    partial.profiles = draw(
        st.dictionaries(st.tuples(NAMES, NAMES), st.integers(0, 3).map(lambda n: [n, n]), max_size=2)
    )
    partial.groups = groups_of(draw(st.lists(records(), max_size=2)))
    partial.tallies = draw(st.dictionaries(NAMES, tally_steps(), max_size=2))
    for version, place in draw(st.lists(st.tuples(NAMES, PLACES), max_size=2)):
        partial.see_version(("source", version), 1, place, "evidence")
    return partial


def shape(partial: Partial) -> tuple[Any, ...]:
    """Everything a Partial says but the order of its findings, which is the order given."""
    counts = (partial.records, partial.bytes, partial.unreadable, partial.files)
    tables = (partial.resources, partial.invalid, partial.undecided, partial.profiles, partial.versions)
    return *counts, *tables, seen_as(partial.groups), partial.tallies


@settings(max_examples=30)
@given(groupings(partials().map(pickle.dumps)))
def test_partials_merge_in_any_order(given: tuple[list[bytes], list[list[bytes]]]) -> None:
    items, parts = given
    whole = merged([pickle.loads(each) for each in items], Partial)
    regrouped = as_tree([merged([pickle.loads(each) for each in part], Partial) for part in parts], Partial)
    assert shape(regrouped) == shape(whole)
    whole.merge(Partial())
    assert shape(regrouped) == shape(whole)


IDS = st.sampled_from(["1", "2", "3"])
TYPES = st.sampled_from(["Patient", "Group", "Observation"])
REFERENCES = st.one_of(
    st.builds("{}/{}".format, TYPES, IDS),
    st.builds("http://{}/{}/{}".format, NAMES, TYPES, IDS),
    st.builds("urn:uuid:{}".format, IDS),
    st.builds("#{}".format, IDS),
    st.sampled_from(["Patient?identifier=x", "", "nonsense"]),
)
Found = tuple[dict[str, Any], str, int | None, Any]


@st.composite
def found_resources(draw: Any) -> Found:
    """A resource with references, as an entry of a Bundle or on its own: (node, source, bundle, full url)."""
    kind = draw(TYPES)
    node: dict[str, Any] = {"resourceType": kind, "id": draw(IDS), "subject": {"reference": draw(REFERENCES)}}
    node["performer"] = [{"reference": each} for each in draw(st.lists(REFERENCES, max_size=2))]
    if draw(st.booleans()):
        node["contained"] = [{"resourceType": draw(TYPES), "id": draw(IDS), "subject": {"reference": draw(REFERENCES)}}]
    bundle = draw(st.none() | st.integers(-1, 1))
    return node, draw(NAMES), bundle, None if bundle is None else draw(REFERENCES)


def links_of(found: list[tuple[int, Found]], limit: int) -> LinkFacts:
    links = LinkFacts(limit)
    for number, (node, source, bundle, full_url) in found:
        root = node["resourceType"] if bundle is None else f"Bundle.entry[{number}].resource"
        collect_links(node, Seen(source, number, root=root), links, full_url=full_url, bundle=bundle)
        links.settle()
    return links


def allowed(path: str) -> frozenset[str] | None:
    return frozenset({"Patient", "Group"}) if path.endswith(("subject", "performer")) else None


def verdicts(links: LinkFacts) -> LinkVerdicts:
    return judge_links(links, allowed)


@pytest.mark.parametrize("travel", [lambda links: links, lambda links: pickle.loads(pickle.dumps(links))])
@settings(max_examples=60)
@given(data=st.data(), limit=st.sampled_from([0, 64, 1 << 20]))
def test_link_facts_merge_in_any_order(travel: Callable[[LinkFacts], LinkFacts], data: Any, limit: int) -> None:
    found, parts = data.draw(groupings(st.tuples(st.integers(0, 5), found_resources())))
    whole = verdicts(links_of(found, 1 << 20))
    regrouped = as_tree([travel(links_of(part, limit)) for part in parts], lambda: LinkFacts(limit))
    assert verdicts(regrouped) == whole
    assert verdicts(regrouped) == whole, "judging changes nothing"
    regrouped.merge(LinkFacts())
    assert verdicts(regrouped) == whole
    if not found:
        assert whole == LinkVerdicts()
