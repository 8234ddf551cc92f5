"""Values to search by, from samples: the one that tells most; and why there is none."""

from typing import Any

import pytest

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.probe.search_parameter import SearchParameters
from fhircheck.probe.search_values import SearchValues
from tests.servers.clinic import clinic
from tests.servers.search_matching import PARAMETERS, holds

CUSTOM: dict[str, Any] = {
    "resourceType": "SearchParameter",
    "url": "https://example.org/SearchParameter/second-given",
    "name": "SecondGiven",
    "status": "active",
    "description": "The second given name",
    "code": "second-given",
    "base": ["Patient"],
    "type": "string",
    "expression": "Patient.name.given[1]",
}
KNOWN = SearchParameters(load_definitions(offline=True, loose=[CUSTOM]))


def values(kind: str, name: str, canonical: str = "") -> SearchValues:
    samples = [each for each in clinic() if each["resourceType"] == kind]
    return SearchValues(KNOWN.find(kind, name, canonical), samples, KNOWN)


@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, name) for kind, found in PARAMETERS.items() for name in found if (kind, name) not in {
        ("Organization", "type"), ("DocumentReference", "category"),
    }],
)  # fmt: skip
def test_what_is_found_is_the_same_by_the_table_of_the_test_server(kind: str, name: str) -> None:
    """Two ways to say which resources hold a value: FHIRPath of R4's definitions, and a table written by hand."""
    found = values(kind, name)
    searches = [found.plain(), found.impossible(), *found.modified(), *found.prefixed()]
    assert found.reason == ""
    for search in searches:
        assert search is not None
        for sample in found.samples:
            told = sample.holds(search)
            text = search.prefix + search.text
            assert told in (None, holds(sample.node, kind, name, search.modifier, text)), (search.label, sample.node)


def test_a_value_that_few_hold_is_chosen() -> None:
    found = values("Patient", "gender")
    search = found.plain()
    assert search is not None
    assert search.text == "other"
    assert [each.holds(search) for each in found.samples].count(True) == 3


def test_prefixes_divide_the_samples() -> None:
    found = values("Patient", "birthdate")
    for search in found.prefixed():
        assert {each.holds(search) for each in found.samples} == {True, False}


def test_missing_is_asked_the_way_that_finds_something() -> None:
    assert [each.text for each in values("Patient", "gender").modified() if each.modifier == "missing"] == ["true"]
    assert [each.text for each in values("Patient", "family").modified() if each.modifier == "missing"] == ["false"]


def test_what_cannot_be_searched_by_is_neither_missing_nor_there() -> None:
    samples = [
        {"resourceType": "Condition", "id": "a", "code": {"text": "only words"}},
        {"resourceType": "Condition", "id": "b"},
    ]
    found = SearchValues(KNOWN.find("Condition", "code"), samples, KNOWN)
    (missing,) = [each for each in found.modified() if each.modifier == "missing"]
    assert [each.holds(missing) for each in found.samples] == [None, True]


def test_composites_are_pairs_that_stand_together() -> None:
    search = values("Observation", "code-value-quantity").plain()
    assert search is not None
    assert search.text == "http://loinc.org|8867-4$60|http://unitsofmeasure.org|/min"


@pytest.mark.parametrize(
    ("kind", "name", "reason"),
    [
        ("Patient", "no-such-parameter", "no-definition"),
        ("Location", "near", "special-parameter"),
        ("Patient", "age", "no-expression"),
        ("Patient", "_content", "no-expression"),
        ("Patient", "_profile", "no-value"),
        ("Device", "identifier", "no-sample"),
    ],
)
def test_why_there_is_no_value(kind: str, name: str, reason: str) -> None:
    assert values(kind, name).reason == reason


def test_a_parameter_of_ones_own_is_found_by_its_definition() -> None:
    search = values("Patient", "second", CUSTOM["url"]).plain()
    assert search is not None
    assert search.text == "Zwei"
    assert values("Patient", "second-given").reason == ""
    assert values("Encounter", "second-given", CUSTOM["url"]).reason == "no-definition"
    assert values("Patient", "family", "https://example.org/SearchParameter/unknown").reason == ""
