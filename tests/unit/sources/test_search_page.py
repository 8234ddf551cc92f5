"""The texts of resources, cut out of a page as the server wrote it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhircheck.sources.search_page import SearchPage
from fhircheck.transport.http import Answer

PATIENT = '{"resourceType": "Patient", "id": "a", "search": {"mode": "x"}, "n": [{"t": "}\\"search\\": {,"}]}'


def page(entries: str, spaces: str = "") -> SearchPage:
    body = f'{{"resourceType": "Bundle", "type": "searchset", "entry":{spaces}[{entries}]}}'
    return SearchPage(Answer("http://h/fhir", 200, "application/fhir+json", body.encode()))


@pytest.mark.parametrize(
    "entry",
    [
        '{"resource": %s}',
        '{"fullUrl": "urn:x", "resource": %s, "search": {"mode": "match"}}',
        '{ "fullUrl" : "urn:x" ,\n "resource" :\t%s ,\n "search" : { "mode" : "match" } }',
        '{"search": {"mode": "match"}, "resource": %s}',
        '{"search": {"mode": "match"}, "resource": %s, "fullUrl": "a\\"b"}',
        '{"fullUrl": "x", "resource": %s, "request": {"method": "PUT"}, "search": {"mode": "match"}}',
        '{"fullUrl": "x", "resource": %s, "search": {"extension": [{"url": "u", "valueString": "\\"search\\""}]}}',
        '{"fullUrl": "x", "resource": %s, "request": {"method": "PUT"}, "response": {"status": "200"}}',
        '{"link": [{"url": "resource"}], "fullUrl": "x", "resource": %s}',
        '{"resource": {"resourceType": "Group", "id": "g"}, "resource": %s}',
        '{"resource": {"resourceType": "Group", "id": "g"}, "resource": %s, "search": {"mode": "match"}}',
    ],
)
@pytest.mark.parametrize("around", ["%s", " %s ", '{"resource": {"resourceType": "Group"}}\n,\n%s'])
def test_the_text_is_that_of_the_resource(entry: str, around: str) -> None:
    found = page(around % (entry % PATIENT), " ").entries[-1]
    assert found.text.decode() == PATIENT
    assert found.node == json.loads(PATIENT)


def test_a_page_nested_too_deep_for_the_fast_way() -> None:
    deep = '{"resourceType": "Basic", "x": ' + "[" * 100 + "]" * 100 + "}"
    assert [each.text.decode() for each in page(f'{{"resource": {deep}}}, {{"resource": {PATIENT}}}').entries] == [
        deep,
        PATIENT,
    ]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
entries = st.lists(
    st.fixed_dictionaries(
        {"resource": st.dictionaries(st.sampled_from(["search", "resource", "fullUrl", "x"]), values)},
        optional={"fullUrl": st.text(), "search": st.fixed_dictionaries({"mode": st.just("match")}), "link": values},
    ),
    max_size=4,
)


@given(entries, st.sampled_from([None, 1]), st.randoms())
def test_every_text_says_what_was_parsed(found: list[dict[str, Any]], indent: int | None, random: Any) -> None:
    for each in found:
        each["resource"]["resourceType"] = "Basic"
    shuffled = [dict(random.sample(list(each.items()), len(each))) for each in found]
    body = json.dumps({"resourceType": "Bundle", "type": "searchset", "entry": shuffled}, indent=indent).encode()
    read = SearchPage(Answer("http://h/fhir", 200, "application/fhir+json", body)).entries
    assert (
        [json.loads(each.text) for each in read] == [each.node for each in read] == [each["resource"] for each in found]
    )
