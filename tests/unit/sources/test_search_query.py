"""What a URL asks for: a search, an operation, a read, or all of a server."""

import pytest

from fhircheck.sources.search_query import SearchQuery, query_of, searchable_types, with_parameters

BASE = "https://example.org"


@pytest.mark.parametrize(
    ("url", "method", "kind", "counted"),
    [
        (f"{BASE}/fhir/Patient", "GET", "Patient", True),
        (f"{BASE}/fhir/Patient/", "GET", "Patient", True),
        (f"{BASE}/fhir/Observation?code=x", "GET", "Observation", True),
        (f"{BASE}/fhir?_type=Patient", "GET", "", True),
        (f"{BASE}/fhir/Patient/_search?name=x", "POST", "Patient", True),
        (f"{BASE}/fhir/_search?_type=Patient", "POST", "", True),
        (f"{BASE}/fhir/Patient/17", "GET", "", False),
        (f"{BASE}/fhir/Patient/17/$everything?_count=5", "GET", "", False),
        (f"{BASE}/fhir/Patient/$everything", "GET", "", False),
        (f"{BASE}/fhir/Patient/17/_history", "GET", "", False),
        (f"{BASE}/fhir/_history", "GET", "", False),
    ],
)
def test_a_url_is_a_query(url: str, method: str, kind: str, counted: bool) -> None:
    found = query_of(url)
    assert found is not None
    assert (found.method, found.type, found.counted) == (method, kind, counted)


@pytest.mark.parametrize("url", [BASE, f"{BASE}/fhir", f"{BASE}/fhir/R4/", f"{BASE}/hapi-fhir/Fhir", f"{BASE}/FHIR"])
def test_a_base_address_is_none(url: str) -> None:
    assert query_of(url) is None


def test_post_is_for_searches_only() -> None:
    found = [query_of(f"{BASE}/fhir/{each}", post=True) for each in ("Patient?name=x", "Patient/1/$everything")]
    assert [each and each.method for each in found] == ["POST", "GET"]


def test_counting_leaves_out_what_does_not_decide() -> None:
    given = "code=a%7Cb,c&_count=5&_include=Observation:subject&_sort=-date&_elements=id&date=ge2020&date=lt2021"
    asked = SearchQuery(f"{BASE}/Observation?{given}")
    assert asked.counting == f"{BASE}/Observation?code=a|b,c&date=ge2020&date=lt2021&_summary=count"
    assert asked.filters == {"code", "date", "_include"}


def test_values_are_quoted() -> None:
    assert with_parameters(f"{BASE}/x?a=1#f", [("b:exact", "ü &=+")]) == f"{BASE}/x?a=1&b:exact=%C3%BC+%26%3D%2B"


def test_types_that_can_be_searched() -> None:
    def kind(name: object, *codes: str) -> dict[str, object]:
        return {"type": name, "interaction": [{"code": code} for code in codes]}

    server = [kind("Patient", "read", "search-type"), kind("Binary", "read"), kind("Patient", "search-type"), kind(5)]
    rest = [{"mode": "client", "resource": [kind("Group", "search-type")]}, {"mode": "server", "resource": server}, 5]
    assert searchable_types({"rest": rest}) == ["Patient"]
    assert searchable_types({}) == []
